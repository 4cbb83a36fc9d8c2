// Proximal optimizers: a step, then soft thresholding by l1 and shrinking by l2.
import { abs, add, div, maximum, mul, rsqrt, sign, sqrt, square, sub, type Tensor, neg } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of proximal optimizers. */
export interface ProximalOptions extends OptimizerOptions {
  /** Default 0. */
  l1?: number;
  /** Default 0. */
  l2?: number;
}

/** Options of {@link ProximalAdagrad} and {@link AdagradDA}. */
export interface ProximalAdagradOptions extends ProximalOptions {
  /** Default 0.1. */
  initialAccumulatorValue?: number;
}

type Hyper = 'l1' | 'l2';

function shrink(x: Tensor, by: Tensor): Tensor {
  return mul(sign(x), maximum(sub(abs(x), by), 0));
}

/** `x = w − lr g; w = sign(x) max(|x| − lr l1, 0) / (1 + lr l2)`. Default rate 0.001. Source: TensorFlow. */
export class ProximalGradientDescent extends Optimizer<never, Hyper> {
  static override readonly type = 'ProximalGradientDescent';

  constructor(learningRate: LearningRate = 0.001, options: ProximalOptions = {}) {
    super(learningRate, options, { l1: options.l1 ?? 0, l2: options.l2 ?? 0 });
  }

  slots(): Record<never, SlotSpec> {
    return {};
  }

  rule({ param, grad }: Row<never>, { learningRate: lr, l1, l2 }: Scalars<Hyper>): Update<never> {
    return { param: div(shrink(sub(param, mul(grad, lr)), mul(lr, l1)), add(mul(lr, l2), 1)) };
  }
}

/** `a += g²; r = lr/√a; x = w − r g; w = sign(x) max(|x| − r l1, 0) / (1 + r l2)`. Default rate 0.001. Source: TensorFlow. */
export class ProximalAdagrad extends Optimizer<'accumulator', Hyper> {
  static override readonly type = 'ProximalAdagrad';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: ProximalAdagradOptions = {},
  ) {
    super(learningRate, options, { l1: options.l1 ?? 0, l2: options.l2 ?? 0 });
  }

  slots(): Record<'accumulator', SlotSpec> {
    return { accumulator: { init: this.options.initialAccumulatorValue ?? 0.1 } };
  }

  rule({ param, grad, accumulator: a }: Row<'accumulator'>, { learningRate, l1, l2 }: Scalars<Hyper>): Update<'accumulator'> {
    const accumulator = add(a, square(grad));
    const rate = mul(rsqrt(accumulator), learningRate);
    return { param: div(shrink(sub(param, mul(grad, rate)), mul(rate, l1)), add(mul(rate, l2), 1)), accumulator };
  }
}

/** Options of {@link AdagradDA}. */
export interface AdagradDAOptions extends ProximalAdagradOptions {
  /** What is added to the number of the step in `l1 t` and `l2 t`. Default 0. */
  stepOffset?: number;
}

type DualSlot = 'gradientAccumulator' | 'squaredAccumulator';

/**
 * Adagrad with dual averaging: `G += g; S += g²; w = −lr sign(G) max(|G| − l1 t, 0) / (l2 t lr + √S)`, t the number of the
 * step. Default rate 0.001. Source: TensorFlow `ApplyAdagradDA`.
 */
export class AdagradDA extends Optimizer<DualSlot, Hyper | 'stepOffset'> {
  static override readonly type = 'AdagradDA';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: AdagradDAOptions = {},
  ) {
    super(learningRate, options, { l1: options.l1 ?? 0, l2: options.l2 ?? 0, stepOffset: options.stepOffset ?? 0 });
  }

  slots(): Record<DualSlot, SlotSpec> {
    return { gradientAccumulator: {}, squaredAccumulator: { init: this.options.initialAccumulatorValue ?? 0.1 } };
  }

  rule({ grad, gradientAccumulator: g, squaredAccumulator: q }: Row<DualSlot>, s: Scalars<Hyper | 'stepOffset'>): Update<DualSlot> {
    const { learningRate: lr, l1, l2 } = s;
    const step = add(s.step, s.stepOffset);
    const [gradientAccumulator, squaredAccumulator] = [add(g, grad), add(q, square(grad))];
    const size = add(mul(mul(l2, step), lr), sqrt(squaredAccumulator));
    return { param: div(mul(neg(lr), shrink(gradientAccumulator, mul(l1, step))), size), gradientAccumulator, squaredAccumulator };
  }
}
