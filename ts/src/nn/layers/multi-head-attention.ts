// Multi-head attention.
import {
  add,
  cast,
  dropout,
  expandDims,
  logicalAnd,
  matmul,
  mul,
  ones,
  random,
  reshape,
  scaledDotProductAttention,
  softmax,
  TalrayError,
  type Tensor,
  transpose,
  tril,
  type Variable,
} from '../../index.js';
import type { Constraint } from '../constraints/constraint.js';
import { type CallContext, Layer, type LayerOptions } from '../core/layer.js';
import { maskOf } from '../core/mask.js';
import { knownSize, type PartialShape } from '../core/shapes.js';
import { GlorotUniform, type Initializer, Zeros } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';

/** Options of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionOptions extends LayerOptions {
  /** Width of a head's values. Default `keyDim`. */
  valueDim?: number;
  /** Share of attention weights dropped in training. Default 0. */
  dropout?: number;
  /** Default true. */
  useBias?: boolean;
  /** Width of the output. Default the query's. */
  outputDim?: number;
  /** Whether a position sees only itself and earlier ones. Default false. */
  causal?: boolean;
  /** Default `GlorotUniform`. */
  kernelInitializer?: Initializer;
  /** Default `Zeros`. */
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}

/** What a masked score becomes before the softmax, as in Keras. */
const HIDDEN = { f32: -1e9, f64: -1e9, bf16: -1e9, f16: -3e4 } as const;

/**
 * `softmax(q kᵀ / √keyDim) v` in `numHeads` heads, joined by a dense layer. Applied to `[query, value]` or
 * `[query, value, key]`, each [batch, positions, features]; `mask` is [batch, keys] or [batch, queries, keys].
 * Weights in Keras's order and layout: query, key, value kernels [in, heads, dim] with biases [heads, dim], output kernel
 * [heads, valueDim, out] with bias [out].
 */
export class MultiHeadAttention extends Layer<readonly Tensor[]> {
  static override readonly type = 'MultiHeadAttention';
  queryKernel!: Variable;
  queryBias: Variable | undefined;
  keyKernel!: Variable;
  keyBias: Variable | undefined;
  valueKernel!: Variable;
  valueBias: Variable | undefined;
  outputKernel!: Variable;
  outputBias: Variable | undefined;

  constructor(
    readonly numHeads: number,
    readonly keyDim: number,
    protected override readonly options: MultiHeadAttentionOptions = {},
  ) {
    super(options);
  }

  override args(): readonly unknown[] {
    return [this.numHeads, this.keyDim, this.options];
  }

