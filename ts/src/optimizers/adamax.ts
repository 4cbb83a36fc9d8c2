// Adamax: Adam with the infinity norm.
import { abs, add, div, maximum, mul, pow, sub, tensor, type Tensor } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Adamax}. */
export interface AdamaxOptions extends OptimizerOptions {
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999. */
  beta2?: number;
  /** Default 1e-7. */
  epsilon?: number;
}

type Slot = 'momentum' | 'norm';
type Hyper = 'beta1' | 'beta2' | 'epsilon';

/** `m += (g − m)(1 − β₁); u = max(β₂ u, |g|); w −= lr/(1 − β₁ᵗ) m / (u + ε)`. Default rate 0.001. */
export class Adamax extends Optimizer<Slot, Hyper, 'alpha'> {
  static override readonly type = 'Adamax';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: AdamaxOptions = {},
  ) {
    super(learningRate, options, { beta1: options.beta1 ?? 0.9, beta2: options.beta2 ?? 0.999, epsilon: options.epsilon ?? 1e-7 });
  }

  slots(): Record<Slot, SlotSpec> {
    return { momentum: {}, norm: {} };
  }

  protected override shared({ learningRate, step, beta1 }: Scalars<Hyper>): Record<'alpha', Tensor> {
    return { alpha: div(learningRate, sub(tensor(1, { dtype: 'f64' }), pow(this.rounded(beta1), step))) };
  }

  rule({ param, grad, momentum: m, norm: u }: Row<Slot>, { beta1, beta2, epsilon, alpha }: Scalars<Hyper | 'alpha'>): Update<Slot> {
    const momentum = add(m, mul(sub(grad, m), sub(1, beta1)));
    const norm = maximum(mul(u, beta2), abs(grad));
    return { param: sub(param, div(mul(momentum, alpha), add(norm, epsilon))), momentum, norm };
  }
}
