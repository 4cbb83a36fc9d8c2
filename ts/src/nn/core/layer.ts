// The base of all layers: builds weights on first use, casts to the compute dtype, hands masks on.
import { cast, TalrayError, Tensor, tensor, type DType, type TensorLike, Variable } from '../../index.js';
import type { Constraint } from '../constraints/constraint.js';
import type { Initializer } from '../initializers/initializer.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import { maskOf, withMask } from './mask.js';
import { calling } from './observe.js';
import { addLoss } from './penalties.js';
import { type DTypePolicy, isFloating, type PolicyLike, resolvePolicy } from './policy.js';
import type { PartialShape } from './shapes.js';
import { SymbolicTensor } from './symbolic.js';
import { type RowUpdate, setTraits } from './traits.js';
import { sublayersOf, weightsByPath } from './weights.js';

/** Options that every layer takes. */
export interface LayerOptions {
  /** Shown in summaries; default: the path under which it is found. */
  name?: string;
  /** Whether optimizers may change its weights. Default true. */
  trainable?: boolean;
  /** Dtype or policy of weights and computation; default the global policy (`'f32'`). */
  dtype?: PolicyLike;
  /** Its penalty of the layer's output is added to the loss. Default none. */
  activityRegularizer?: Regularizer;
}

/** Options of {@link Layer.apply}. */
export interface CallOptions {
  /** Training behaviour (dropout, batch statistics). Default false. */
  training?: boolean;
  /** True at real positions; default: the mask that came with the input. */
  mask?: Tensor;
}

/** What `call` is told. */
export interface CallContext {
  readonly training: boolean;
  readonly mask: Tensor | undefined;
}

/** Options of {@link Layer.addWeight}. */
export interface WeightOptions {
  initializer: Initializer;
  regularizer?: Regularizer | undefined;
  constraint?: Constraint | undefined;
  /** Default true. */
  trainable?: boolean;
  /** Default the policy's variable dtype. */
  dtype?: DType;
  /** How row gradients are applied. Default `'dense'`. */
  update?: RowUpdate | undefined;
}

/** What can be fed where a layer takes `In`. */
export type Feed<In> = In extends Tensor
  ? TensorLike
  : In extends readonly Tensor[]
    ? readonly TensorLike[]
    : { readonly [K in keyof In]: TensorLike };
/** The symbolic counterpart of `In`. */
export type SymbolicFeed<In> = In extends readonly Tensor[] ? readonly SymbolicTensor[] : SymbolicTensor;

/**
 * A function with weights. A subclass makes weights in `build(shape)` and computes in `call(x, context)`; weights and
 * sub-layers are found through own enumerable properties, arrays and Maps, and named by that path.
 *
 * ```ts
 * class Scale extends Layer {
 *   factor!: Variable;
 *   override build(shape: PartialShape) { this.factor = this.addWeight([shape.at(-1)!], { initializer: new Ones() }); }
 *   call(x: Tensor) { return x.mul(this.factor); }
 * }
 * ```
 */
export abstract class Layer<In = Tensor, Out = Tensor> {
  /** What a config calls the class; needed by layers that are saved (class names do not survive minifiers). */
  static readonly type: string | undefined = undefined;

  readonly name: string | undefined;
  readonly #policy: DTypePolicy;
  #trainable: boolean;
  #built = false;

  constructor(protected readonly options: LayerOptions = {}) {
    this.name = options.name;
    this.#trainable = options.trainable ?? true;
    this.#policy = resolvePolicy(options.dtype);
  }

  /** Makes the weights for an input of `shape` (batch first). Called once, before the first `call`. */
  build(_shape: PartialShape | readonly PartialShape[]): void {}

  /** Computes the output. Floating inputs arrive in the compute dtype. */
  abstract call(inputs: In, context: CallContext): Out;

  /** The output's shape for an input's; default: the same. Needed by the functional style and `summary`. */
  outputShape(shape: PartialShape | readonly PartialShape[]): PartialShape {
    return Array.isArray(shape[0]) ? (shape[0] as PartialShape) : (shape as PartialShape);
  }

  /** The mask of the output; default: the input's mask is dropped. */
  computeMask(_inputs: In, _mask: Tensor | undefined): Tensor | undefined {
    return undefined;
  }

  /** Whether it casts floating inputs to the compute dtype. */
  protected get autocast(): boolean {
    return true;
  }

  /** The constructor's arguments, by which a saved layer is made again. Override it beside a constructor of your own. */
  args(): readonly unknown[] {
    return [this.options];
  }

  /** Applies the layer: builds on first use, casts, calls, hands the mask on. Symbolic inputs give a symbolic output. */
  apply(inputs: SymbolicFeed<In>, options?: CallOptions): SymbolicTensor;
  apply(inputs: Feed<In>, options?: CallOptions): Out;
  apply(inputs: Feed<In> | SymbolicFeed<In>, options: CallOptions = {}): Out | SymbolicTensor {
    if (isSymbolic(inputs)) return this.#record(inputs);
    const values = this.#receive(inputs);
    this.ensureBuilt(shapesOf(values));
    const mask = options.mask ?? inputMask(values);
    const out = calling(this, () => {
      const result = this.call(values as In, { training: options.training ?? false, mask });
      const { activityRegularizer } = this.options;
      if (activityRegularizer !== undefined && result instanceof Tensor) addLoss(activityRegularizer.penalty(result));
      return result;
    });
    const outMask = this.computeMask(values as In, mask);
    if (out instanceof Tensor && outMask !== undefined) withMask(out, outMask);
    return out;
  }

