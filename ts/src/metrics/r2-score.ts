// The share of variance that predictions explain.
import {
  add,
  div,
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

/** `1 − Σ(y − ŷ)² / Σ(y − ȳ)²`, the mean over outputs; [batch] or [batch, outputs]. */
export class R2Score extends Metric {
  #squares: Variable | undefined;
  #sum: Variable | undefined;
  #residual: Variable | undefined;
  #count: Variable | undefined;

  constructor(options: MetricOptions = {}) {
    super(options.name ?? 'r2Score');
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
  }

  result(): Tensor {
    if (this.#count === undefined) return tensor(0, { dtype: 'f32' });
    const spread = sub(this.#squares!, div(square(this.#sum!), this.#count));
    const score = sub(1, div(this.#residual!, spread));
    return mean(where(isfinite(score), score, zerosLike(score)));
  }
}
