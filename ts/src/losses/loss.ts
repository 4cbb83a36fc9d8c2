// The base of losses with options, and how values an example become one number.
import { cast, divNoNan, mean, mul, sum, tensor, type Tensor, type TensorLike, where, zerosLike } from '../index.js';
import { maskOf } from '../nn/core/mask.js';
import { align } from './align.js';

/** A loss as a function: one value an example (not reduced). */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/**
 * How values an example become one number. `'sumOverBatchSize'` and `'mean'`: the sum over their number;
 * `'meanWithSampleWeight'`: the sum over the sum of weights; `'sum'`; `'none'`: left as they are.
 */
export type Reduction = 'sumOverBatchSize' | 'mean' | 'meanWithSampleWeight' | 'sum' | 'none';

/** Options that every loss class takes. */
export interface LossOptions {
  /** Default `'sumOverBatchSize'`. */
  reduction?: Reduction;
}

/** A loss with state: options and a reduction. */
export abstract class Loss {
  readonly reduction: Reduction;

  constructor(options: LossOptions = {}) {
    this.reduction = options.reduction ?? 'sumOverBatchSize';
  }

  /** One value an example. */
  abstract call(yTrue: Tensor, yPred: Tensor): Tensor;

  /** The reduced loss. Masks of predictions and of the loss, and weights, multiply the values before. */
  apply(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): Tensor {
    return reduceLoss((t, p) => this.call(t, p), yTrue, yPred, sampleWeight, this.reduction);
  }
}

/** A loss class made of a loss function and its options. */
export class FunctionLoss<O extends object> extends Loss {
  constructor(
    private readonly fn: (yTrue: Tensor, yPred: Tensor, options: O) => Tensor,
    protected readonly options: O & LossOptions,
  ) {
    super(options);
  }

  call(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.fn(yTrue, yPred, this.options);
  }
}

/** Runs `fn`, weighs its values and reduces them. */
export function reduceLoss(
  fn: LossFunction,
  yTrue: TensorLike,
  yPred: TensorLike,
  sampleWeight: TensorLike | undefined,
  reduction: Reduction = 'sumOverBatchSize',
): Tensor {
  const prediction = tensor(yPred);
  const values = fn(tensor(yTrue), prediction);
  const weight = weights(values, sampleWeight, joinMasks(maskOf(prediction), maskOf(values)), reduction);
  if (weight === undefined) return reduction === 'none' ? values : reduction === 'sum' ? sum(values) : mean(values);
  const [v, w] = align(values, weight);
  const weighted = mul(v, w);
  if (reduction === 'none') return weighted;
  if (reduction === 'sum') return sum(weighted);
  return reduction === 'meanWithSampleWeight' ? divNoNan(sum(weighted), sum(w)) : mean(weighted);
}

function joinMasks(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  return a !== undefined && b !== undefined ? mul(cast(a, 'f32'), cast(b, 'f32')) : (a ?? b);
}

/** Weights an example; a mask under a mean is scaled so that hidden positions do not count. */
function weights(values: Tensor, given: TensorLike | undefined, mask: Tensor | undefined, reduction: Reduction): Tensor | undefined {
  const weight = given === undefined ? undefined : tensor(given, { dtype: values.dtype });
  if (mask === undefined) return weight;
  let real = cast(mask, values.dtype);
  if (reduction === 'mean' || reduction === 'sumOverBatchSize') {
    const share = mean(real);
    real = where(cast(mask, 'bool'), divNoNan(1, share), zerosLike(real));
  }
  if (weight === undefined) return real;
  const [m, w] = align(real, weight);
  return mul(m, w);
}
