// Adadelta: steps in the units of the parameter.
import { add, div, mul, sqrt, square, sub, type Tensor } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both means. Default 0.95. */
  rho?: number;
  /** Default 1e-7. */
  epsilon?: number;
}

type Slot = 'accumulatedGrad' | 'accumulatedDelta';

/** `a = ρ a + (1−ρ) g²; δ = −√(d + ε)/√(a + ε) g; d = ρ d + (1−ρ) δ²; w += lr δ`. Default rate 0.001. */
export class Adadelta extends Optimizer<Slot, 'rho' | 'epsilon'> {
  static override readonly type = 'Adadelta';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: AdadeltaOptions = {},
  ) {
    super(learningRate, options, { rho: options.rho ?? 0.95, epsilon: options.epsilon ?? 1e-7 });
  }

  slots(): Record<Slot, SlotSpec> {
    return { accumulatedGrad: {}, accumulatedDelta: {} };
  }

  rule(
    { param, grad, accumulatedGrad: a, accumulatedDelta: d }: Row<Slot>,
    { learningRate, rho, epsilon }: Scalars<'rho' | 'epsilon'>,
  ): Update<Slot> {
    const rms = (x: Tensor): Tensor => sqrt(add(x, epsilon));
    const rest = sub(1, rho);
    const accumulatedGrad = add(mul(a, rho), mul(square(grad), rest));
    const delta = div(mul(rms(d), grad), rms(accumulatedGrad));
    return { param: sub(param, mul(delta, learningRate)), accumulatedGrad, accumulatedDelta: add(mul(d, rho), mul(square(delta), rest)) };
  }
}
