// Connectionist temporal classification: the likelihood of a label sequence over all its alignments with time.
import {
  add,
  arange,
  cast,
  concat,
  greaterEqual,
  logicalAnd,
  logSoftmax,
  logsumexp,
  maximum,
  mul,
  neg,
  notEqual,
  reshape,
  scan,
  slice,
  stack,
  sub,
  sum,
  takeAlongAxis,
  tensor,
  type Tensor,
  type TensorLike,
  transpose,
  where,
  zerosLike,
} from '../index.js';
import { FunctionLoss, type LossOptions } from './loss.js';

const IMPOSSIBLE = -1e30;

/**
 * `−log P(labels | logits)`. `yTrue` [batch, length] ids from 1, padded with 0; `yPred` [batch, steps, classes] logits, of
 * which class 0 is the blank. The forward recursion over labels with blanks between them, in logarithms, as a scan over time.
 */
export function ctc(yTrue: TensorLike, yPred: TensorLike): Tensor {
  const labels = cast(tensor(yTrue), 'i32');
  const logits = tensor(yPred);
  const width = 2 * labels.shape[1]! + 1;
  const blank = zerosLike(slice(labels, [0, 0], [-1, 1]));
  const path = concat([blank, reshape(stack([labels, zerosLike(labels)], { axis: 2 }), [-1, width - 1])], { axis: 1 });
  const steps = transpose(logSoftmax(logits, { axis: -1 }), { axes: [1, 0, 2] });
  const pathOfStep = (step: Tensor): Tensor => takeAlongAxis(step, path, 1);
  const place = reshape(arange(0, width, { dtype: 'i32' }), [1, width]);
  const first = squeezeTime(slice(steps, [0, 0, 0], [1, -1, -1]));
  const start = where(greaterEqual(1, place), pathOfStep(first), IMPOSSIBLE);
  const twoBack = slice(concat([blank, blank, path], { axis: 1 }), [0, 0], [-1, width]);
  const maySkip = logicalAnd(notEqual(path, 0), notEqual(path, twoBack));
  const impossible = (count: number): Tensor => add(zerosLike(slice(start, [0, 0], [-1, count])), IMPOSSIBLE);
  const back = (alpha: Tensor, by: number): Tensor => slice(concat([impossible(by), alpha], { axis: 1 }), [0, 0], [-1, width]);
  const [alpha] = scan(
    (previous: Tensor, step: Tensor): [Tensor, Tensor] => {
      const ways = stack([previous, back(previous, 1), where(maySkip, back(previous, 2), IMPOSSIBLE)], { axis: 0 });
      const next = maximum(add(logsumexp(ways, { axis: 0 }), pathOfStep(step)), IMPOSSIBLE);
      return [next, sum(next)];
    },
    start,
    slice(steps, [1, 0, 0], [-1, -1, -1]),
  );
  const length = mul(sum(cast(notEqual(labels, 0), 'i32'), { axis: 1, keepdims: true }), 2);
  const last = logicalAnd(greaterEqual(place, sub(length, 1)), greaterEqual(length, place));
  return neg(logsumexp(where(last, alpha, IMPOSSIBLE), { axis: 1 }));
}

function squeezeTime(x: Tensor): Tensor {
  return reshape(x, [-1, x.shape[2]!]);
}

/** {@link ctc} with a reduction. */
export class CTC extends FunctionLoss<object> {
  constructor(options: LossOptions = {}) {
    super(ctc, options);
  }
}
