// Losses of whole vectors: directions and distributions.
import { clip, div, log, maximum, mul, neg, sqrt, square, sum, type Tensor, type TensorLike } from '../index.js';
import { EPSILON, targets } from './align.js';
import { FunctionLoss, type LossOptions } from './loss.js';

/** Options of {@link cosineSimilarity}. */
export interface CosineSimilarityOptions {
  /** The vectors' axis. Default -1. */
  axis?: number;
}

/** `−Σ (y/‖y‖)(ŷ/‖ŷ‖)`: −1 for the same direction, 0 where either is zero. */
export function cosineSimilarity(yTrue: TensorLike, yPred: TensorLike, { axis = -1 }: CosineSimilarityOptions = {}): Tensor {
  const [y, p] = targets(yTrue, yPred);
  const unit = (x: Tensor): Tensor => div(x, sqrt(maximum(sum(square(x), { axis, keepdims: true }), EPSILON * EPSILON)));
  return neg(sum(mul(unit(y), unit(p)), { axis }));
}

/** `Σ y log(y/ŷ)` over the last axis, both clipped to [1e-7, 1]. */
export function klDivergence(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred).map((x) => clip(x, { min: EPSILON, max: 1 })) as [Tensor, Tensor];
  return sum(mul(y, log(div(y, p))), { axis: -1 });
}

/** {@link cosineSimilarity} with a reduction. */
export class CosineSimilarity extends FunctionLoss<CosineSimilarityOptions> {
  constructor(options: CosineSimilarityOptions & LossOptions = {}) {
    super(cosineSimilarity, options);
  }
}

/** {@link klDivergence} with a reduction. */
export class KLDivergence extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(klDivergence, options);
  }
}
