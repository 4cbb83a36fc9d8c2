// What a constraint is.
import type { Tensor } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';

/** Maps a weight to one that is allowed; applied after each update. */
export interface Constraint {
  /** The allowed weight. */
  project(weight: Tensor): Tensor;
  /** Type and options. */
  config(): ThingConfig;
}
