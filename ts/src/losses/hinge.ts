// Margin losses.
import { all, equal, logicalOr, max, maximum, mean, mul, square, sub, sum, type Tensor, type TensorLike, where } from '../index.js';
import { targets } from './align.js';
import { FunctionLoss, type LossOptions } from './loss.js';

/** Labels in {0, 1} as {−1, 1}; others as they are. */
function signed(y: Tensor): Tensor {
  const binary = all(logicalOr(equal(y, 0), equal(y, 1)));
  return where(binary, sub(mul(y, 2), 1), y);
}

/** `max(1 − y ŷ, 0)` for y in {−1, 1} (or {0, 1}), mean over the last axis. */
export function hinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  return mean(maximum(sub(1, mul(signed(y), p)), 0), { axis: -1 });
}

/** `max(1 − y ŷ, 0)²` for y in {−1, 1} (or {0, 1}), mean over the last axis. */
export function squaredHinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  return mean(square(maximum(sub(1, mul(signed(y), p)), 0)), { axis: -1 });
}

/** `max(0, 1 + max((1−y) ŷ) − Σ y ŷ)` for one-hot y. */
export function categoricalHinge(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  const positive = sum(mul(y, p), { axis: -1 });
  const negative = max(mul(sub(1, y), p), { axis: -1 });
  return maximum(sub(negative, positive).add(1), 0);
}

/** {@link hinge} with a reduction. */
export class Hinge extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(hinge, options);
  }
}

/** {@link squaredHinge} with a reduction. */
export class SquaredHinge extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(squaredHinge, options);
  }
}

/** {@link categoricalHinge} with a reduction. */
export class CategoricalHinge extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(categoricalHinge, options);
  }
}
