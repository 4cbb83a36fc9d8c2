// Lion: steps of one size, by the sign of a momentum.
import { add, mul, sign, sub, TalrayError } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Lion}. */
export interface LionOptions extends OptimizerOptions {
  /** Mixes the momentum into the step. Default 0.9. */
  beta1?: number;
  /** Decay of the momentum. Default 0.99. */
  beta2?: number;
}

/** `w −= lr sign(β₁ m + (1−β₁) g); m = β₂ m + (1−β₂) g`. Default rate 0.001. */
export class Lion extends Optimizer<'momentum', 'beta1' | 'beta2'> {
  static override readonly type = 'Lion';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: LionOptions = {},
  ) {
    const { beta1 = 0.9, beta2 = 0.99 } = options;
    super(learningRate, options, { beta1, beta2 });
    if (!(beta1 > 0 && beta1 <= 1)) throw new TalrayError('OPTION', `Lion: beta1 must be in (0, 1], got ${beta1}`);
  }

  slots(): Record<'momentum', SlotSpec> {
    return { momentum: {} };
  }

  protected override get roundedHyper(): readonly ('beta1' | 'beta2')[] {
    return ['beta1', 'beta2'];
  }

  rule({ param, grad, momentum: m }: Row<'momentum'>, { learningRate, beta1, beta2 }: Scalars<'beta1' | 'beta2'>): Update<'momentum'> {
    const step = sign(add(mul(m, beta1), mul(grad, sub(1, beta1))));
    return { param: sub(param, mul(step, learningRate)), momentum: add(mul(m, beta2), mul(grad, sub(1, beta2))) };
  }
}
