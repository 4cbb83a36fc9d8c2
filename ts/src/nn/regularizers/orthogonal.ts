// A penalty that makes the rows or columns of a matrix orthogonal.
import { abs, div, eye, matmul, mul, sqrt, square, sub, sum, maximum, TalrayError, type Tensor } from '../../index.js';
import type { ThingConfig } from '../initializers/initializer.js';
import type { Regularizer } from './regularizer.js';

/** Options of {@link OrthogonalRegularizer}. */
export interface OrthogonalRegularizerOptions {
  /** Default 0.01. */
  factor?: number;
  /** What is made orthogonal. Default `'rows'`. */
  mode?: 'rows' | 'columns';
}

/**
 * `factor · Σ|off-diagonal of U Uᵀ| / (n(n−1)/2) / 2` over unit rows (or columns) U of a matrix with n of them.
 * Source: Keras `OrthogonalRegularizer`.
 */
export class OrthogonalRegularizer implements Regularizer {
  constructor(readonly options: OrthogonalRegularizerOptions = {}) {}
  penalty(weight: Tensor): Tensor {
    const { factor = 0.01, mode = 'rows' } = this.options;
    if (weight.rank !== 2)
      throw new TalrayError('SHAPE', `OrthogonalRegularizer takes weights of rank 2, got [${weight.shape.join(', ')}]`);
    const rows = mode === 'rows';
    const axis = rows ? 1 : 0;
    const count = weight.shape[rows ? 0 : 1]!;
    const unit = div(weight, sqrt(maximum(sum(square(weight), { axis, keepdims: true }), 1e-12)));
    const products = matmul(unit, unit, rows ? { transposeB: true } : { transposeA: true });
    const offDiagonal = mul(products, sub(1, eye(count, { dtype: weight.dtype })));
    const pairs = Math.max(1, (count * (count - 1)) / 2);
    return mul(sum(abs(offDiagonal)), (0.5 * factor) / pairs);
  }
  config(): ThingConfig {
    return { type: 'OrthogonalRegularizer', ...this.options };
  }
}
