// Losses of overlapping regions, for segmentation.
import { add, div, mul, sub, sum, type Tensor, type TensorLike } from '../index.js';
import { EPSILON, targets } from './align.js';
import { FunctionLoss, type LossOptions } from './loss.js';

/** Options of {@link dice}. */
export interface DiceOptions {
  /** Axes that are summed over. Default all. */
  axis?: number | readonly number[];
}

/** `1 − 2 Σ y ŷ / (Σ y + Σ ŷ + 1e-7)`. */
export function dice(yTrue: TensorLike, yPred: TensorLike, options: DiceOptions = {}): Tensor {
  const [y, p] = targets(yTrue, yPred);
  const over = axes(options.axis);
  return sub(1, div(mul(sum(mul(y, p), over), 2), add(add(sum(y, over), sum(p, over)), EPSILON)));
}

/** Options of {@link tversky}. */
export interface TverskyOptions extends DiceOptions {
  /** Weight of `Σ (1 − ŷ) y`. Default 0.5. */
  alpha?: number;
  /** Weight of `Σ ŷ (1 − y)`. Default 0.5. */
  beta?: number;
}

/** `1 − I / (I + alpha Σ(1−ŷ)y + beta Σŷ(1−y) + 1e-7)`, `I = Σ y ŷ`. */
export function tversky(yTrue: TensorLike, yPred: TensorLike, options: TverskyOptions = {}): Tensor {
  const [y, p] = targets(yTrue, yPred);
  const { alpha = 0.5, beta = 0.5 } = options;
  const over = axes(options.axis);
  const both = sum(mul(y, p), over);
  const missed = sum(mul(sub(1, p), y), over);
  const extra = sum(mul(p, sub(1, y)), over);
  return sub(1, div(both, add(add(both, mul(missed, alpha)), add(mul(extra, beta), EPSILON))));
}

function axes(axis: number | readonly number[] | undefined): { axis?: number | readonly number[] } {
  return axis === undefined ? {} : { axis };
}

/** {@link dice} with a reduction. */
export class Dice extends FunctionLoss<DiceOptions> {
  constructor(options: DiceOptions & LossOptions = {}) {
    super(dice, options);
  }
}

/** {@link tversky} with a reduction. */
export class Tversky extends FunctionLoss<TverskyOptions> {
  constructor(options: TverskyOptions & LossOptions = {}) {
    super(tversky, options);
  }
}
