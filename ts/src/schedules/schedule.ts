// What a learning-rate schedule is.
import { tensor, type Tensor } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';

/** The learning rate as a function of the step. It is computed inside the recorded step: nothing is recorded anew. */
export interface LearningRateSchedule {
  /** The rate at `step` (a scalar, the number of updates made before), in the dtype of `step`: f64, or f32 as in Keras. */
  value(step: Tensor): Tensor;
  /** Type and options. */
  config(): ThingConfig;
}

/** A number in the dtype of `like`. */
export function alike(like: Tensor, value: number): Tensor {
  return tensor(value, { dtype: like.dtype });
}
