// Shares of predictions that are right.
import {
  argmax,
  cast,
  equal,
  greater,
  squeeze,
  sum,
  tensor,
  type Tensor,
  type TensorLike,
  takeAlongAxis,
  expandDims,
  less,
} from '../index.js';
import { align } from '../losses/align.js';
import { MeanMetricWrapper } from './mean.js';
import type { MetricOptions } from './metric.js';

/** 1 where target and prediction are equal. */
export function accuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const p = tensor(yPred);
  const [a, b] = align(tensor(yTrue, { dtype: p.dtype }), p);
  return cast(equal(a, b), 'f32');
}

/** 1 where the prediction is on the target's side of `threshold` (default 0.5). */
export function binaryAccuracy(yTrue: TensorLike, yPred: TensorLike, { threshold = 0.5 }: { threshold?: number } = {}): Tensor {
  const p = tensor(yPred);
  const [y, q] = align(tensor(yTrue, { dtype: p.dtype }), p);
  return cast(equal(y, cast(greater(q, threshold), y.dtype)), 'f32');
}

/** 1 where the largest prediction is at the 1 of the one-hot target. */
export function categoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  return cast(equal(argmax(tensor(yTrue), { axis: -1 }), argmax(tensor(yPred), { axis: -1 })), 'f32');
}

/** 1 where the largest prediction is at the target's id. */
export function sparseCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const p = tensor(yPred);
  return cast(equal(ids(yTrue, p), argmax(p, { axis: -1 })), 'f32');
}

/** 1 where the prediction of the one-hot target's class is among the `k` (default 5) largest. */
export function topKCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike, options: { k?: number } = {}): Tensor {
  return sparseTopKCategoricalAccuracy(argmax(tensor(yTrue), { axis: -1 }), yPred, options);
}

/** 1 where the prediction of the target's id is among the `k` (default 5) largest; ties count for it. */
export function sparseTopKCategoricalAccuracy(yTrue: TensorLike, yPred: TensorLike, { k = 5 }: { k?: number } = {}): Tensor {
  const p = tensor(yPred);
  const own = takeAlongAxis(p, expandDims(ids(yTrue, p), -1), -1);
  return cast(less(sum(cast(greater(p, own), 'f32'), { axis: -1 }), k), 'f32');
}

function ids(yTrue: TensorLike, p: Tensor): Tensor {
  const y = cast(tensor(yTrue), 'i32');
  return y.rank === p.rank && y.shape.at(-1) === 1 ? squeeze(y, { axis: -1 }) : y;
}

/** The mean of {@link accuracy}. */
export class Accuracy extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(accuracy, { name: 'accuracy', ...options, higherIsBetter: true });
  }
}

/** Options of {@link BinaryAccuracy}. */
export interface BinaryAccuracyOptions extends MetricOptions {
  /** Above it a prediction is 1. Default 0.5. */
  threshold?: number;
}

/** The mean of {@link binaryAccuracy}. */
export class BinaryAccuracy extends MeanMetricWrapper {
  constructor(options: BinaryAccuracyOptions = {}) {
    super((y, p) => binaryAccuracy(y, p, options), { name: options.name ?? 'binaryAccuracy', higherIsBetter: true });
  }
}

/** The mean of {@link categoricalAccuracy}. */
export class CategoricalAccuracy extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(categoricalAccuracy, { name: 'categoricalAccuracy', ...options, higherIsBetter: true });
  }
}

/** The mean of {@link sparseCategoricalAccuracy}. */
export class SparseCategoricalAccuracy extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(sparseCategoricalAccuracy, { name: 'sparseCategoricalAccuracy', ...options, higherIsBetter: true });
  }
}

/** Options of the top-k accuracies. */
export interface TopKOptions extends MetricOptions {
  /** How many of the largest predictions may hold the target. Default 5. */
  k?: number;
}

/** The mean of {@link topKCategoricalAccuracy}. */
export class TopKCategoricalAccuracy extends MeanMetricWrapper {
  constructor(options: TopKOptions = {}) {
    super((y, p) => topKCategoricalAccuracy(y, p, options), { name: options.name ?? 'topKCategoricalAccuracy', higherIsBetter: true });
  }
}

/** The mean of {@link sparseTopKCategoricalAccuracy}. */
export class SparseTopKCategoricalAccuracy extends MeanMetricWrapper {
  constructor(options: TopKOptions = {}) {
    super((y, p) => sparseTopKCategoricalAccuracy(y, p, options), {
      name: options.name ?? 'sparseTopKCategoricalAccuracy',
      higherIsBetter: true,
    });
  }
}
