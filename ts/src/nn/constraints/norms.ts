// Constraints on norms along an axis. Norms get 1e-7 added before a division, as in Keras.
import { add, clip, div, mul, sqrt, square, sum, type Tensor } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';
import type { Constraint } from './constraint.js';

const EPSILON = 1e-7;

/** Options of norm constraints. */
export interface AxisOption {
  /** Along which the norm is taken. Default 0: the incoming weights of each unit of a dense kernel. */
  axis?: number | readonly number[];
}

function norms(weight: Tensor, axis: number | readonly number[] = 0): Tensor {
  return sqrt(sum(square(weight), { axis, keepdims: true }));
}

/** Options of {@link MaxNorm}. */
export interface MaxNormOptions extends AxisOption {
  /** Default 2. */
  maxValue?: number;
}

/** Scales down what is longer than `maxValue`: `w · clip(‖w‖, 0, max) / (ε + ‖w‖)`. */
export class MaxNorm implements Constraint {
  constructor(readonly options: MaxNormOptions = {}) {}
  project(weight: Tensor): Tensor {
    const length = norms(weight, this.options.axis);
    return mul(weight, div(clip(length, { min: 0, max: this.options.maxValue ?? 2 }), add(length, EPSILON)));
  }
  config(): ThingConfig {
    return { type: 'MaxNorm', ...this.options };
  }
}

/** Scales to length 1: `w / (ε + ‖w‖)`. */
export class UnitNorm implements Constraint {
  constructor(readonly options: AxisOption = {}) {}
  project(weight: Tensor): Tensor {
    return div(weight, add(norms(weight, this.options.axis), EPSILON));
  }
  config(): ThingConfig {
    return { type: 'UnitNorm', ...this.options };
  }
}

/** Options of {@link MinMaxNorm}. */
export interface MinMaxNormOptions extends AxisOption {
  /** Default 0. */
  minValue?: number;
  /** Default 1. */
  maxValue?: number;
  /** 1: at once; less: a step of that share of the way. Default 1. */
  rate?: number;
}

/** Scales lengths into [min, max]: `w · (rate·clip(‖w‖) + (1−rate)·‖w‖) / (ε + ‖w‖)`. */
export class MinMaxNorm implements Constraint {
  constructor(readonly options: MinMaxNormOptions = {}) {}
  project(weight: Tensor): Tensor {
    const { minValue = 0, maxValue = 1, rate = 1 } = this.options;
    const length = norms(weight, this.options.axis);
    const wanted = add(mul(clip(length, { min: minValue, max: maxValue }), rate), mul(length, 1 - rate));
    return mul(weight, div(wanted, add(length, EPSILON)));
  }
  config(): ThingConfig {
    return { type: 'MinMaxNorm', ...this.options };
  }
}