  get #valueDim(): number {
    return this.options.valueDim ?? this.keyDim;
  }

  override build(shapes: readonly PartialShape[]): void {
    const [query, value] = shapes;
    if (query === undefined || value === undefined)
      throw new TalrayError('SHAPE', 'MultiHeadAttention is applied to [query, value] or [query, value, key]');
    const key = shapes[2] ?? value;
    const width = (shape: PartialShape): number => knownSize(shape, -1, 'MultiHeadAttention');
    const { kernel, bias } = {
      kernel: (size: readonly number[]) => this.#kernel(size),
      bias: (size: readonly number[]) => this.#bias(size),
    };
    this.queryKernel = kernel([width(query), this.numHeads, this.keyDim]);
    this.queryBias = bias([this.numHeads, this.keyDim]);
    this.keyKernel = kernel([width(key), this.numHeads, this.keyDim]);
    this.keyBias = bias([this.numHeads, this.keyDim]);
    this.valueKernel = kernel([width(value), this.numHeads, this.#valueDim]);
    this.valueBias = bias([this.numHeads, this.#valueDim]);
    const out = this.options.outputDim ?? width(query);
    this.outputKernel = kernel([this.numHeads, this.#valueDim, out]);
    this.outputBias = bias([out]);
  }

  call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const [query, value] = inputs as readonly [Tensor, Tensor];
    const key = inputs[2] ?? value;
    const q = this.#heads(query, this.queryKernel, this.queryBias);
    const k = this.#heads(key, this.keyKernel, this.keyBias);
    const v = this.#heads(value, this.valueKernel, this.valueBias);
    const joined = transpose(this.#attend(q, k, v, this.#mask(inputs, context), context.training), { axes: [0, 2, 1, 3] });
    const [width, out] = [this.numHeads * this.#valueDim, this.outputKernel.shape.at(-1)!];
    const y = matmul(reshape(joined, [-1, width]), reshape(this.value(this.outputKernel), [width, out]));
    return reshape(this.outputBias ? add(y, this.value(this.outputBias)) : y, [-1, query.shape[1]!, out]);
  }

  override computeMask(inputs: readonly Tensor[]): Tensor | undefined {
    return inputs[0] && maskOf(inputs[0]);
  }

  override outputShape(shapes: readonly PartialShape[]): PartialShape {
    const query = shapes[0]!;
    return [...query.slice(0, -1), this.options.outputDim ?? query.at(-1) ?? null];
  }

  #attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | undefined, training: boolean): Tensor {
    const scale = 1 / Math.sqrt(this.keyDim);
    const rate = training ? (this.options.dropout ?? 0) : 0;
    if (mask === undefined && rate === 0) return scaledDotProductAttention(q, k, v, undefined, { scale });
    let scores = matmul(mul(q, scale), k, { transposeB: true });
    if (mask !== undefined) scores = add(scores, mul(cast(mask.cast('bool'), scores.dtype).sub(1), -HIDDEN[this.computeDtype]));
    let weights = softmax(scores, { axis: -1 });
    if (rate > 0) weights = dropout(weights, random.dropoutState(), rate).out;
    return matmul(weights, v);
  }

  /** [batch | 1, 1, queries | 1, keys], true where a query sees a key. */
  #mask(inputs: readonly Tensor[], { mask }: CallContext): Tensor | undefined {
    const [query, value] = inputs as readonly [Tensor, Tensor];
    const parts: Tensor[] = [];
    const given = mask !== undefined && mask !== maskOf(query) ? mask : undefined;
    const keys = maskOf(inputs[2] ?? value) ?? maskOf(value);
    if (given !== undefined) parts.push(given.rank === 2 ? given.reshape([-1, 1, 1, given.shape[1]!]) : expandDims(given, 1));
    if (keys !== undefined && keys !== given) parts.push(keys.reshape([-1, 1, 1, keys.shape[1]!]));
    if (this.options.causal) parts.push(causal(query, value));
    return parts.length === 0 ? undefined : parts.reduce((a, b) => logicalAnd(a, b));
  }

  #heads(x: Tensor, kernel: Variable, bias: Variable | undefined): Tensor {
    const [width = 0, heads = 0, dim = 0] = kernel.shape;
    const y = matmul(reshape(x, [-1, width]), reshape(this.value(kernel), [width, heads * dim]));
    const full = bias ? add(y, reshape(this.value(bias), [heads * dim])) : y;
    return transpose(reshape(full, [-1, x.shape[1]!, heads, dim]), { axes: [0, 2, 1, 3] });
  }

  #kernel(shape: readonly number[]): Variable {
    const o = this.options;
    return this.addWeight(shape, {
      initializer: o.kernelInitializer ?? new GlorotUniform(),
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
  }

  #bias(shape: readonly number[]): Variable | undefined {
    const o = this.options;
    if (!(o.useBias ?? true)) return undefined;
    return this.addWeight(shape, {
      initializer: o.biasInitializer ?? new Zeros(),
      regularizer: o.biasRegularizer,
      constraint: o.biasConstraint,
    });
  }
}

function causal(query: Tensor, value: Tensor): Tensor {
  const [queries, keys] = [query.shape[1]!, value.shape[1]!];
  return tril(ones([queries, keys]))
    .cast('bool')
    .reshape([1, 1, queries, keys]);
}
