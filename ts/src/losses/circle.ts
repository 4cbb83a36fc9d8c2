// The circle loss of metric learning.
import {
  add,
  cast,
  equal,
  expandDims,
  eye,
  greater,
  logicalAnd,
  logicalNot,
  logsumexp,
  matmul,
  maximum,
  mul,
  softplus,
  squeeze,
  sub,
  tensor,
  type Tensor,
  type TensorLike,
  where,
} from '../index.js';
import { withMask } from '../nn/core/mask.js';
import { FunctionLoss, type LossOptions } from './loss.js';

/** Options of {@link circle}. */
export interface CircleOptions {
  /** Scale. Default 80. */
  gamma?: number;
  /** Default 0.4. */
  margin?: number;
  /** Labels to compare with; default those of the batch. */
  refLabels?: TensorLike;
  /** Embeddings to compare with; default those of the batch. */
  refEmbeddings?: TensorLike;
  /** Whether an example is not compared with itself. Default true. */
  removeDiagonal?: boolean;
}

/** Stands for −∞ in sums of exponentials; its exponential is 0, and no gradient of it is NaN. */
const FAR = -1e30;

/**
 * Weighted similarity of pairs: `softplus(logsumexp(−γ α_p (m − d_p)) + logsumexp(γ α_n (1 − m − d_n)))` with cosine
 * distances d of unit embeddings ŷ and weights `α_p = m + d`, `α_n = 1 + m − d`. Labels are ids. Source: Keras `circle`
 * (Sun et al. 2020). Examples with loss 0 are hidden from means, as in Keras.
 */
export function circle(yTrue: TensorLike, yPred: TensorLike, options: CircleOptions = {}): Tensor {
  const { gamma = 80, margin = 0.4, removeDiagonal = true } = options;
  const embeddings = tensor(yPred);
  const labels = ids(yTrue);
  const others = options.refEmbeddings === undefined ? embeddings : tensor(options.refEmbeddings, { dtype: embeddings.dtype });
  const otherLabels = options.refLabels === undefined ? labels : ids(options.refLabels);
  const distance = maximum(sub(1, matmul(embeddings, others, { transposeB: true })), 0);
  const same = equal(expandDims(labels, 1), expandDims(otherLabels, 0));
  const self = removeDiagonal && options.refLabels === undefined && options.refEmbeddings === undefined;
  const positive = self ? logicalAnd(same, logicalNot(cast(eye(labels.shape[0]!), 'bool'))) : same;
  const pull = mul(mul(maximum(add(distance, margin), 0), sub(margin, distance)), -gamma);
  const push = mul(mul(maximum(sub(1 + margin, distance), 0), sub(1 - margin, distance)), gamma);
  const gather = (values: Tensor, mask: Tensor): Tensor => logsumexp(where(mask, values, FAR), { axis: 1 });
  const loss = softplus(add(gather(pull, positive), gather(push, logicalNot(same))));
  return withMask(loss, greater(loss, 0));
}

function ids(labels: TensorLike): Tensor {
  const t = cast(tensor(labels), 'i32');
  return t.rank === 2 ? squeeze(t, { axis: -1 }) : t;
}

/** {@link circle} with a reduction. */
export class Circle extends FunctionLoss<CircleOptions> {
  constructor(options: CircleOptions & LossOptions = {}) {
    super(circle, options);
  }
}
