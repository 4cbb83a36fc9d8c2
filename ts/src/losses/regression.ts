// Losses of numbers: errors, their logarithms and shares. Each gives the mean over the last axis.
import { abs, add, div, log, maximum, mean, mul, softplus, square, sub, type Tensor, type TensorLike, where, lessEqual } from '../index.js';
import { EPSILON, targets } from './align.js';
import { FunctionLoss, type LossOptions } from './loss.js';

/** `(y − ŷ)²`. */
export function meanSquaredError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  return mean(square(sub(y, p)), { axis: -1 });
}

/** `|y − ŷ|`. */
export function meanAbsoluteError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  return mean(abs(sub(y, p)), { axis: -1 });
}

/** `100 |y − ŷ| / max(|y|, 1e-7)`. */
export function meanAbsolutePercentageError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  return mul(mean(abs(div(sub(y, p), maximum(abs(y), EPSILON))), { axis: -1 }), 100);
}

/** `(log(1 + max(y, 1e-7)) − log(1 + max(ŷ, 1e-7)))²`. */
export function meanSquaredLogarithmicError(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  const logOf = (x: Tensor): Tensor => log(add(maximum(x, EPSILON), 1));
  return mean(square(sub(logOf(p), logOf(y))), { axis: -1 });
}

/** `log(cosh(ŷ − y))`, as `x + softplus(−2x) − log 2`. */
export function logCosh(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  const error = sub(p, y);
  return mean(sub(add(error, softplus(mul(error, -2))), Math.LN2), { axis: -1 });
}

/** `ŷ − y log(ŷ + 1e-7)`. */
export function poisson(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const [y, p] = targets(yTrue, yPred);
  return mean(sub(p, mul(y, log(add(p, EPSILON)))), { axis: -1 });
}

/** Options of {@link huber}. */
export interface HuberOptions {
  /** Where the square becomes a line. Default 1. */
  delta?: number;
}

/** `x²/2` where `|x| ≤ delta`, else `delta |x| − delta²/2`, with `x = ŷ − y`. */
export function huber(yTrue: TensorLike, yPred: TensorLike, { delta = 1 }: HuberOptions = {}): Tensor {
  const [y, p] = targets(yTrue, yPred);
  const error = sub(p, y);
  const size = abs(error);
  return mean(where(lessEqual(size, delta), mul(square(error), 0.5), sub(mul(size, delta), 0.5 * delta * delta)), { axis: -1 });
}

/** {@link meanSquaredError} with a reduction. */
export class MeanSquaredError extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(meanSquaredError, options);
  }
}

/** {@link meanAbsoluteError} with a reduction. */
export class MeanAbsoluteError extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(meanAbsoluteError, options);
  }
}

/** {@link meanAbsolutePercentageError} with a reduction. */
export class MeanAbsolutePercentageError extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(meanAbsolutePercentageError, options);
  }
}

/** {@link meanSquaredLogarithmicError} with a reduction. */
export class MeanSquaredLogarithmicError extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(meanSquaredLogarithmicError, options);
  }
}

/** {@link logCosh} with a reduction. */
export class LogCosh extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(logCosh, options);
  }
}

/** {@link poisson} with a reduction. */
export class Poisson extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(poisson, options);
  }
}

/** {@link huber} with a reduction. */
export class Huber extends FunctionLoss<HuberOptions> {
  constructor(options: HuberOptions & LossOptions = {}) {
    super(huber, options);
  }
}
