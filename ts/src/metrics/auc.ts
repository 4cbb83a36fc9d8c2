// The area under the ROC or precision-recall curve, from counts at thresholds.
import {
  add,
  div,
  divNoNan,
  greater,
  log,
  logicalAnd,
  maximum,
  minimum,
  mul,
  sigmoid,
  slice,
  sub,
  sum,
  TalrayError,
  type Tensor,
  where,
} from '../index.js';
import { ConfusionMetric, evenThresholds } from './confusion.js';
import type { MetricOptions } from './metric.js';

/** Options of {@link Auc}. */
export interface AucOptions extends MetricOptions {
  /** More give a closer value. Default 200. */
  numThresholds?: number;
  /** Thresholds of your own in [0, 1], 0 and 1 left out. Default evenly spaced. */
  thresholds?: readonly number[];
  /** Default `'ROC'`. */
  curve?: 'ROC' | 'PR';
  /** Between thresholds: `'interpolation'` (trapezoids; for PR Davis & Goadrich's form), or the lower or upper step. Default `'interpolation'`. */
  summationMethod?: 'interpolation' | 'minoring' | 'majoring';
  /** Whether predictions are logits. Default false. */
  fromLogits?: boolean;
}

/** The streaming AUC of Keras: the area under the curve of a yes/no ranking, over all batches. */
export class Auc extends ConfusionMetric {
  constructor(private readonly options: AucOptions = {}) {
    super(options.name ?? 'auc', thresholdsOf(options));
  }

  protected override scores(yPred: Tensor): Tensor {
    return this.options.fromLogits ? sigmoid(yPred) : yPred;
  }

  result(): Tensor {
    const { curve = 'ROC', summationMethod = 'interpolation' } = this.options;
    if (curve === 'PR' && summationMethod === 'interpolation') return this.#interpolatedPr();
    const [tp, fp, tn, fn] = [this.truePositives, this.falsePositives, this.trueNegatives, this.falseNegatives];
    const recall = divNoNan(tp, add(tp, fn));
    const [x, y] = curve === 'ROC' ? [divNoNan(fp, add(fp, tn)), recall] : [recall, divNoNan(tp, add(tp, fp))];
    const [left, right] = [this.#but(y, 'last'), this.#but(y, 'first')];
    const heights =
      summationMethod === 'interpolation'
        ? div(add(left, right), 2)
        : summationMethod === 'minoring'
          ? minimum(left, right)
          : maximum(left, right);
    return sum(mul(sub(this.#but(x, 'last'), this.#but(x, 'first')), heights));
  }

  /** Davis & Goadrich 2006: true positives are linear in predicted positives between two thresholds; precision is not. */
  #interpolatedPr(): Tensor {
    const tp = this.truePositives.value;
    const p = add(tp, this.falsePositives);
    const [tpLast, tpFirst, pLast, pFirst] = [this.#but(tp, 'first'), this.#but(tp, 'last'), this.#but(p, 'first'), this.#but(p, 'last')];
    const gained = sub(tpFirst, tpLast);
    const slope = divNoNan(gained, maximum(sub(pFirst, pLast), 0));
    const intercept = sub(tpLast, mul(slope, pLast));
    const both = logicalAnd(greater(pFirst, 0), greater(pLast, 0));
    const ratio = where(both, divNoNan(pFirst, maximum(pLast, 0)), 1);
    const positives = this.#but(add(tp, this.falseNegatives), 'first');
    return sum(divNoNan(mul(slope, add(gained, mul(intercept, log(ratio)))), maximum(positives, 0)));
  }

  #but(x: Tensor, which: 'first' | 'last'): Tensor {
    return slice(x, [which === 'first' ? 1 : 0], [this.thresholds.length - 1]);
  }
}

function thresholdsOf({ thresholds, numThresholds = 200 }: AucOptions): number[] {
  if (thresholds !== undefined) return [-1e-7, ...[...thresholds].sort((a, b) => a - b), 1 + 1e-7];
  if (!(Number.isInteger(numThresholds) && numThresholds > 1))
    throw new TalrayError('OPTION', `Auc: numThresholds must be an integer above 1, got ${numThresholds}`);
  return evenThresholds(numThresholds);
}
