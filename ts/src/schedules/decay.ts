// Schedules that fall by a formula: exponential, inverse time, polynomial, piecewise constant.
import { add, ceil, div, floor, lessEqual, maximum, minimum, mul, pow, sub, TalrayError, type Tensor, where } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import { alike, type LearningRateSchedule } from './schedule.js';

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
    return mul(pow(alike(step, decayRate), periods(step, this.options)), alike(step, initialLearningRate));
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
    return div(alike(step, initialLearningRate), add(mul(periods(step, this.options), alike(step, decayRate)), alike(step, 1)));
  }
  config(): ThingConfig {
    return { type: 'InverseTimeDecay', ...this.options };
  }
}

function periods(step: Tensor, { decaySteps, staircase = false }: DecayOptions): Tensor {
  const p = div(step, alike(step, decaySteps));
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
    const rounds = cycle ? maximum(ceil(div(step, alike(step, decaySteps))), alike(step, 1)) : alike(step, 1);
    const length = mul(rounds, alike(step, decaySteps));
    const left = sub(alike(step, 1), div(minimum(step, length), length));
    return add(mul(raised(left, power), sub(alike(step, initialLearningRate), alike(step, endLearningRate))), alike(step, endLearningRate));
  }
  config(): ThingConfig {
    return { type: 'PolynomialDecay', ...this.options };
  }
}

/** `x^power`; the common powers as products, which round once. */
function raised(x: Tensor, power: number): Tensor {
  if (power === 1) return x;
  return power === 2 ? mul(x, x) : pow(x, alike(x, power));
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
      throw new TalrayError(
        'OPTION',
        `PiecewiseConstantDecay: expected ${boundaries.length + 1} values for ${boundaries.length} boundaries, got ${values.length}`,
      );
    }
  }
  value(step: Tensor): Tensor {
    const { boundaries, values } = this.options;
    return boundaries.reduceRight(
      (later, boundary, i) => where(lessEqual(step, alike(step, boundary)), alike(step, values[i]!), later),
      alike(step, values.at(-1)!),
    );
  }
  config(): ThingConfig {
    return { type: 'PiecewiseConstantDecay', ...this.options };
  }
}
