// LAMB: Adam steps scaled to each layer's norm.
import { add, div, greater, logicalAnd, mul, onesLike, pow, sqrt, square, sub, sum, tensor, type Tensor, where } from '../index.js';
import type { AdamaxOptions } from './adamax.js';
import { type LearningRate, Optimizer, type TableSums } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Lamb}. */
export type LambOptions = AdamaxOptions;

type Slot = 'momentum' | 'velocity';
type Hyper = 'beta1' | 'beta2' | 'epsilon';
type Shared = 'correction1' | 'correction2';

/**
 * With Adam's m̂ and v̂: `u = m̂ / (√v̂ + ε); w −= lr ‖w‖/‖u‖ u`, the ratio 1 where a norm is 0. Default rate 0.001.
 * Norms are over the whole parameter, or with `update: 'lazy'` over the rows of the batch.
 */
export class Lamb extends Optimizer<Slot, Hyper, Shared> {
  static override readonly type = 'Lamb';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: LambOptions = {},
  ) {
    super(learningRate, options, { beta1: options.beta1 ?? 0.9, beta2: options.beta2 ?? 0.999, epsilon: options.epsilon ?? 1e-7 });
  }

  slots(): Record<Slot, SlotSpec> {
    return { momentum: {}, velocity: {} };
  }

  protected override shared({ step, beta1, beta2 }: Scalars<Hyper>): Record<Shared, Tensor> {
    const one = tensor(1, { dtype: 'f64' });
    return { correction1: sub(one, pow(this.rounded(beta1), step)), correction2: sub(one, pow(this.rounded(beta2), step)) };
  }

  protected override perParameter(row: Row<Slot>, scalars: Scalars<Hyper | Shared>): Record<'ratio', Tensor> {
    const norm = (x: Tensor): Tensor => sqrt(sum(square(x)));
    const [weight, step] = [norm(row.param), norm(direction(row, scalars).step)];
    return { ratio: ratioOf(weight!, step!) };
  }

  protected override get tableSums(): TableSums<Slot, Hyper | Shared> {
    return {
      names: ['weight', 'step'],
      of: (row, scalars) => ({ weight: square(row.param), step: square(direction(row, scalars).step) }),
      scalars: ({ weight, step }) => ({ ratio: ratioOf(sqrt(weight!), sqrt(step!)) }),
    };
  }

  rule(row: Row<Slot>, scalars: Scalars<Hyper | Shared>): Update<Slot> {
    const { ratio } = scalars as Scalars<Hyper | Shared | 'ratio'>;
    const { step, momentum, velocity } = direction(row, scalars);
    return { param: sub(row.param, mul(step, mul(ratio, scalars.learningRate))), momentum, velocity };
  }
}

function direction(
  { grad, momentum: m, velocity: v }: Row<Slot>,
  { beta1, beta2, epsilon, correction1, correction2 }: Scalars<Hyper | Shared>,
) {
  const momentum = add(m, mul(sub(grad, m), sub(1, beta1)));
  const velocity = add(v, mul(sub(square(grad), v), sub(1, beta2)));
  const step = div(div(momentum, correction1), add(sqrt(div(velocity, correction2)), epsilon));
  return { step, momentum, velocity };
}

/** ‖w‖/‖u‖, and 1 where one of them is 0. */
function ratioOf(weight: Tensor, step: Tensor): Tensor {
  const both = logicalAnd(greater(weight, 0), greater(step, 0));
  return where(both, div(weight, where(both, step, onesLike(step))), onesLike(step));
}
