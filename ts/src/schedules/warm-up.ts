// A line up before any other schedule.
import { add, div, less, maximum, mul, sub, type Tensor, where } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import { alike, type LearningRateSchedule } from './schedule.js';

/** Options of {@link WarmUp}. */
export interface WarmUpOptions {
  /** Steps of the rise. */
  steps: number;
  /** The rate at step 0. Default 0. */
  from?: number;
}

/** Rises in a line to what `after` starts with (a rate or a schedule, whose step 0 is the end of the rise). */
export class WarmUp implements LearningRateSchedule {
  constructor(
    readonly after: number | LearningRateSchedule,
    readonly options: WarmUpOptions,
  ) {}
  value(step: Tensor): Tensor {
    const { steps, from = 0 } = this.options;
    const later = (at: Tensor): Tensor => (typeof this.after === 'number' ? alike(step, this.after) : this.after.value(at));
    const top = later(alike(step, 0));
    const rising = add(mul(sub(top, alike(step, from)), div(step, alike(step, Math.max(1, steps)))), alike(step, from));
    return where(less(step, alike(step, steps)), rising, later(maximum(sub(step, alike(step, steps)), alike(step, 0))));
  }
  config(): ThingConfig {
    return { type: 'WarmUp', after: typeof this.after === 'number' ? this.after : this.after.config(), ...this.options };
  }
}
