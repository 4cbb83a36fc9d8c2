// The share of variance that predictions explain.
import {
  add,
  div,
  greater,
  isfinite,
  mean,
  mul,
  onesLike,
  expandDims,
  square,
  sub,
  sum,
  TalrayError,
  tensor,
  type Tensor,
  type TensorLike,
  type Variable,
  where,
  zerosLike,
} from '../index.js';
import { align } from '../losses/align.js';
import { Metric, type MetricOptions, type MetricShapes } from './metric.js';

/** Options of {@link R2Score}. */
export interface R2ScoreOptions extends MetricOptions {
  /** How the scores of outputs become one: their mean, their mean weighed by each output's variance, or null: they stay apart. Default `'uniformAverage'`. */
  classAggregation?: 'uniformAverage' | 'varianceWeightedAverage' | null;
  /** Independent variables of the model, for the adjusted score `1 − (1 − R²)(n − 1)/(n − p − 1)`; 0 does not adjust. Default 0. */
  numRegressors?: number;
}

/** `1 − Σ(y − ŷ)² / Σ(y − ȳ)²` an output; [batch] or [batch, outputs]. */
export class R2Score extends Metric {
  #squares: Variable | undefined;
  #sum: Variable | undefined;
  #residual: Variable | undefined;
  #count: Variable | undefined;
  readonly #samples = this.addState('samples');

  constructor(private readonly options: R2ScoreOptions = {}) {
    super(options.name ?? 'r2Score');
    const { numRegressors = 0 } = options;
    if (!(Number.isInteger(numRegressors) && numRegressors >= 0))
      throw new TalrayError('OPTION', `${this.name}: numRegressors must be a whole number of at least 0, got ${numRegressors}`);
  }

  override get higherIsBetter(): boolean {
    return true;
  }

  override build({ yPred }: MetricShapes): void {
    if (this.#count !== undefined) return;
    if (yPred.length > 2) throw new TalrayError('SHAPE', `${this.name} takes [batch] or [batch, outputs], got [${yPred.join(', ')}]`);
    const shape = [yPred[1] ?? 1];
    this.#squares = this.addState('squares', shape);
    this.#sum = this.addState('sum', shape);
    this.#residual = this.addState('residual', shape);
    this.#count = this.addState('count', shape);
  }

  updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const p0 = tensor(yPred, { dtype: 'f32' });
    const [y0, p1] = align(tensor(yTrue, { dtype: 'f32' }), p0);
    const [y, p] = y0.rank === 1 ? [expandDims(y0, 1), expandDims(p1, 1)] : [y0, p1];
    this.build({ yTrue: y.shape, yPred: p.shape });
    const weight = sampleWeight === undefined ? onesLike(y) : mul(onesLike(y), expandDims(tensor(sampleWeight, { dtype: 'f32' }), 1));
    const total = (x: Tensor): Tensor => sum(mul(x, weight), { axis: 0 });
    this.#squares!.assign(add(this.#squares!, total(square(y))));
    this.#sum!.assign(add(this.#sum!, total(y)));
    this.#residual!.assign(add(this.#residual!, total(square(sub(y, p)))));
    this.#count!.assign(add(this.#count!, sum(weight, { axis: 0 })));
    this.#samples.assign(add(this.#samples, sum(onesLike(y))));
  }

  result(): Tensor {
    if (this.#count === undefined) return tensor(0, { dtype: 'f32' });
    const spread = sub(this.#squares!, div(square(this.#sum!), this.#count));
    const score = sub(1, div(this.#residual!, spread));
    const one = this.#aggregated(where(isfinite(score), score, zerosLike(score)), spread);
    const { numRegressors = 0 } = this.options;
    if (numRegressors === 0) return one;
    // With too few examples for the adjustment the plain score stands, as in Keras.
    const left = sub(this.#samples, numRegressors + 1);
    const adjusted = sub(1, div(mul(sub(1, one), sub(this.#samples, 1)), left));
    return where(greater(left, 0), adjusted, one);
  }

  #aggregated(score: Tensor, spread: Tensor): Tensor {
    const { classAggregation = 'uniformAverage' } = this.options;
    if (classAggregation === null) return score;
    return classAggregation === 'uniformAverage' ? mean(score) : div(sum(mul(spread, score)), sum(spread));
  }
}
