// Counts of right and wrong decisions at thresholds: the base of AUC, precision, recall and their kin.
import {
  add,
  cast,
  ceil,
  clip,
  cumsum,
  equal,
  expandDims,
  greater,
  maximum,
  mul,
  onesLike,
  reshape,
  sub,
  sum,
  TalrayError,
  tensor,
  type Tensor,
  type TensorLike,
  unsortedSegmentSum,
  type Variable,
  where,
  zerosLike,
} from '../index.js';
import { align } from '../losses/align.js';
import { Metric } from './metric.js';

/** Counts a threshold. */
export interface Counts {
  readonly truePositives: Tensor;
  readonly falsePositives: Tensor;
  readonly trueNegatives: Tensor;
  readonly falseNegatives: Tensor;
}

/** `count` evenly spaced thresholds over [0, 1]; the outer ones lie 1e-7 outside. */
export function evenThresholds(count: number, outside = 1e-7): number[] {
  const inner = Array.from({ length: count - 2 }, (_, i) => (i + 1) / (count - 1));
  return [-outside, ...inner, 1 + outside];
}

function areEven(thresholds: readonly number[]): boolean {
  return (
    thresholds.length >= 3 &&
    thresholds.every((t, i) => Math.abs(t - i / (thresholds.length - 1)) <= 1e-7 + 1e-5 * (i / (thresholds.length - 1)))
  );
}

/** Weighted counts of a batch: a prediction is positive above a threshold. Even thresholds cost one pass, not one each. */
export function countAt(thresholds: readonly number[], yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): Counts {
  const [p, y] = align(tensor(yPred, { dtype: 'f32' }), tensor(yTrue, { dtype: 'f32' }));
  const score = reshape(p, [-1]);
  const positive = cast(cast(reshape(y, [-1]), 'bool'), 'f32');
  const weight = weightsLike(p, sampleWeight);
  const ofTrue = weight === undefined ? positive : mul(positive, weight);
  const ofFalse = weight === undefined ? sub(1, positive) : sub(weight, ofTrue);
  const above = areEven(thresholds) ? evenCounts(thresholds, score) : eachCount(thresholds, score);
  const [truePositives, falsePositives] = [above(ofTrue), above(ofFalse)];
  return {
    truePositives,
    falsePositives,
    trueNegatives: sub(sum(ofFalse), falsePositives),
    falseNegatives: sub(sum(ofTrue), truePositives),
  };
}

function weightsLike(p: Tensor, sampleWeight: TensorLike | undefined): Tensor | undefined {
  if (sampleWeight === undefined) return undefined;
  let weight: Tensor = tensor(sampleWeight, { dtype: 'f32' });
  while (weight.rank < p.rank) weight = expandDims(weight, -1);
  return reshape(mul(weight, onesLike(p)), [-1]);
}

/** Sums of what is above each threshold: buckets between thresholds, then sums from the top. */
function evenCounts(thresholds: readonly number[], score: Tensor): (values: Tensor) => Tensor {
  const count = thresholds.length;
  const place = ceil(mul(clip(score, { min: 0, max: 1 }), count - 1));
  const bucket = cast(maximum(sub(place, 1), 0), 'i32');
  const zeroCounts = thresholds[0]! < 0;
  return (values) => {
    const kept = zeroCounts ? values : where(equal(place, 0), zerosLike(values), values);
    return cumsum(unsortedSegmentSum(kept, bucket, [count]), { axis: 0, reverse: true });
  };
}

function eachCount(thresholds: readonly number[], score: Tensor): (values: Tensor) => Tensor {
  const above = cast(greater(expandDims(score, 0), tensor(thresholds, { dtype: 'f32', shape: [thresholds.length, 1] })), 'f32');
  return (values) => sum(mul(above, expandDims(values, 0)), { axis: 1 });
}

/** A metric over counts at thresholds. */
export abstract class ConfusionMetric extends Metric {
  protected readonly truePositives: Variable;
  protected readonly falsePositives: Variable;
  protected readonly trueNegatives: Variable;
  protected readonly falseNegatives: Variable;

  constructor(
    name: string,
    protected readonly thresholds: readonly number[],
  ) {
    super(name);
    if (thresholds.some((t) => !(t >= -1e-6 && t <= 1 + 1e-6)))
      throw new TalrayError('OPTION', `${name}: thresholds must be in [0, 1], got ${thresholds.join(', ')}`);
    const shape = [thresholds.length];
    this.truePositives = this.addState('truePositives', shape);
    this.falsePositives = this.addState('falsePositives', shape);
    this.trueNegatives = this.addState('trueNegatives', shape);
    this.falseNegatives = this.addState('falseNegatives', shape);
  }

  override get higherIsBetter(): boolean {
    return true;
  }

  updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const counts = countAt(this.thresholds, yTrue, this.scores(tensor(yPred)), sampleWeight);
    this.truePositives.assign(add(this.truePositives, counts.truePositives));
    this.falsePositives.assign(add(this.falsePositives, counts.falsePositives));
    this.trueNegatives.assign(add(this.trueNegatives, counts.trueNegatives));
    this.falseNegatives.assign(add(this.falseNegatives, counts.falseNegatives));
  }

  /** Predictions as probabilities. */
  protected scores(yPred: Tensor): Tensor {
    return yPred;
  }

  /** One threshold gives a scalar, several a vector. */
  protected shaped(values: Tensor): Tensor {
    return this.thresholds.length === 1 ? reshape(values, []) : values;
  }
}
