// Regularizers, and how a saved one is made again.
import { TalrayError } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';
import { L1, L1L2, L2 } from './norms.js';
import { OrthogonalRegularizer } from './orthogonal.js';
import type { Regularizer } from './regularizer.js';

export { L1, L1L2, type L1L2Options, L2 } from './norms.js';
export { OrthogonalRegularizer, type OrthogonalRegularizerOptions } from './orthogonal.js';
export type { Regularizer } from './regularizer.js';

/** The regularizer that `config()` described; throws `FORMAT` for a type that is not known. */
export function regularizerFrom(config: ThingConfig): Regularizer {
  const { type, ...options } = config;
  if (type === 'L1') return new L1(options['l1'] as number);
  if (type === 'L2') return new L2(options['l2'] as number);
  if (type === 'L1L2') return new L1L2(options);
  if (type === 'OrthogonalRegularizer') return new OrthogonalRegularizer(options);
  throw new TalrayError('FORMAT', `no regularizer is called ${type}`);
}
