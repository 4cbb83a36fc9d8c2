// Nadam: Adam with Nesterov momentum.
import { add, div, mul, pow, sqrt, square, sub, tensor, type Tensor, Variable } from '../index.js';
import type { AdamaxOptions } from './adamax.js';
import { type LearningRate, Optimizer } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Nadam}. */
export type NadamOptions = AdamaxOptions;

type Slot = 'momentum' | 'velocity';
type Hyper = 'beta1' | 'beta2' | 'epsilon';
type Shared = 'ahead' | 'now' | 'root' | 'beta1' | 'beta2';

/**
 * With `u_t = β₁ (1 − 0.96ᵗ/2)` and their product P: `m̂ = u_{t+1} m / (1 − P u_{t+1}) + (1 − u_t) g / (1 − P)`,
 * `v̂ = v / (1 − β₂ᵗ)`, `w −= lr m̂ / (√v̂ + ε)`. Default rate 0.001. Source: Keras `Nadam`.
 */
export class Nadam extends Optimizer<Slot, Hyper, Shared> {
  static override readonly type = 'Nadam';
  protected override readonly state = {
    product: new Variable(tensor(1, { dtype: 'f64' }), { dtype: 'f64', trainable: false, name: 'product' }),
  };

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: NadamOptions = {},
  ) {
    super(learningRate, options, { beta1: options.beta1 ?? 0.9, beta2: options.beta2 ?? 0.999, epsilon: options.epsilon ?? 1e-7 });
  }

  slots(): Record<Slot, SlotSpec> {
    return { momentum: {}, velocity: {} };
  }

  protected override shared({ learningRate, step, ...exact }: Scalars<Hyper>): Record<Shared, Tensor> {
    const f64 = (value: number): Tensor => tensor(value, { dtype: 'f64' });
    const weight = (beta: Tensor, decay: Tensor, t: Tensor): Tensor => mul(beta, sub(f64(1), mul(pow(decay, t), f64(0.5))));
    // Where Keras rounds, the product alone takes the constants as they are.
    const product = mul(this.state.product, weight(exact.beta1, f64(0.96), step));
    this.state.product.assign(product);
    const [beta1, beta2, decay] = [this.rounded(exact.beta1), this.rounded(exact.beta2), this.rounded(f64(0.96))];
    const [now, next] = [weight(beta1, decay, step), weight(beta1, decay, add(step, f64(1)))];
    return {
      ahead: div(mul(learningRate, next), sub(f64(1), mul(product, next))),
      now: div(mul(learningRate, sub(f64(1), now)), sub(f64(1), product)),
      root: sqrt(sub(f64(1), pow(beta2, step))),
      beta1,
      beta2,
    };
  }

  rule(
    { param, grad, momentum: m, velocity: v }: Row<Slot>,
    { beta1, beta2, epsilon, ahead, now, root }: Scalars<Hyper | Shared>,
  ): Update<Slot> {
    const momentum = add(m, mul(sub(grad, m), sub(1, beta1)));
    const velocity = add(v, mul(sub(square(grad), v), sub(1, beta2)));
    const step = add(mul(momentum, ahead), mul(grad, now));
    return { param: sub(param, div(step, add(div(sqrt(velocity), root), epsilon))), momentum, velocity };
  }
}
