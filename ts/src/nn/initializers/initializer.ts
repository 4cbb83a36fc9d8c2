// What an initializer is, and where it draws its random numbers from.
import { random, tensor, type Tensor } from '../../index.js';
import type { FloatDType } from '../core/policy.js';
import type { DType } from '../../index.js';

/** An initializer as data: its type and options, as saved with a model. */
export type ThingConfig = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Makes the first value of a weight. */
export interface Initializer {
  /** A tensor of `shape` and `dtype`. */
  make(shape: readonly number[], dtype: DType): Tensor;
  /** Type and options. */
  config(): ThingConfig;
}

/** Options of random initializers. */
export interface SeedOption {
  /** With a seed every call gives the same values; without one the global stream is drawn from. */
  seed?: number;
}

/** The state that a random op draws from: fixed by `seed`, or the next one of the global stream. */
export function drawState(seed: number | undefined): Tensor {
  if (seed === undefined) return random.dropoutState();
  const high = Math.floor(seed / 2 ** 32);
  return tensor([seed >>> 0, high >>> 0, 0, 0], { dtype: 'u32' });
}

/** `dtype` as a floating one; weights of other dtypes are drawn in f32. */
export function floatOf(dtype: DType): FloatDType {
  return dtype === 'f64' || dtype === 'f16' || dtype === 'bf16' ? dtype : 'f32';
}
