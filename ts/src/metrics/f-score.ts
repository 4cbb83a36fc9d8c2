// F scores of several classes.
import {
  abs,
  add,
  cast,
  div,
  expandDims,
  greater,
  greaterEqual,
  logicalAnd,
  max,
  mean,
  mul,
  sub,
  sum,
  TalrayError,
  tensor,
  type Tensor,
  type TensorLike,
  type Variable,
} from '../index.js';
import { Metric, type MetricOptions, type MetricShapes } from './metric.js';

/** Options of {@link F1Score}. */
export interface F1ScoreOptions extends MetricOptions {
  /** `'micro'` over all decisions, `'macro'` the mean of classes, `'weighted'` by their frequency; default one value a class. */
  average?: 'micro' | 'macro' | 'weighted';
  /** Above it a prediction is positive; default the largest of each example. */
  threshold?: number;
}

/** Options of {@link FBetaScore}. */
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** Above 1 recall weighs more. Default 1. */
  beta?: number;
}

const EPSILON = 1e-7;

/** `(1 + β²) precision · recall / (β² precision + recall)` of [batch, classes] targets and predictions. */
export class FBetaScore extends Metric {
  #tp: Variable | undefined;
  #fp: Variable | undefined;
  #fn: Variable | undefined;
  #support: Variable | undefined;

  constructor(private readonly options: FBetaScoreOptions = {}) {
    super(options.name ?? 'fBetaScore');
  }

  override get higherIsBetter(): boolean {
    return true;
  }

  override build({ yPred }: MetricShapes): void {
    if (this.#tp !== undefined) return;
    if (yPred.length !== 2) throw new TalrayError('SHAPE', `${this.name} takes [batch, classes], got [${yPred.join(', ')}]`);
    const shape = this.options.average === 'micro' ? [] : [yPred[1]!];
    this.#tp = this.addState('truePositives', shape);
    this.#fp = this.addState('falsePositives', shape);
    this.#fn = this.addState('falseNegatives', shape);
    this.#support = this.addState('support', shape);
  }

  updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void {
    const scores = tensor(yPred, { dtype: 'f32' });
    const y = tensor(yTrue, { dtype: 'f32' });
    this.build({ yTrue: y.shape, yPred: scores.shape });
    const { threshold } = this.options;
    const chosen =
      threshold === undefined
        ? logicalAnd(greaterEqual(scores, max(scores, { axis: -1, keepdims: true })), greater(abs(scores), 1e-9))
        : greater(scores, threshold);
    const p = cast(chosen, 'f32');
    const weight = sampleWeight === undefined ? undefined : expandDims(tensor(sampleWeight, { dtype: 'f32' }), 1);
    const total = (x: Tensor): Tensor =>
      sum(weight === undefined ? x : mul(x, weight), this.options.average === 'micro' ? {} : { axis: 0 });
    this.#tp!.assign(add(this.#tp!, total(mul(p, y))));
    this.#fp!.assign(add(this.#fp!, total(mul(p, sub(1, y)))));
    this.#fn!.assign(add(this.#fn!, total(mul(sub(1, p), y))));
    this.#support!.assign(add(this.#support!, total(y)));
  }

  result(): Tensor {
    if (this.#tp === undefined) return tensor(0, { dtype: 'f32' });
    const { beta = 1, average } = this.options;
    const precision = div(this.#tp, add(add(this.#tp, this.#fp!), EPSILON));
    const recall = div(this.#tp, add(add(this.#tp, this.#fn!), EPSILON));
    const score = mul(div(mul(precision, recall), add(add(mul(precision, beta * beta), recall), EPSILON)), 1 + beta * beta);
    if (average === 'weighted') return sum(mul(score, div(this.#support!, add(sum(this.#support!), EPSILON))));
    return average === undefined ? score : mean(score);
  }
}

/** {@link FBetaScore} with β = 1. */
export class F1Score extends FBetaScore {
  constructor(options: F1ScoreOptions = {}) {
    super({ name: 'f1Score', ...options });
  }
}
