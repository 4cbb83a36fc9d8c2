// Initializers without randomness.
import { type DType, eye, full, mul, TalrayError, type Tensor, tensor } from '../../index.js';
import type { Initializer, ThingConfig } from './initializer.js';

/** All zeros. */
export class Zeros implements Initializer {
  make(shape: readonly number[], dtype: DType): Tensor {
    return full(shape, 0, { dtype });
  }
  config(): ThingConfig {
    return { type: 'Zeros' };
  }
}

/** All ones. */
export class Ones implements Initializer {
  make(shape: readonly number[], dtype: DType): Tensor {
    return full(shape, 1, { dtype });
  }
  config(): ThingConfig {
    return { type: 'Ones' };
  }
}

/** One number everywhere, or given values (an array of the weight's size, in row order). */
export class Constant implements Initializer {
  constructor(readonly value: number | readonly number[] = 0) {}
  make(shape: readonly number[], dtype: DType): Tensor {
    if (typeof this.value === 'number') return full(shape, this.value, { dtype });
    const size = shape.reduce((a, b) => a * b, 1);
    if (this.value.length !== size) {
      throw new TalrayError('SHAPE', `Constant: expected ${size} values for [${shape.join(', ')}], got ${this.value.length}`);
    }
    return tensor(this.value, { dtype, shape });
  }
  config(): ThingConfig {
    return { type: 'Constant', value: this.value };
  }
}

/** Options of {@link Identity}. */
export interface IdentityOptions {
  /** Multiplies the matrix. Default 1. */
  gain?: number;
}

/** The identity matrix times `gain`, for weights of rank 2. */
export class Identity implements Initializer {
  constructor(readonly options: IdentityOptions = {}) {}
  make(shape: readonly number[], dtype: DType): Tensor {
    const [rows, columns] = shape;
    if (shape.length !== 2 || rows === undefined || columns === undefined) {
      throw new TalrayError('SHAPE', `Identity makes weights of rank 2, got [${shape.join(', ')}]`);
    }
    return mul(eye(rows, { columns, dtype }), tensor(this.options.gain ?? 1, { dtype }));
  }
  config(): ThingConfig {
    return { type: 'Identity', ...this.options };
  }
}
