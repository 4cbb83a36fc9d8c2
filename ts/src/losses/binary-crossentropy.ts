// Cross-entropy of yes/no targets, plain and focal.
import { add, clip, log, mean, mul, neg, pow, sigmoid, sigmoidCrossEntropy, sub, type Tensor, type TensorLike } from '../index.js';
import { logitsOf } from '../nn/core/logits.js';
import { EPSILON, targets } from './align.js';
import { FunctionLoss, type LossOptions } from './loss.js';

/** Options of {@link binaryCrossentropy}. */
export interface BinaryCrossentropyOptions {
  /** Whether predictions are logits rather than probabilities. Default false. */
  fromLogits?: boolean;
  /** Targets become `y (1 − s) + s/2`. Default 0. */
  labelSmoothing?: number;
  /** The axis of the mean. Default -1. */
  axis?: number;
}

/**
 * `−y log ŷ − (1−y) log(1−ŷ)`, mean over `axis`. Probabilities are clipped to [1e-7, 1 − 1e-7], but for those of a model
 * that keeps its logits (those of talray/recsys): there the logits are used, which is exact.
 */
export function binaryCrossentropy(yTrue: TensorLike, yPred: TensorLike, options: BinaryCrossentropyOptions = {}): Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  const [y, p] = targets(yTrue, yPred);
  const smooth = labelSmoothing ? add(mul(y, 1 - labelSmoothing), 0.5 * labelSmoothing) : y;
  const logits = fromLogits ? p : logitsOf(p);
  return mean(logits ? sigmoidCrossEntropy(logits, smooth) : ofProbabilities(smooth, p), { axis });
}

/** Options of {@link binaryFocalCrossentropy}. */
export interface BinaryFocalCrossentropyOptions extends BinaryCrossentropyOptions {
  /** Whether `alpha` weighs the classes. Default false. */
  applyClassBalancing?: boolean;
  /** Weight of class 1; class 0 has 1 − alpha. Default 0.25. */
  alpha?: number;
  /** Exponent of the focus. Default 2. */
  gamma?: number;
}

/** Cross-entropy times `(1 − p_t)^gamma`, `p_t` the probability of the true class; mean over `axis`. */
export function binaryFocalCrossentropy(yTrue: TensorLike, yPred: TensorLike, options: BinaryFocalCrossentropyOptions = {}): Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1, applyClassBalancing = false, alpha = 0.25, gamma = 2 } = options;
  const [target, given] = targets(yTrue, yPred);
  const y = labelSmoothing ? add(mul(target, 1 - labelSmoothing), 0.5 * labelSmoothing) : target;
  const p = fromLogits ? sigmoid(given) : given;
  const truth = add(mul(y, p), mul(sub(1, y), sub(1, p)));
  const focal = mul(pow(sub(1, truth), gamma), ofProbabilities(y, p));
  const balanced = applyClassBalancing ? mul(add(mul(y, alpha), mul(sub(1, y), 1 - alpha)), focal) : focal;
  return mean(balanced, { axis });
}

function ofProbabilities(y: Tensor, probabilities: Tensor): Tensor {
  const p = clip(probabilities, { min: EPSILON, max: 1 - EPSILON });
  return neg(add(mul(y, log(p)), mul(sub(1, y), log(sub(1, p)))));
}

/** {@link binaryCrossentropy} with a reduction. */
export class BinaryCrossentropy extends FunctionLoss<BinaryCrossentropyOptions> {
  constructor(options: BinaryCrossentropyOptions & LossOptions = {}) {
    super(binaryCrossentropy, options);
  }
}

/** {@link binaryFocalCrossentropy} with a reduction. */
export class BinaryFocalCrossentropy extends FunctionLoss<BinaryFocalCrossentropyOptions> {
  constructor(options: BinaryFocalCrossentropyOptions & LossOptions = {}) {
    super(binaryFocalCrossentropy, options);
  }
}
