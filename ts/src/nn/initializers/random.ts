// Initializers that draw each element from one distribution.
import { type DType, randomNormal, randomTruncatedNormal, randomUniform, type Tensor } from '../../index.js';
import { drawState, floatOf, type Initializer, type SeedOption, type ThingConfig } from './initializer.js';

/** Options of {@link RandomNormal} and {@link TruncatedNormal}. */
export interface NormalOptions extends SeedOption {
  /** Default 0. */
  mean?: number;
  /** Default 0.05. */
  stddev?: number;
}

/** Options of {@link RandomUniform}. */
export interface UniformOptions extends SeedOption {
  /** Inclusive; default -0.05. */
  minval?: number;
  /** Exclusive; default 0.05. */
  maxval?: number;
}

/** Normal with mean 0 and standard deviation 0.05. */
export class RandomNormal implements Initializer {
  constructor(readonly options: NormalOptions = {}) {}
  make(shape: readonly number[], dtype: DType): Tensor {
    const { mean = 0, stddev = 0.05, seed } = this.options;
    return randomNormal(drawState(seed), shape, { mean, stddev, dtype: floatOf(dtype) });
  }
  config(): ThingConfig {
    return { type: 'RandomNormal', ...this.options };
  }
}

/** Normal, redrawn beyond two standard deviations. */
export class TruncatedNormal implements Initializer {
  constructor(readonly options: NormalOptions = {}) {}
  make(shape: readonly number[], dtype: DType): Tensor {
    const { mean = 0, stddev = 0.05, seed } = this.options;
    return randomTruncatedNormal(drawState(seed), shape, { mean, stddev, dtype: floatOf(dtype) });
  }
  config(): ThingConfig {
    return { type: 'TruncatedNormal', ...this.options };
  }
}

/** Uniform over [-0.05, 0.05). */
export class RandomUniform implements Initializer {
  constructor(readonly options: UniformOptions = {}) {}
  make(shape: readonly number[], dtype: DType): Tensor {
    const { minval = -0.05, maxval = 0.05, seed } = this.options;
    return randomUniform(drawState(seed), shape, { low: minval, high: maxval, dtype: floatOf(dtype) });
  }
  config(): ThingConfig {
    return { type: 'RandomUniform', ...this.options };
  }
}
