// Constraints, and how a saved one is made again.
import { TalrayError } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';
import type { Constraint } from './constraint.js';
import { NonNeg } from './non-neg.js';
import { MaxNorm, MinMaxNorm, UnitNorm } from './norms.js';

export type { Constraint } from './constraint.js';
export { NonNeg } from './non-neg.js';
export { type AxisOption, MaxNorm, type MaxNormOptions, MinMaxNorm, type MinMaxNormOptions, UnitNorm } from './norms.js';

/** The constraint that `config()` described; throws `FORMAT` for a type that is not known. */
export function constraintFrom(config: ThingConfig): Constraint {
  const { type, ...options } = config;
  if (type === 'MaxNorm') return new MaxNorm(options);
  if (type === 'UnitNorm') return new UnitNorm(options);
  if (type === 'MinMaxNorm') return new MinMaxNorm(options);
  if (type === 'NonNeg') return new NonNeg();
  throw new TalrayError('FORMAT', `no constraint is called ${type}`);
}
