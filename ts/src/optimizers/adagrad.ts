// Adagrad: rates that fall with the sum of squared gradients.
import { add, div, mul, sqrt, square, sub } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.1. */
  initialAccumulatorValue?: number;
  /** Default 1e-7. */
  epsilon?: number;
  /** Where epsilon stands: `'inside'` (Keras) `√(a + ε)`, `'outside'` (PyTorch, TensorFlow's V2) `√a + ε`. Default `'inside'`. */
  epsilonMode?: 'inside' | 'outside';
  /** Whether squares are added to the accumulator. Default true. */
  updateAccumulator?: boolean;
}

/** `a += g²; w −= lr g / √(a + ε)`. Default rate 0.001. */
export class Adagrad extends Optimizer<'accumulator', 'epsilon'> {
  static override readonly type = 'Adagrad';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: AdagradOptions = {},
  ) {
    super(learningRate, options, { epsilon: options.epsilon ?? 1e-7 });
  }

  slots(): Record<'accumulator', SlotSpec> {
    return { accumulator: { init: this.options.initialAccumulatorValue ?? 0.1 } };
  }

  protected override get idleRowsStay(): boolean {
    return true;
  }

  rule({ param, grad, accumulator }: Row<'accumulator'>, { learningRate, epsilon }: Scalars<'epsilon'>): Update<'accumulator'> {
    const sum = (this.options.updateAccumulator ?? true) ? add(accumulator, square(grad)) : accumulator;
    const root = this.options.epsilonMode === 'outside' ? add(sqrt(sum), epsilon) : sqrt(add(sum, epsilon));
    return { param: sub(param, div(mul(grad, learningRate), root)), accumulator: sum };
  }
}
