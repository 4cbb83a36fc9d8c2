// Random tensors: drawn by a counter-based generator from a seed that is a variable.

import {
  advance,
  randomBernoulli,
  randomCategorical,
  randomGamma,
  randomNormal,
  randomPermutation,
  randomPoisson,
  randomRandint,
  randomTruncatedNormal,
  randomUniform,
} from './generated/ops.js';
import type { DType, FloatDType } from './dtype.js';
import type { Shape, Tensor, TensorLike } from './tensor.js';
import { Variable } from './variable.js';

/**
 * A stream of random numbers (Philox4x32-10). Its state is a variable: inside `jit` each replay draws anew, and
 * a checkpoint that holds it goes on to the bit.
 */
export class Generator {
  /** Key and position: four u32. */
  readonly state: Variable<'u32'>;

  constructor(seed = 0) {
    this.state = new Variable<'u32'>(seedWords(seed), { name: 'random_state', trainable: false });
  }

  /** Starts again from `seed`. */
  seed(seed: number): void {
    this.state.assign(seedWords(seed));
  }

  /** The state for one draw of at most `count` elements; the stream moves past it. */
  next(count = 1): Tensor {
    const state = this.state.value as unknown as Tensor;
    this.state.assign(advance(state, { count }));
    return state;
  }

  /** Uniform in `[low, high)`. */
  uniform(shape: Shape, options: { low?: number; high?: number; dtype?: DType } = {}): Tensor {
    return randomUniform(this.next(), shape, options);
  }

  /** Normal. */
  normal(shape: Shape, options: { mean?: number; stddev?: number; dtype?: FloatDType } = {}): Tensor {
    return randomNormal(this.next(), shape, options);
  }

  /** Normal, drawn again where it is more than two standard deviations away. */
  truncatedNormal(shape: Shape, options: { mean?: number; stddev?: number; dtype?: FloatDType } = {}): Tensor {
    return randomTruncatedNormal(this.next(), shape, options);
  }

  /** True with probability `p`. */
  bernoulli(shape: Shape, p = 0.5): Tensor {
    return randomBernoulli(this.next(), shape, p);
  }

  /** Integers in `low` … `high − 1`. */
  randint(shape: Shape, low: number, high: number, options: { dtype?: DType } = {}): Tensor {
    return randomRandint(this.next(), shape, low, high, options);
  }

  /** Classes drawn from logits, `[batch, samples]`. */
  categorical(logits: TensorLike, samples: number): Tensor {
    return randomCategorical(this.next(), logits, samples);
  }

  /** The numbers `0 … n − 1` in random order. */
  permutation(n: number): Tensor {
    return randomPermutation(this.next(), n);
  }

  /** Gamma of shape parameter `alpha`. */
  gamma(alpha: TensorLike, shape: Shape): Tensor {
    return randomGamma(this.next(), alpha, shape);
  }

  /** Poisson of mean `lam`. */
  poisson(lam: TensorLike, shape: Shape): Tensor {
    return randomPoisson(this.next(), lam, shape);
  }

  /** A state for ops that take one (dropout). */
  dropoutState(): Tensor {
    return this.next();
  }
}

function seedWords(seed: number): Uint32Array {
  return Uint32Array.of(seed >>> 0, Math.floor(seed / 4294967296) >>> 0, 0, 0);
}

/** The stream that layers and initializers use unless they are given their own. */
export const random = new Generator(0);

/** Starts the common stream again: the same seed gives the same numbers. */
export function setSeed(seed: number): void {
  random.seed(seed);
}
