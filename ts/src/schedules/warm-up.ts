// A line up before any other schedule.
import { add, div, less, mul, maximum, sub, tensor, type Tensor, where } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import type { LearningRateSchedule } from './schedule.js';

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
    const f64 = (value: number): Tensor => tensor(value, { dtype: 'f64' });
    const later = (at: Tensor): Tensor => (typeof this.after === 'number' ? f64(this.after) : this.after.value(at));
    const top = later(f64(0));
    const rising = add(mul(sub(top, f64(from)), div(step, f64(Math.max(1, steps)))), f64(from));
    return where(less(step, f64(steps)), rising, later(maximum(sub(step, f64(steps)), f64(0))));
  }
  config(): ThingConfig {
    return { type: 'WarmUp', after: typeof this.after === 'number' ? this.after : this.after.config(), ...this.options };
  }
}
