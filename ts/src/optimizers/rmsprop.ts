// RMSprop: rates by a moving mean of squared gradients.
import { add, div, mul, sqrt, square, sub } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link RMSprop}. */
export interface RMSpropOptions extends OptimizerOptions {
  /** Decay of the mean of squares. Default 0.9 (PyTorch: 0.99). */
  rho?: number;
  /** Share of the last step that is kept. Default 0. */
  momentum?: number;
  /** Default 1e-7 (PyTorch: 1e-8). */
  epsilon?: number;
  /** Whether the squared mean is taken off, which leaves a variance. Default false. */
  centered?: boolean;
  /** Where epsilon stands: `'inside'` (Keras) `√(v + ε)`, `'outside'` (PyTorch, legacy Keras) `√v + ε`. Default `'inside'`. */
  epsilonMode?: 'inside' | 'outside';
}

type Slot = 'velocity' | 'momentum' | 'averageGradient';
type Hyper = 'rho' | 'momentum' | 'epsilon';

/** `v = ρ v + (1−ρ) g²; w −= lr g / √(v + ε)`; with momentum `m = μ m + lr g / √(v + ε); w −= m`. Default rate 0.001. */
export class RMSprop extends Optimizer<Slot, Hyper> {
  static override readonly type = 'RMSprop';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: RMSpropOptions = {},
  ) {
    super(learningRate, options, { rho: options.rho ?? 0.9, momentum: options.momentum ?? 0, epsilon: options.epsilon ?? 1e-7 });
  }

  slots(): Record<Slot, SlotSpec> {
    const { momentum = 0, centered } = this.options;
    return { velocity: {}, ...(momentum ? { momentum: {} } : {}), ...(centered ? { averageGradient: {} } : {}) } as Record<Slot, SlotSpec>;
  }

  rule(
    { param, grad, velocity: v, momentum: m, averageGradient: a }: Row<Slot>,
    { learningRate, rho, momentum, epsilon }: Scalars<Hyper>,
  ): Update<Slot> {
    const { centered, epsilonMode, momentum: moves = 0 } = this.options;
    const rest = sub(1, rho);
    const velocity = add(mul(v, rho), mul(square(grad), rest));
    const averageGradient = centered ? add(mul(a, rho), mul(grad, rest)) : undefined;
    const spread = averageGradient ? sub(velocity, square(averageGradient)) : velocity;
    const root = epsilonMode === 'outside' ? add(sqrt(spread), epsilon) : sqrt(add(spread, epsilon));
    const step = div(mul(grad, learningRate), root);
    const moved = moves ? add(mul(m, momentum), step) : undefined;
    return {
      param: sub(param, moved ?? step),
      velocity,
      ...(moved ? { momentum: moved } : {}),
      ...(averageGradient ? { averageGradient } : {}),
    };
  }
}
