// FTRL-proximal: the optimizer of wide, sparse linear models.
import { add, div, maximum, minimum, mul, neg, pow, sub, TalrayError } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Ftrl}. */
export interface FtrlOptions extends OptimizerOptions {
  /** At most 0. Default −0.5. */
  learningRatePower?: number;
  /** At least 0. Default 0.1. */
  initialAccumulatorValue?: number;
  /** Makes weights exactly 0. Default 0. */
  l1?: number;
  /** Default 0. */
  l2?: number;
  /** An L2 that is added to the gradient, not to the accumulator. Default 0. */
  l2Shrinkage?: number;
  /** Added to l2 as `beta / (2 lr)`. Default 0. */
  beta?: number;
  /** Whether the linear slot holds its value times the rate (an attribute of TensorFlow's op). Default false. */
  multiplyLinearByLr?: boolean;
}

type Slot = 'accumulator' | 'linear';
type Hyper = 'learningRatePower' | 'l1' | 'l2' | 'l2Shrinkage' | 'beta';

/**
 * `n' = n + g²; z += g + 2 s w − (n'^−p − n^−p)/lr w; w = (clip(z, ±l1) − z) / (n'^−p/lr + 2 l2 + beta/lr)` with power p,
 * shrinkage s. Default rate 0.001. Sources: Keras `Ftrl`, McMahan et al. 2013.
 */
export class Ftrl extends Optimizer<Slot, Hyper> {
  static override readonly type = 'Ftrl';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: FtrlOptions = {},
  ) {
    const { learningRatePower = -0.5, initialAccumulatorValue = 0.1, l1 = 0, l2 = 0, l2Shrinkage = 0, beta = 0 } = options;
    super(learningRate, options, { learningRatePower, l1, l2, l2Shrinkage, beta });
    if (learningRatePower > 0) throw new TalrayError('OPTION', `Ftrl: learningRatePower must be at most 0, got ${learningRatePower}`);
    if (Math.min(initialAccumulatorValue, l1, l2, l2Shrinkage) < 0)
      throw new TalrayError('OPTION', 'Ftrl: initialAccumulatorValue, l1, l2 and l2Shrinkage must be at least 0');
  }

  slots(): Record<Slot, SlotSpec> {
    return { accumulator: { init: this.options.initialAccumulatorValue ?? 0.1 }, linear: {} };
  }

  rule({ param, grad, accumulator: n, linear: z }: Row<Slot>, s: Scalars<Hyper>): Update<Slot> {
    const { learningRate: lr, l1, l2, beta } = s;
    const accumulator = add(n, mul(grad, grad));
    const power = neg(s.learningRatePower);
    const [after, before] = [pow(accumulator, power), pow(n, power)];
    const shrunk = this.options.l2Shrinkage ? add(grad, mul(mul(param, s.l2Shrinkage), 2)) : grad;
    const scaled = this.options.multiplyLinearByLr ?? false;
    const sigma = mul(sub(after, before), param);
    const linear = scaled ? add(z, sub(mul(shrunk, lr), sigma)) : add(z, sub(shrunk, div(sigma, lr)));
    const ridge = add(mul(l2, 2), div(beta, lr));
    const quadratic = scaled ? add(after, mul(ridge, lr)) : add(div(after, lr), ridge);
    const limit = scaled ? mul(l1, lr) : l1;
    return { param: div(sub(maximum(minimum(linear, limit), neg(limit)), linear), quadratic), accumulator, linear };
  }
}
