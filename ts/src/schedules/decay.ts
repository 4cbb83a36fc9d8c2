// Schedules that fall by a formula: exponential, inverse time, polynomial, piecewise constant.
import { add, ceil, div, floor, lessEqual, maximum, minimum, mul, pow, sub, TalrayError, tensor, type Tensor, where } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import type { LearningRateSchedule } from './schedule.js';

const f64 = (value: number): Tensor => tensor(value, { dtype: 'f64' });

/** Options of {@link ExponentialDecay} and {@link InverseTimeDecay}. */
export interface DecayOptions {
  /** The rate at step 0. */
  initialLearningRate: number;
  /** Steps after which the rate has fallen once. */
  decaySteps: number;
  /** How far it falls. */
  decayRate: number;
  /** Whether it falls in stairs rather than smoothly. Default false. */
  staircase?: boolean;
}

/** `initial · rate^(step / decaySteps)`. */
export class ExponentialDecay implements LearningRateSchedule {
  constructor(readonly options: DecayOptions) {}
  value(step: Tensor): Tensor {
    const { initialLearningRate, decayRate } = this.options;
    return mul(pow(f64(decayRate), periods(step, this.options)), f64(initialLearningRate));
  }
  config(): ThingConfig {
    return { type: 'ExponentialDecay', ...this.options };
  }
}

/** `initial / (1 + rate · step / decaySteps)`. */
export class InverseTimeDecay implements LearningRateSchedule {
  constructor(readonly options: DecayOptions) {}
  value(step: Tensor): Tensor {
    const { initialLearningRate, decayRate } = this.options;
    return div(f64(initialLearningRate), add(mul(periods(step, this.options), f64(decayRate)), f64(1)));
  }
  config(): ThingConfig {
    return { type: 'InverseTimeDecay', ...this.options };
  }
}

function periods(step: Tensor, { decaySteps, staircase = false }: DecayOptions): Tensor {
  const p = div(step, f64(decaySteps));
  return staircase ? floor(p) : p;
}

/** Options of {@link PolynomialDecay}. */
export interface PolynomialDecayOptions {
  initialLearningRate: number;
  /** Steps until the end rate. */
  decaySteps: number;
  /** Default 1e-4. */
  endLearningRate?: number;
  /** 1: a line. Default 1. */
  power?: number;
  /** Whether decaySteps doubles and the fall goes on when the end is reached. Default false. */
  cycle?: boolean;
}

/** `(initial − end)(1 − min(step, n)/n)^power + end`. */
export class PolynomialDecay implements LearningRateSchedule {
  constructor(readonly options: PolynomialDecayOptions) {}
  value(step: Tensor): Tensor {
    const { initialLearningRate, decaySteps, endLearningRate = 1e-4, power = 1, cycle = false } = this.options;
    const rounds = cycle ? maximum(ceil(div(step, f64(decaySteps))), f64(1)) : f64(1);
    const length = mul(rounds, f64(decaySteps));
    const left = sub(f64(1), div(minimum(step, length), length));
    return add(mul(pow(left, f64(power)), f64(initialLearningRate - endLearningRate)), f64(endLearningRate));
  }
  config(): ThingConfig {
    return { type: 'PolynomialDecay', ...this.options };
  }
}

/** Options of {@link PiecewiseConstantDecay}. */
export interface PiecewiseConstantDecayOptions {
  /** Increasing steps; up to and including `boundaries[i]` the rate is `values[i]`. */
  boundaries: readonly number[];
  /** One more than boundaries. */
  values: readonly number[];
}

/** Constant rates between boundaries. */
export class PiecewiseConstantDecay implements LearningRateSchedule {
  constructor(readonly options: PiecewiseConstantDecayOptions) {
    const { boundaries, values } = options;
    if (values.length !== boundaries.length + 1) {
      throw new TalrayError('OPTION', `PiecewiseConstantDecay: expected ${boundaries.length + 1} values for ${boundaries.length} boundaries, got ${values.length}`);
    }
  }
  value(step: Tensor): Tensor {
    const { boundaries, values } = this.options;
    return boundaries.reduceRight((later, boundary, i) => where(lessEqual(step, f64(boundary)), f64(values[i]!), later), f64(values.at(-1)!));
  }
  config(): ThingConfig {
    return { type: 'PiecewiseConstantDecay', ...this.options };
  }
}
