// What a regularizer is.
import type { Tensor } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';

/** A penalty on a weight, added to the training loss. */
export interface Regularizer {
  /** The penalty as a scalar. */
  penalty(weight: Tensor): Tensor;
  /** Type and options. */
  config(): ThingConfig;
}
