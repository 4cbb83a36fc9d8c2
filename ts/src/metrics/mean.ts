// Sums and means of values, and means of a function of targets and predictions.
import {
  add,
  cast,
  divNoNan,
  expandDims,
  mean,
  mul,
  onesLike,
  sqrt,
  sum,
  tensor,
  type Tensor,
  type TensorLike,
  type Variable,
} from '../index.js';
import { align } from '../losses/align.js';
import { maskOf } from '../nn/core/mask.js';
import { Metric, type MetricOptions } from './metric.js';

/** Values and weights with one number an example: axes that the weights do not have are averaged, as in Keras. */
export function samplewise(given: Tensor, sampleWeight: TensorLike | undefined): { values: Tensor; weight: Tensor } {
  const over = (x: Tensor, rank: number): Tensor =>
    x.rank > rank ? mean(x, { axis: Array.from({ length: x.rank - rank }, (_, i) => rank + i) }) : x;
  const raw = cast(given, 'f32');
  if (sampleWeight === undefined) {
    const values = over(raw, 1);
    return { values, weight: onesLike(values) };
  }
  const [values, weight] = align(raw, tensor(sampleWeight, { dtype: 'f32' }));
  const fitted = over(values, Math.max(weight.rank, 0));
  return { values: over(mul(fitted, weight), 1), weight: over(weight, 1) };
}

/** The weighted mean of values. */
export class Mean extends Metric {
  readonly #total: Variable;
  readonly #count: Variable;

  constructor(options: MetricOptions = {}) {
    super(options.name ?? 'mean');
    this.#total = this.addState('total');
    this.#count = this.addState('count');
  }

  /** Takes in values, with one weight each. */
  update(values: TensorLike, sampleWeight?: TensorLike): void {
    const parts = samplewise(tensor(values), sampleWeight);
    this.#total.assign(add(this.#total, sum(parts.values)));
    this.#count.assign(add(this.#count, sum(parts.weight)));
  }

  updateState(_yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    this.update(yPred, sampleWeight);
  }

  result(): Tensor {
    return divNoNan(this.#total, this.#count);
  }
}

/** The weighted sum of values. */
export class Sum extends Metric {
  readonly #total: Variable;

  constructor(options: MetricOptions = {}) {
    super(options.name ?? 'sum');
    this.#total = this.addState('total');
  }

  /** Takes in values, with one weight each. */
  update(values: TensorLike, sampleWeight?: TensorLike): void {
    this.#total.assign(add(this.#total, sum(samplewise(tensor(values), sampleWeight).values)));
  }

  updateState(_yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    this.update(yPred, sampleWeight);
  }

  result(): Tensor {
    return this.#total.value;
  }
}

/** What a metric function is: one value an example. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** Options of {@link MeanMetricWrapper}. */
export interface WrapperOptions extends MetricOptions {
  /** Whether a larger value is better. Default false. */
  higherIsBetter?: boolean;
}

/** The weighted mean of a function of targets and predictions. Positions that the predictions' mask hides do not count. */
export class MeanMetricWrapper extends Mean {
  constructor(
    private readonly fn: MetricFunction,
    private readonly wrapper: WrapperOptions = {},
  ) {
    super({ name: wrapper.name ?? (fn.name || 'metric') });
  }

  override get higherIsBetter(): boolean {
    return this.wrapper.higherIsBetter ?? false;
  }

  override updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const prediction = tensor(yPred);
    const values = this.fn(tensor(yTrue), prediction);
    const mask = maskOf(prediction);
    this.update(values, mask === undefined ? sampleWeight : masked(cast(mask, 'f32'), sampleWeight));
  }
}

function masked(mask: Tensor, sampleWeight: TensorLike | undefined): Tensor {
  if (sampleWeight === undefined) return mask;
  const weight = tensor(sampleWeight, { dtype: 'f32' });
  return mul(mask, weight.rank < mask.rank ? expandDims(weight, -1) : weight);
}

/** `√` of the mean of squared errors. */
export class RootMeanSquaredError extends Mean {
  constructor(options: MetricOptions = {}) {
    super({ name: options.name ?? 'rootMeanSquaredError' });
  }

  override updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const prediction = tensor(yPred);
    const [y, p] = align(tensor(yTrue, { dtype: prediction.dtype }), prediction);
    const error = y.sub(p);
    this.update(mul(error, error), sampleWeight);
  }

  override result(): Tensor {
    return sqrt(super.result());
  }
}
