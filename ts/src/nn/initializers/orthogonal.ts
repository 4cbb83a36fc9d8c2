// The orthogonal initializer: the Q of a random matrix's QR factorisation.
import { type DType, randomNormal, TalrayError, type Tensor, tensor } from '../../index.js';
import { drawState, type Initializer, type SeedOption, type ThingConfig } from './initializer.js';

/** Options of {@link Orthogonal}. */
export interface OrthogonalOptions extends SeedOption {
  /** Multiplies the matrix. Default 1. */
  gain?: number;
}

/**
 * A matrix (leading axes flattened to rows) with orthonormal rows or columns, whichever are fewer, uniformly distributed:
 * QR of a normal matrix, with columns signed so that R's diagonal is positive. Keras's default for recurrent kernels.
 */
export class Orthogonal implements Initializer {
  constructor(readonly options: OrthogonalOptions = {}) {}
  make(shape: readonly number[], dtype: DType): Tensor {
    const columns = shape.at(-1);
    if (shape.length < 2 || columns === undefined)
      throw new TalrayError('SHAPE', `Orthogonal makes weights of rank 2 or more, got [${shape.join(', ')}]`);
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const long = Math.max(rows, columns);
    const short = Math.min(rows, columns);
    const draws = randomNormal(drawState(this.options.seed), [short, long], { dtype: 'f32' }).dataSync();
    const basis = orthonormalRows(Float64Array.from(draws as Float32Array), short, long);
    const gain = this.options.gain ?? 1;
    const values = new Float64Array(rows * columns);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        values[r * columns + c] = gain * (rows <= columns ? basis[r * long + c]! : basis[c * long + r]!);
      }
    }
    return tensor(values, { dtype, shape });
  }
  config(): ThingConfig {
    return { type: 'Orthogonal', ...this.options };
  }
}

/** Gram-Schmidt, twice over each row (which is as exact as Householder), in place. R's diagonal is a norm: positive. */
function orthonormalRows(matrix: Float64Array, rows: number, width: number): Float64Array {
  for (let i = 0; i < rows; i++) {
    const row = matrix.subarray(i * width, (i + 1) * width);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = matrix.subarray(j * width, (j + 1) * width);
        const overlap = dot(row, other);
        for (let k = 0; k < width; k++) row[k]! -= overlap * other[k]!;
      }
    }
    const length = Math.sqrt(dot(row, row));
    for (let k = 0; k < width; k++) row[k]! /= length;
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
  return sum;
}
