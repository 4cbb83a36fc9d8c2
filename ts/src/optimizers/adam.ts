// Adam, with AMSGrad, and AdamW.
import { add, div, maximum, mul, pow, sqrt, square, sub, tensor, type Tensor } from '../index.js';
import { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
import type { Row, Scalars, SlotSpec, Update } from './rule.js';

/** Options of {@link Adam}. */
export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients. Default 0.9. */
  beta1?: number;
  /** Decay of the mean of squares. Default 0.999. */
  beta2?: number;
  /** Default 1e-7. */
  epsilon?: number;
  /** Whether the largest mean of squares so far is used. Default false. */
  amsgrad?: boolean;
  /**
   * Where epsilon stands: `'raw'` (Keras, PyTorch's SparseAdam) beside the uncorrected `√v`; `'corrected'` (the paper,
   * PyTorch's Adam and AdamW) beside `√(v / (1 − β₂ᵗ))`. Default `'raw'`.
   */
  epsilonMode?: 'raw' | 'corrected';
}

type Slot = 'momentum' | 'velocity' | 'velocityHat';
type Hyper = 'beta1' | 'beta2' | 'epsilon';
type Shared = 'alpha' | 'root';

/**
 * `m += (g − m)(1 − β₁); v += (g² − v)(1 − β₂); w −= lr √(1 − β₂ᵗ)/(1 − β₁ᵗ) m / (√v + ε)`. Default rate 0.001.
 * PyTorch's numbers: `epsilonMode: 'corrected', epsilon: 1e-8`; its SparseAdam: `epsilon: 1e-8, update: 'lazy'`.
 */
export class Adam extends Optimizer<Slot, Hyper, Shared> {
  static override readonly type: string = 'Adam';

  constructor(
    learningRate: LearningRate = 0.001,
    protected override readonly options: AdamOptions = {},
  ) {
    super(learningRate, options, { beta1: options.beta1 ?? 0.9, beta2: options.beta2 ?? 0.999, epsilon: options.epsilon ?? 1e-7 });
  }

  slots(): Record<Slot, SlotSpec> {
    return { momentum: {}, velocity: {}, ...(this.options.amsgrad ? { velocityHat: {} } : {}) } as Record<Slot, SlotSpec>;
  }

  protected override shared({ learningRate, step, beta1, beta2 }: Scalars<Hyper>): Record<Shared, Tensor> {
    const one = tensor(1, { dtype: 'f64' });
    const root = sqrt(sub(one, pow(this.rounded(beta2), step)));
    return { alpha: div(mul(learningRate, root), sub(one, pow(this.rounded(beta1), step))), root };
  }

  rule(
    { param, grad, momentum: m, velocity: v, velocityHat }: Row<Slot>,
    { beta1, beta2, epsilon, alpha, root }: Scalars<Hyper | Shared>,
  ): Update<Slot> {
    const momentum = add(m, mul(sub(grad, m), sub(1, beta1)));
    const velocity = add(v, mul(sub(square(grad), v), sub(1, beta2)));
    const used = this.options.amsgrad ? maximum(velocityHat, velocity) : velocity;
    const spread = this.options.epsilonMode === 'corrected' ? mul(epsilon, root) : epsilon;
    const next = sub(param, div(mul(momentum, alpha), add(sqrt(used), spread)));
    return { param: next, momentum, velocity, ...(this.options.amsgrad ? { velocityHat: used } : {}) };
  }
}

/** Options of {@link AdamW}. */
export interface AdamWOptions extends AdamOptions {
  /** Each update first takes `learningRate · weightDecay · w` off a weight. Default 0.004. */
  weightDecay?: number;
}

/** {@link Adam} with decoupled weight decay: `w −= lr · weightDecay · w` before the step. */
export class AdamW extends Adam {
  static override readonly type: string = 'AdamW';

  constructor(learningRate: LearningRate = 0.001, options: AdamWOptions = {}) {
    super(learningRate, { weightDecay: 0.004, ...options });
  }
}
