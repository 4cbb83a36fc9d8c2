// What LSTM and GRU share: the input product for all steps at once, then a scan over time.
import {
  cast,
  concat,
  dropout,
  expandDims,
  flip,
  mul,
  onesLike,
  random,
  scan,
  slice,
  TalrayError,
  type Tensor,
  transpose,
  type Variable,
  where,
  zerosLike,
} from '../../index.js';
import { type ActivationFunction, sigmoid, tanh } from '../activations.js';
import type { Constraint } from '../constraints/constraint.js';
import { type CallContext, Layer, type LayerOptions } from '../core/layer.js';
import { knownSize, type PartialShape } from '../core/shapes.js';
import { GlorotUniform, type Initializer, Orthogonal, Zeros } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';

/** Options of recurrent layers. */
export interface RecurrentOptions extends LayerOptions {
  /** Of the candidate. Default `tanh`. */
  activation?: ActivationFunction;
  /** Of the gates. Default `sigmoid`. */
  recurrentActivation?: ActivationFunction;
  /** Default true. */
  useBias?: boolean;
  /** Default `GlorotUniform`. */
  kernelInitializer?: Initializer;
  /** Default `Orthogonal`. */
  recurrentInitializer?: Initializer;
  /** Default `Zeros`. */
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
  /** Share of inputs dropped, the same ones at each step. Default 0. */
  dropout?: number;
  /** Share of the state dropped, the same ones at each step. Default 0. */
  recurrentDropout?: number;
  /** Whether the output of each step is given ([batch, steps, units]) or the last ([batch, units]). Default false. */
  returnSequences?: boolean;
  /** Whether time runs backwards; the sequence is then given in that order, as in Keras. Default false. */
  goBackwards?: boolean;
}

/** Options of {@link Recurrent.run}. */
export interface RunOptions extends CallContext {
  /** The state before the first step; default zeros. LSTM: [h, c]; GRU: [h]. */
  readonly initialState?: readonly Tensor[];
  /** Whether time runs backwards. */
  readonly reverse?: boolean;
}

/** A layer over [batch, steps, features] whose state is one or more [batch, units]. */
export abstract class Recurrent extends Layer {
  kernel!: Variable;
  recurrentKernel!: Variable;
  bias: Variable | undefined;

  constructor(
    readonly units: number,
    protected override readonly options: RecurrentOptions = {},
  ) {
    super(options);
  }

  /** Gates beside each other in the kernels. */
  protected abstract readonly gates: number;
  /** Tensors of state. */
  protected abstract readonly states: number;
  /** One step: the input's products [batch, gates·units] and the state → the next state, whose first is the output. */
  protected abstract step(products: Tensor, state: readonly Tensor[], recurrent: (h: Tensor) => Tensor): Tensor[];
  /** The input's products for all steps. */
  protected abstract products(x: Tensor): Tensor;
  /** Makes the bias by `make`, which takes its shape. */
  protected abstract makeBias(make: (shape: readonly number[]) => Variable): Variable;

  override args(): readonly unknown[] {
    return [this.units, this.options];
  }

  /** Whether time runs backwards. */
  get goBackwards(): boolean {
    return this.options.goBackwards ?? false;
  }

  /** Whether each step's output is given. */
  get returnSequences(): boolean {
    return this.options.returnSequences ?? false;
  }

  /** The activation of the candidate. */
  protected get activation(): ActivationFunction {
    return this.options.activation ?? tanh;
  }

  /** The activation of the gates. */
  protected get recurrentActivation(): ActivationFunction {
    return this.options.recurrentActivation ?? sigmoid;
  }

  override build(shape: PartialShape): void {
    const o = this.options;
    if (shape.length !== 3)
      throw new TalrayError('SHAPE', `a recurrent layer takes [batch, steps, features], got [${shape.map(String).join(', ')}]`);
    const width = this.gates * this.units;
    this.kernel = this.addWeight([knownSize(shape, -1, 'a recurrent layer'), width], {
      initializer: o.kernelInitializer ?? new GlorotUniform(),
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    this.recurrentKernel = this.addWeight([this.units, width], {
      initializer: o.recurrentInitializer ?? new Orthogonal(),
      regularizer: o.recurrentRegularizer,
      constraint: o.recurrentConstraint,
    });
    if (o.useBias ?? true) {
      this.bias = this.makeBias((size) =>
        this.addWeight(size, { initializer: this.biasInitializer, regularizer: o.biasRegularizer, constraint: o.biasConstraint }),
      );
    }
  }

  /** The initializer of the bias. */
  protected get biasInitializer(): Initializer {
    return this.options.biasInitializer ?? new Zeros();
  }

  /**
   * Runs over time. `sequence` [batch, steps, units] is in the input's order also when time runs backwards; `state` is the
   * state after the last step.
   */
  run(x: Tensor, options: RunOptions): { sequence: Tensor; state: readonly Tensor[] } {
    const { training, mask, initialState } = options;
    const reverse = options.reverse ?? this.goBackwards;
    const products = transpose(this.products(this.#dropInputs(x, training)), { axes: [1, 0, 2] });
    const zero = zerosLike(slice(products, [0, 0, 0], [1, -1, this.units]).squeeze({ axis: 0 }));
    const start = initialState ?? Array.from({ length: this.states }, () => zero);
    const recurrent = this.#recurrence(zero, training);
    const real = mask === undefined ? undefined : expandDims(transpose(mask, { axes: [1, 0] }), -1);
    const inputs = real === undefined ? { products } : { products, real };
    const [state, sequence] = scan(
      (carry: readonly Tensor[], step: { products: Tensor; real?: Tensor }): [readonly Tensor[], Tensor] => {
        const next = this.step(step.products, carry, recurrent);
        const kept = step.real === undefined ? next : next.map((value, i) => where(step.real!, value, carry[i]!));
        return [kept, kept[0]!];
      },
      start,
      inputs,
      { reverse },
    );
    return { sequence: transpose(sequence, { axes: [1, 0, 2] }), state };
  }

  call(x: Tensor, context: CallContext): Tensor {
    const { sequence, state } = this.run(x, context);
    if (!this.returnSequences) return state[0]!;
    return this.goBackwards ? flip(sequence, { axis: 1 }) : sequence;
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return this.returnSequences ? mask : undefined;
  }

  override outputShape(shape: PartialShape): PartialShape {
    return this.returnSequences ? [shape[0] ?? null, shape[1] ?? null, this.units] : [shape[0] ?? null, this.units];
  }

  /** One mask over [batch, 1, features], broadcast over time. */
  #dropInputs(x: Tensor, training: boolean): Tensor {
    const rate = this.options.dropout ?? 0;
    if (!training || rate === 0) return x;
    return mul(x, dropout(onesLike(slice(x, [0, 0, 0], [-1, 1, -1])), random.dropoutState(), rate).out);
  }

  #recurrence(like: Tensor, training: boolean): (h: Tensor) => Tensor {
    const kernel = this.value(this.recurrentKernel);
    const rate = this.options.recurrentDropout ?? 0;
    if (!training || rate === 0) return (h) => h.matmul(kernel);
    const keep = dropout(onesLike(like), random.dropoutState(), rate).out;
    return (h) => mul(h, keep).matmul(kernel);
  }
}

/** `bias` as the initializer gave it, with ones over the second of four gates: LSTM's forget gate. */
export function withUnitForget(bias: Tensor, units: number): Tensor {
  const part = (from: number, count: number): Tensor => slice(bias, [from * units], [count * units]);
  return concat([part(0, 1), cast(onesLike(part(1, 1)), bias.dtype), part(2, 2)], { axis: 0 });
}
