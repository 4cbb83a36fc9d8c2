// Cosine schedules, with warm-up and with restarts.
import { add, cos, div, floor, less, log, minimum, mul, pow, sub, type Tensor, where } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import { alike, type LearningRateSchedule } from './schedule.js';

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
    if (warmupTarget === undefined)
      return falling(div(minimum(step, alike(step, decaySteps)), alike(step, decaySteps)), initialLearningRate, alpha);
    const done = div(sub(minimum(step, alike(step, decaySteps + warmupSteps)), alike(step, warmupSteps)), alike(step, decaySteps));
    const rising = add(
      mul(step, alike(step, (warmupTarget - initialLearningRate) / Math.max(1, warmupSteps))),
      alike(step, initialLearningRate),
    );
    return where(less(step, alike(step, warmupSteps)), rising, falling(done, warmupTarget, alpha));
  }
  config(): ThingConfig {
    return { type: 'CosineDecay', ...this.options };
  }
}

function falling(done: Tensor, top: number, alpha: number): Tensor {
  const half = mul(add(cos(mul(done, alike(done, Math.PI))), alike(done, 1)), alike(done, 0.5));
  return mul(add(mul(half, alike(done, 1 - alpha)), alike(done, alpha)), alike(done, top));
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
    const falls = div(step, alike(step, firstDecaySteps));
    const [restart, done] = tMul === 1 ? even(falls) : growing(falls, tMul);
    const half = mul(mul(add(cos(mul(done, alike(step, Math.PI))), alike(step, 1)), alike(step, 0.5)), pow(alike(step, mMul), restart));
    return mul(add(mul(half, alike(step, 1 - alpha)), alike(step, alpha)), alike(step, initialLearningRate));
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
  const restart = floor(div(log(add(mul(falls, alike(falls, factor - 1)), alike(falls, 1))), alike(falls, Math.log(factor))));
  const length = pow(alike(falls, factor), restart);
  const before = div(sub(alike(falls, 1), length), alike(falls, 1 - factor));
  return [restart, div(sub(falls, before), length)];
}
