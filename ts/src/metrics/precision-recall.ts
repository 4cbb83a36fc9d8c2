// Precision, recall, plain counts, and one at a given value of another.
import {
  add,
  divNoNan,
  gather,
  greaterEqual,
  max,
  TalrayError,
  tensor,
  type Tensor,
  type TensorLike,
  topK,
  type Variable,
  where,
} from '../index.js';
import { ConfusionMetric } from './confusion.js';
import type { MetricOptions } from './metric.js';

/** Options of metrics at thresholds. */
export interface ThresholdOptions extends MetricOptions {
  /** One gives a scalar, several a vector. Default 0.5. */
  thresholds?: number | readonly number[];
  /** Only the `topK` largest predictions of an example count as positive (above 0). Default all. */
  topK?: number;
  /** Only this class (last axis) is looked at. Default all. */
  classId?: number;
}

abstract class AtThresholds extends ConfusionMetric {
  constructor(
    name: string,
    private readonly options: ThresholdOptions,
  ) {
    const { thresholds = options.topK === undefined ? 0.5 : 0 } = options;
    super(options.name ?? name, typeof thresholds === 'number' ? [thresholds] : thresholds);
  }

  /** Takes in a batch: counts at each threshold, of the class and the top predictions that were asked for. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const { topK: k, classId } = this.options;
    const p = tensor(yPred);
    const top = k === undefined ? p : where(greaterEqual(p, lowestOfTop(p, k)), p, -1);
    super.updateState(column(tensor(yTrue), classId), column(top, classId), sampleWeight);
  }
}

function lowestOfTop(p: Tensor, k: number): Tensor {
  return topK(p, k).values.min({ axis: -1, keepdims: true });
}

/** Class `at` of [..., classes] as [examples, 1]; all of `x` where none is asked for. */
function column(x: Tensor, at: number | undefined): Tensor {
  if (at === undefined) return x;
  return gather(x.reshape([-1, x.shape.at(-1)!]).transpose(), tensor([at], { dtype: 'i32' })).reshape([-1, 1]);
}

/** `tp / (tp + fp)`. */
export class Precision extends AtThresholds {
  constructor(options: ThresholdOptions = {}) {
    super('precision', options);
  }
  result(): Tensor {
    return this.shaped(divNoNan(this.truePositives, add(this.truePositives, this.falsePositives)));
  }
}

/** `tp / (tp + fn)`. */
export class Recall extends AtThresholds {
  constructor(options: ThresholdOptions = {}) {
    super('recall', options);
  }
  result(): Tensor {
    return this.shaped(divNoNan(this.truePositives, add(this.truePositives, this.falseNegatives)));
  }
}

/** The (weighted) number of true positives. */
export class TruePositives extends AtThresholds {
  constructor(options: ThresholdOptions = {}) {
    super('truePositives', options);
  }
  result(): Tensor {
    return this.shaped(this.truePositives.value);
  }
}

/** The (weighted) number of false positives. */
export class FalsePositives extends AtThresholds {
  constructor(options: ThresholdOptions = {}) {
    super('falsePositives', options);
  }
  override get higherIsBetter(): boolean {
    return false;
  }
  result(): Tensor {
    return this.shaped(this.falsePositives.value);
  }
}

/** The (weighted) number of true negatives. */
export class TrueNegatives extends AtThresholds {
  constructor(options: ThresholdOptions = {}) {
    super('trueNegatives', options);
  }
  result(): Tensor {
    return this.shaped(this.trueNegatives.value);
  }
}

/** The (weighted) number of false negatives. */
export class FalseNegatives extends AtThresholds {
  constructor(options: ThresholdOptions = {}) {
    super('falseNegatives', options);
  }
  override get higherIsBetter(): boolean {
    return false;
  }
  result(): Tensor {
    return this.shaped(this.falseNegatives.value);
  }
}

/** Options of metrics that are one value at a given other. */
export interface AtValueOptions extends MetricOptions {
  /** Default 200. */
  numThresholds?: number;
  /** Only this class (last axis) is looked at. Default all. */
  classId?: number;
}

abstract class AtValue extends ConfusionMetric {
  readonly #classId: number | undefined;

  constructor(
    name: string,
    protected readonly value: number,
    { name: given, numThresholds = 200, classId }: AtValueOptions,
  ) {
    if (!(Number.isInteger(numThresholds) && numThresholds > 0))
      throw new TalrayError('OPTION', `${name}: numThresholds must be a whole number above 0, got ${numThresholds}`);
    super(given ?? name, numThresholds === 1 ? [0.5] : Array.from({ length: numThresholds }, (_, i) => i / (numThresholds - 1)));
    if (!(value >= 0 && value <= 1)) throw new TalrayError('OPTION', `${name}: the value to reach must be in [0, 1], got ${value}`);
    this.#classId = classId;
  }

  /** Takes in a batch: counts at each threshold, of the class that was asked for. */
  override updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    super.updateState(column(tensor(yTrue), this.#classId), column(tensor(yPred), this.#classId), sampleWeight);
  }

  /** `part / (part + other)`, 0 where both are 0. */
  protected share(part: Variable, other: Variable): Tensor {
    return divNoNan(part, add(part, other));
  }

  /** The best `wanted` among thresholds at which `constrained` reaches the value; 0 where none does. */
  protected best(constrained: Tensor, wanted: Tensor): Tensor {
    return max(where(greaterEqual(constrained, this.value), wanted, 0));
  }
}

/** The best recall where specificity reaches the one given. */
export class SensitivityAtSpecificity extends AtValue {
  constructor(specificity: number, options: AtValueOptions = {}) {
    super('sensitivityAtSpecificity', specificity, options);
  }
  result(): Tensor {
    return this.best(this.share(this.trueNegatives, this.falsePositives), this.share(this.truePositives, this.falseNegatives));
  }
}

/** The best specificity where sensitivity (recall) reaches the one given. */
export class SpecificityAtSensitivity extends AtValue {
  constructor(sensitivity: number, options: AtValueOptions = {}) {
    super('specificityAtSensitivity', sensitivity, options);
  }
  result(): Tensor {
    return this.best(this.share(this.truePositives, this.falseNegatives), this.share(this.trueNegatives, this.falsePositives));
  }
}

/** The best precision where recall reaches the one given. */
export class PrecisionAtRecall extends AtValue {
  constructor(recall: number, options: AtValueOptions = {}) {
    super('precisionAtRecall', recall, options);
  }
  result(): Tensor {
    return this.best(this.share(this.truePositives, this.falseNegatives), this.share(this.truePositives, this.falsePositives));
  }
}

/** The best recall where precision reaches the one given. */
export class RecallAtPrecision extends AtValue {
  constructor(precision: number, options: AtValueOptions = {}) {
    super('recallAtPrecision', precision, options);
  }
  result(): Tensor {
    return this.best(this.share(this.truePositives, this.falsePositives), this.share(this.truePositives, this.falseNegatives));
  }
}
