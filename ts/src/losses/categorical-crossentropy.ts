// Cross-entropy of classes: one-hot, focal, as ids, and generalised.
import {
  add,
  cast,
  clip,
  div,
  expandDims,
  log,
  mul,
  neg,
  notEqual,
  oneHot,
  pow,
  softmax,
  softmaxCrossEntropy,
  sparseSoftmaxCrossEntropy,
  squeeze,
  sub,
  sum,
  tensor,
  type Tensor,
  type TensorLike,
  transpose,
  where,
  zerosLike,
} from '../index.js';
import { withMask } from '../nn/core/mask.js';
import { axisOf } from '../nn/core/shapes.js';
import { EPSILON, targets } from './align.js';
import { FunctionLoss, type LossOptions } from './loss.js';

/** Options of {@link categoricalCrossentropy}. */
export interface CategoricalCrossentropyOptions {
  /** Whether predictions are logits rather than probabilities. Default false. */
  fromLogits?: boolean;
  /** Targets become `y (1 − s) + s/classes`. Default 0. */
  labelSmoothing?: number;
  /** The classes' axis. Default -1. */
  axis?: number;
}

/** `−Σ y log ŷ` over the classes, y one-hot or probabilities; ŷ is scaled to sum 1 and clipped to [1e-7, 1 − 1e-7]. */
export function categoricalCrossentropy(yTrue: TensorLike, yPred: TensorLike, options: CategoricalCrossentropyOptions = {}): Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  const [target, p] = targets(yTrue, yPred);
  const y = smooth(target, labelSmoothing);
  if (fromLogits) return softmaxCrossEntropy(p, y, { axis }).loss;
  return neg(sum(mul(y, log(normalized(p, axis))), { axis }));
}

/** Options of {@link categoricalFocalCrossentropy}. */
export interface CategoricalFocalCrossentropyOptions extends CategoricalCrossentropyOptions {
  /** Weight of every class. Default 0.25. */
  alpha?: number;
  /** Exponent of the focus. Default 2. */
  gamma?: number;
}

/** `−Σ alpha (1 − ŷ)^gamma y log ŷ` over the classes. */
export function categoricalFocalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: CategoricalFocalCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1, alpha = 0.25, gamma = 2 } = options;
  const [target, given] = targets(yTrue, yPred);
  const p = normalized(fromLogits ? softmax(given, { axis }) : given, axis);
  const crossentropy = neg(mul(smooth(target, labelSmoothing), log(p)));
  return sum(mul(mul(pow(sub(1, p), gamma), alpha), crossentropy), { axis });
}

/** Options of {@link sparseCategoricalCrossentropy}. */
export interface SparseCategoricalCrossentropyOptions {
  /** Whether predictions are logits rather than probabilities. Default false. */
  fromLogits?: boolean;
  /** Examples of this class have no loss and do not count in a mean. Default none. */
  ignoreClass?: number;
  /** The classes' axis. Default -1. */
  axis?: number;
}

/** `−log ŷ` of the true class, given as its id; ŷ is clipped to [1e-7, 1 − 1e-7] and scaled to sum 1, as Keras does on TensorFlow. */
export function sparseCategoricalCrossentropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  options: SparseCategoricalCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, ignoreClass } = options;
  const p = lastAxis(tensor(yPred), options.axis ?? -1);
  let ids = cast(tensor(yTrue), 'i32');
  if (ids.rank === p.rank && ids.shape.at(-1) === 1) ids = squeeze(ids, { axis: -1 });
  if (ignoreClass === undefined) return ofIds(ids, p, fromLogits);
  const real = notEqual(ids, ignoreClass);
  const values = ofIds(where(real, ids, zerosLike(ids)), where(expandDims(real, -1), p, zerosLike(p)), fromLogits);
  return withMask(where(real, values, zerosLike(values)), real);
}

/** Options of {@link categoricalGeneralizedCrossEntropy}. */
export interface CategoricalGeneralizedCrossEntropyOptions {
  /** Between 0 (cross-entropy) and 1 (absolute error). Default 0.5. */
  q?: number;
}

/** `(1 − p^q) / q` with p the probability of the true class, given as its id; robust against wrong labels. */
export function categoricalGeneralizedCrossEntropy(
  yTrue: TensorLike,
  yPred: TensorLike,
  { q = 0.5 }: CategoricalGeneralizedCrossEntropyOptions = {},
): Tensor {
  const p = tensor(yPred);
  const truth = sum(mul(p, oneHot(cast(tensor(yTrue), 'i32'), p.shape.at(-1)!, { dtype: p.dtype })), { axis: -1 });
  return div(sub(1, pow(truth, q)), q);
}

function smooth(y: Tensor, share: number): Tensor {
  return share ? add(mul(y, 1 - share), share / y.shape.at(-1)!) : y;
}

function normalized(p: Tensor, axis: number): Tensor {
  return clip(div(p, sum(p, { axis, keepdims: true })), { min: EPSILON, max: 1 - EPSILON });
}

function ofIds(ids: Tensor, p: Tensor, fromLogits: boolean): Tensor {
  return sparseSoftmaxCrossEntropy(fromLogits ? p : log(clip(p, { min: EPSILON, max: 1 - EPSILON })), ids).loss;
}

function lastAxis(p: Tensor, axis: number): Tensor {
  const at = axisOf(axis, p.rank, 'sparseCategoricalCrossentropy');
  if (at === p.rank - 1) return p;
  return transpose(p, { axes: [...p.shape.map((_, i) => i).filter((i) => i !== at), at] });
}

/** {@link categoricalCrossentropy} with a reduction. */
export class CategoricalCrossentropy extends FunctionLoss<CategoricalCrossentropyOptions> {
  constructor(options: CategoricalCrossentropyOptions & LossOptions = {}) {
    super(categoricalCrossentropy, options);
  }
}

/** {@link categoricalFocalCrossentropy} with a reduction. */
export class CategoricalFocalCrossentropy extends FunctionLoss<CategoricalFocalCrossentropyOptions> {
  constructor(options: CategoricalFocalCrossentropyOptions & LossOptions = {}) {
    super(categoricalFocalCrossentropy, options);
  }
}

/** {@link sparseCategoricalCrossentropy} with a reduction. */
export class SparseCategoricalCrossentropy extends FunctionLoss<SparseCategoricalCrossentropyOptions> {
  constructor(options: SparseCategoricalCrossentropyOptions & LossOptions = {}) {
    super(sparseCategoricalCrossentropy, options);
  }
}

/** {@link categoricalGeneralizedCrossEntropy} with a reduction. */
export class CategoricalGeneralizedCrossEntropy extends FunctionLoss<CategoricalGeneralizedCrossEntropyOptions> {
  constructor(options: CategoricalGeneralizedCrossEntropyOptions & LossOptions = {}) {
    super(categoricalGeneralizedCrossEntropy, options);
  }
}
