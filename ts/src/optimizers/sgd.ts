// Gradient descent, with momentum and Nesterov's form of it.
import { add, mul, sub } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link SGD}. */
export interface SGDOptions extends OptimizerOptions {
  /** Share of the last step that is kept. Default 0. */
  momentum?: number;
  /** Whether the gradient is taken ahead. Default false. */
  nesterov?: boolean;
  /**
   * What the momentum slot holds. `'scaled'` (Keras): `m = μ m − lr g; w += m`. `'raw'` (PyTorch, TensorFlow's
   * `ApplyMomentum`): `m = μ m + g; w −= lr m`. The same while the rate stays. Default `'scaled'`.
   */
  velocity?: 'scaled' | 'raw';
}

/** `w −= lr g`; with momentum `m = μ m − lr g` and `w += m`, or with Nesterov `w += μ m − lr g`. Default rate 0.01. */
export class SGD extends Optimizer<'momentum', 'momentum'> {
  static override readonly type = 'SGD';

  constructor(
    learningRate: LearningRate = 0.01,
    protected override readonly options: SGDOptions = {},
  ) {
    super(learningRate, options, { momentum: options.momentum ?? 0 });
  }

  slots(): Record<'momentum', SlotSpec> {
    return (this.#moves ? { momentum: {} } : {}) as Record<'momentum', SlotSpec>;
  }

  protected override get idleRowsStay(): boolean {
    return !this.#moves;
  }

  protected override get roundedHyper(): readonly 'momentum'[] {
    return ['momentum'];
  }

  get #moves(): boolean {
    return this.options.momentum !== undefined && this.options.momentum !== 0;
  }

  rule({ param, grad, momentum: m }: Row<'momentum'>, { learningRate: lr, ...s }: Scalars<'momentum'>): Update<'momentum'> {
    if (!this.#moves) return { param: sub(param, mul(grad, lr)) };
    const raw = this.options.velocity === 'raw';
    const step = mul(grad, lr);
    const momentum = raw ? add(mul(m, s.momentum), grad) : sub(mul(m, s.momentum), step);
    if (raw)
      return { param: sub(param, this.options.nesterov ? add(step, mul(mul(momentum, s.momentum), lr)) : mul(momentum, lr)), momentum };
    return { param: add(param, this.options.nesterov ? sub(mul(momentum, s.momentum), step) : momentum), momentum };
  }
}
