// Targets and predictions of ranks that differ by a last axis of size 1.
import { expandDims, squeeze, tensor, type Tensor, type TensorLike } from '../index.js';

/**
 * Both with the same rank where one has one more axis, of size 1, at the end: [n] against [n, 1] gets that axis, otherwise
 * the axis is dropped. Ranks that differ otherwise are left to broadcasting.
 */
export function align(a: Tensor, b: Tensor): [Tensor, Tensor] {
  if (a.rank === b.rank + 1 && a.shape.at(-1) === 1) return b.rank === 1 ? [a, expandDims(b, -1)] : [squeeze(a, { axis: -1 }), b];
  if (b.rank === a.rank + 1 && b.shape.at(-1) === 1) return a.rank === 1 ? [expandDims(a, -1), b] : [a, squeeze(b, { axis: -1 })];
  return [a, b];
}

/** The target in the prediction's dtype, both with the same rank. */
export function targets(yTrue: TensorLike, yPred: TensorLike): [Tensor, Tensor] {
  const prediction = tensor(yPred);
  return align(tensor(yTrue, { dtype: prediction.dtype }), prediction);
}

/** Keras's `epsilon()`. */
export const EPSILON = 1e-7;
