// Cosine schedules, with warm-up and with restarts.
import { add, cos, div, floor, less, log, minimum, mul, pow, sub, tensor, type Tensor, where } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import type { LearningRateSchedule } from './schedule.js';

const f64 = (value: number): Tensor => tensor(value, { dtype: 'f64' });

/** Options of {@link CosineDecay}. */
export interface CosineDecayOptions {
  initialLearningRate: number;
  /** Steps of the fall, after the warm-up. */
  decaySteps: number;
  /** The last rate as a share of the first. Default 0. */
  alpha?: number;
  /** The rate at the end of the warm-up, from which the fall starts. Default none: no warm-up. */
  warmupTarget?: number;
  /** Steps of the warm-up, a line from the initial rate. Default 0. */
  warmupSteps?: number;
}

/** `top · ((1 − alpha)(1 + cos(π t))/2 + alpha)`, t the share of the fall that is done. */
export class CosineDecay implements LearningRateSchedule {
  constructor(readonly options: CosineDecayOptions) {}
  value(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = this.options;
    if (warmupTarget === undefined) return falling(div(minimum(step, f64(decaySteps)), f64(decaySteps)), initialLearningRate, alpha);
    const done = div(sub(minimum(step, f64(decaySteps + warmupSteps)), f64(warmupSteps)), f64(decaySteps));
    const rising = add(mul(step, f64((warmupTarget - initialLearningRate) / Math.max(1, warmupSteps))), f64(initialLearningRate));
    return where(less(step, f64(warmupSteps)), rising, falling(done, warmupTarget, alpha));
  }
  config(): ThingConfig {
    return { type: 'CosineDecay', ...this.options };
  }
}

function falling(done: Tensor, top: number, alpha: number): Tensor {
  const half = mul(add(cos(mul(done, f64(Math.PI))), f64(1)), f64(0.5));
  return mul(add(mul(half, f64(1 - alpha)), f64(alpha)), f64(top));
}

/** Options of {@link CosineDecayRestarts}. */
export interface CosineDecayRestartsOptions {
  initialLearningRate: number;
  /** Steps of the first fall. */
  firstDecaySteps: number;
  /** How much longer each fall is than the one before. Default 2. */
  tMul?: number;
  /** The top of each fall as a share of the one before. Default 1. */
  mMul?: number;
  /** The last rate of a fall as a share of the initial one. Default 0. */
  alpha?: number;
}

/** Cosine falls, each starting anew from the top. */
export class CosineDecayRestarts implements LearningRateSchedule {
  constructor(readonly options: CosineDecayRestartsOptions) {}
  value(step: Tensor): Tensor {
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = this.options;
    const falls = div(step, f64(firstDecaySteps));
    const [restart, done] = tMul === 1 ? even(falls) : growing(falls, tMul);
    const half = mul(mul(add(cos(mul(done, f64(Math.PI))), f64(1)), f64(0.5)), pow(f64(mMul), restart));
    return mul(add(mul(half, f64(1 - alpha)), f64(alpha)), f64(initialLearningRate));
  }
  config(): ThingConfig {
    return { type: 'CosineDecayRestarts', ...this.options };
  }
}

function even(falls: Tensor): [Tensor, Tensor] {
  const restart = floor(falls);
  return [restart, sub(falls, restart)];
}

function growing(falls: Tensor, factor: number): [Tensor, Tensor] {
  const restart = floor(div(log(add(mul(falls, f64(factor - 1)), f64(1))), f64(Math.log(factor))));
  const length = pow(f64(factor), restart);
  const before = div(sub(f64(1), length), f64(1 - factor));
  return [restart, div(sub(falls, before), length)];
}
