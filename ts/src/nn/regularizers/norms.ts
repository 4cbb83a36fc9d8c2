// Sums of absolute and squared weights.
import { abs, add, mul, square, sum, type Tensor } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';
import type { Regularizer } from './regularizer.js';

/** `l1 · Σ|w|`; default l1 0.01. */
export class L1 implements Regularizer {
  constructor(readonly l1 = 0.01) {}
  penalty(weight: Tensor): Tensor {
    return mul(sum(abs(weight)), this.l1);
  }
  config(): ThingConfig {
    return { type: 'L1', l1: this.l1 };
  }
}

/** `l2 · Σw²`; default l2 0.01. */
export class L2 implements Regularizer {
  constructor(readonly l2 = 0.01) {}
  penalty(weight: Tensor): Tensor {
    return mul(sum(square(weight)), this.l2);
  }
  config(): ThingConfig {
    return { type: 'L2', l2: this.l2 };
  }
}

/** Options of {@link L1L2}. */
export interface L1L2Options {
  /** Default 0. */
  l1?: number;
  /** Default 0. */
  l2?: number;
}

/** `l1 · Σ|w| + l2 · Σw²`. */
export class L1L2 implements Regularizer {
  constructor(readonly options: L1L2Options = {}) {}
  penalty(weight: Tensor): Tensor {
    const { l1 = 0, l2 = 0 } = this.options;
    return add(mul(sum(abs(weight)), l1), mul(sum(square(weight)), l2));
  }
  config(): ThingConfig {
    return { type: 'L1L2', ...this.options };
  }
}
