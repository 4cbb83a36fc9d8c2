// A fully connected layer.
import { add, cast, concat, embeddingMatmul, matmul, reshape, type Tensor, type Variable } from '../../index.js';
import type { ActivationFunction } from '../activations.js';
import type { Constraint } from '../constraints/constraint.js';
import { type CallOptions, Layer, type LayerOptions } from '../core/layer.js';
import { calling } from '../core/observe.js';
import { knownSize, type PartialShape } from '../core/shapes.js';
import { GlorotUniform, type Initializer, Zeros } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';
import type { Embedding } from './embedding.js';

/** Options of layers with a kernel and a bias. */
export interface KernelOptions extends LayerOptions {
  /** Applied to the output. Default none. */
  activation?: ActivationFunction;
  /** Default true. */
  useBias?: boolean;
  /** Default `GlorotUniform`. */
  kernelInitializer?: Initializer;
  /** Default `Zeros`. */
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}

/** Options of {@link Dense}. */
export type DenseOptions = KernelOptions;

/** `activation(x @ kernel + bias)` over the last axis: [..., in] → [..., units]. Kernel [in, units], bias [units]. */
export class Dense extends Layer {
  static override readonly type = 'Dense';
  kernel!: Variable;
  bias: Variable | undefined;

  constructor(
    readonly units: number,
    protected override readonly options: DenseOptions = {},
  ) {
    super(options);
  }

  override args(): readonly unknown[] {
    return [this.units, this.options];
  }

  override build(shape: PartialShape): void {
    const o = this.options;
    this.kernel = this.addWeight([knownSize(shape, -1, 'Dense'), this.units], {
      initializer: o.kernelInitializer ?? new GlorotUniform(),
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    if (o.useBias ?? true) {
      this.bias = this.addWeight([this.units], {
        initializer: o.biasInitializer ?? new Zeros(),
        regularizer: o.biasRegularizer,
        constraint: o.biasConstraint,
      });
    }
  }

  call(x: Tensor): Tensor {
    const flat = x.rank > 2 ? reshape(x, [-1, x.shape.at(-1)!]) : x;
    const y = this.#biased(matmul(flat, this.value(this.kernel)));
    return this.#activated(x.rank > 2 ? reshape(y, [-1, ...x.shape.slice(1, -1), this.units]) : y);
  }

  /**
   * What `apply` gives for the vectors of a row's `ids` [batch, n] in `embedding`, beside each other, and the numbers `x`
   * [batch, numbers] behind them, to rounding. The vectors are not laid out: each distinct id of a column is multiplied once,
   * and its gradient too, which is less work the more rows share ids.
   */
  applyToIds(embedding: Embedding, ids: Tensor, x?: Tensor, options: CallOptions = {}): Tensor {
    if (embedding.computeDtype !== this.computeDtype || embedding.dtype !== this.computeDtype) {
      // A table that would have to be cast as a whole.
      const vectors = reshape(embedding.apply(ids, options), [-1, knownSize(ids.shape, 1, 'Dense') * embedding.outputDim]);
      return this.apply(x === undefined ? vectors : concat([vectors, x], { axis: 1 }), options);
    }
    const table = embedding.table(ids, { training: options.training ?? false });
    const numbers = x === undefined ? 0 : knownSize(x.shape, 1, 'Dense');
    this.ensureBuilt([ids.shape[0] ?? null, knownSize(ids.shape, 1, 'Dense') * embedding.outputDim + numbers]);
    const index = ids.dtype === 'i32' || ids.dtype === 'i64' ? ids : cast(ids, 'i32');
    const rest = x === undefined || x.dtype === this.computeDtype ? x : cast(x, this.computeDtype);
    return calling(this, () => this.#activated(this.#biased(embeddingMatmul(table, index, this.value(this.kernel), rest))));
  }

  #biased(product: Tensor): Tensor {
    return this.bias ? add(product, this.value(this.bias)) : product;
  }

  #activated(y: Tensor): Tensor {
    return this.options.activation ? this.options.activation(y) : y;
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }

  override outputShape(shape: PartialShape): PartialShape {
    return [...shape.slice(0, -1), this.units];
  }
}
