// Weights at or above zero.
import { maximum, type Tensor } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';
import type { Constraint } from './constraint.js';

/** Sets negative weights to 0. */
export class NonNeg implements Constraint {
  project(weight: Tensor): Tensor {
    return maximum(weight, 0);
  }
  config(): ThingConfig {
    return { type: 'NonNeg' };
  }
}
