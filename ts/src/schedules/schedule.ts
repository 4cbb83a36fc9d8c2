// What a learning-rate schedule is.
import type { Tensor } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';

/** The learning rate as a function of the step. It is computed inside the recorded step: nothing is recorded anew. */
export interface LearningRateSchedule {
  /** The rate at `step` (an f64 scalar, the number of updates made before), as an f64 scalar. */
  value(step: Tensor): Tensor;
  /** Type and options. */
  config(): ThingConfig;
}