  /** Builds the weights for `shape` unless they exist. */
  ensureBuilt(shape: PartialShape | readonly PartialShape[]): void {
    if (this.#built) return;
    this.build(shape);
    this.#built = true;
  }

  /** Whether the weights exist. */
  get built(): boolean {
    return this.#built;
  }

  /** The dtype of weights. */
  get dtype(): DTypePolicy['variable'] {
    return this.#policy.variable;
  }

  /** The dtype that `call` computes in. */
  get computeDtype(): DTypePolicy['compute'] {
    return this.#policy.compute;
  }

  /** Whether optimizers may change the weights; setting it sets all sub-layers. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
    for (const layer of sublayersOf(this)) layer.trainable = value;
  }

  /** Makes a weight. Keep it in an own property: by that it is found and named. */
  protected addWeight(shape: readonly number[], options: WeightOptions): Variable {
    const dtype = options.dtype ?? this.#policy.variable;
    const weight = new Variable(options.initializer.make(shape, dtype), { trainable: options.trainable ?? true, dtype });
    setTraits(weight, {
      ...(options.regularizer ? { regularizer: options.regularizer } : {}),
      ...(options.constraint ? { constraint: options.constraint } : {}),
      ...(options.update ? { update: options.update } : {}),
    });
    return weight;
  }

  /** A weight's value in the compute dtype. */
  protected value(weight: Variable): Tensor {
    return isFloating(weight.dtype) && weight.dtype !== this.#policy.compute ? cast(weight.value, this.#policy.compute) : weight.value;
  }

  /** All weights by path, such as `hidden.kernel` or `layers.0.bias`, in the order of properties. */
  weightsByPath(): Map<string, Variable> {
    return weightsByPath(this);
  }

  /** All weights, trainable or not. */
  get weights(): Variable[] {
    return [...this.weightsByPath().values()];
  }

  /** Weights that optimizers change. */
  get trainableWeights(): Variable[] {
    return [...weightsByPath(this, 'trainable').values()];
  }

  /** Weights that optimizers leave alone. */
  get nonTrainableWeights(): Variable[] {
    const moving = new Set(this.trainableWeights);
    return this.weights.filter((weight) => !moving.has(weight));
  }

  /** The values of all weights, in the order of `weights`. */
  getWeights(): Tensor[] {
    return this.weights.map((weight) => weight.value);
  }

  /** Sets all weights, in the order of `weights`; throws `SHAPE` where count or shape differs, before any is set. */
  setWeights(values: readonly TensorLike[]): void {
    const named = [...this.weightsByPath()];
    if (named.length !== values.length) {
      throw new TalrayError(
        'SHAPE',
        `setWeights expected ${named.length} arrays (${named.map(([path]) => path).join(', ')}), got ${values.length}${this.#built ? '' : '; the layer is not built: apply it once first'}`,
      );
    }
    const tensors = named.map(([path, weight], i) => {
      const value = tensor(values[i]!, { dtype: weight.dtype });
      if (value.shape.join() !== weight.shape.join()) {
        throw new TalrayError('SHAPE', `setWeights: ${path} has shape [${weight.shape.join(', ')}], got [${value.shape.join(', ')}]`);
      }
      return value;
    });
    named.forEach(([, weight], i) => weight.assign(tensors[i]!));
  }

  #record(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    const shapes = inputs instanceof SymbolicTensor ? inputs.shape : inputs.map((part) => part.shape);
    this.ensureBuilt(shapes);
    return new SymbolicTensor(this.outputShape(shapes), this.computeDtype, { layer: this as Layer<never, unknown>, inputs });
  }

  #receive(inputs: unknown): Received {
    if (isRecord(inputs)) return Object.fromEntries(Object.entries(inputs).map(([name, part]) => [name, this.#castIn(part)]));
    if (Array.isArray(inputs) && inputs.some((part) => part instanceof Tensor || part instanceof Variable)) {
      return inputs.map((part) => this.#castIn(part as TensorLike));
    }
    return this.#castIn(inputs as TensorLike);
  }

  #castIn(value: TensorLike): Tensor {
    const x = tensor(value);
    if (!this.autocast || !isFloating(x.dtype) || x.dtype === this.computeDtype) return x;
    const y = cast(x, this.computeDtype);
    const mask = maskOf(x);
    return mask === undefined ? y : withMask(y, mask);
  }
}

function isSymbolic(inputs: unknown): inputs is SymbolicTensor | readonly SymbolicTensor[] {
  return (
    inputs instanceof SymbolicTensor ||
    (Array.isArray(inputs) && inputs.length > 0 && inputs.every((part) => part instanceof SymbolicTensor))
  );
}

type Received = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

function isRecord(inputs: unknown): inputs is Readonly<Record<string, TensorLike>> {
  return typeof inputs === 'object' && inputs !== null && Object.getPrototypeOf(inputs) === Object.prototype;
}

function shapesOf(values: Received): PartialShape | readonly PartialShape[] {
  return values instanceof Tensor ? values.shape : Object.values(values).map((part: Tensor) => part.shape);
}

function inputMask(values: Received): Tensor | undefined {
  if (values instanceof Tensor) return maskOf(values);
  return Object.values(values)
    .map((part: Tensor) => maskOf(part))
    .find((mask) => mask !== undefined);
}
