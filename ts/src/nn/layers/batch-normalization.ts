// Batch normalisation.
import { add, batchNormalization, cast, mul, reshape, rsqrt, stopGradient, sub, type Tensor, type Variable } from '../../index.js';
import type { Constraint } from '../constraints/constraint.js';
import { type CallContext, Layer, type LayerOptions } from '../core/layer.js';
import { axisOf, knownSize, type PartialShape } from '../core/shapes.js';
import { type Initializer, Ones, Zeros } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';

/** Options of {@link BatchNormalization}. */
export interface BatchNormalizationOptions extends LayerOptions {
  /** The features' axis. Default -1. */
  axis?: number;
  /** Share of the old moving statistics that is kept at each step. Default 0.99. */
  momentum?: number;
  /** Added to the variance. Default 1e-3. */
  epsilon?: number;
  /** Whether `beta` is added. Default true. */
  center?: boolean;
  /** Whether it multiplies by `gamma`. Default true. */
  scale?: boolean;
  /** Default `Zeros`. */
  betaInitializer?: Initializer;
  /** Default `Ones`. */
  gammaInitializer?: Initializer;
  /** Default `Zeros`. */
  movingMeanInitializer?: Initializer;
  /** Default `Ones`. */
  movingVarianceInitializer?: Initializer;
  betaRegularizer?: Regularizer;
  gammaRegularizer?: Regularizer;
  betaConstraint?: Constraint;
  gammaConstraint?: Constraint;
}

/**
 * `gamma · (x − mean) / √(variance + ε) + beta` a feature: in training with the batch's mean and (biased) variance, which
 * also move the moving statistics; otherwise, or when not trainable, with the moving ones.
 * Weights in Keras's order: gamma, beta, movingMean, movingVariance.
 */
export class BatchNormalization extends Layer {
  static override readonly type = 'BatchNormalization';
  gamma: Variable | undefined;
  beta: Variable | undefined;
  movingMean!: Variable;
  movingVariance!: Variable;

  constructor(protected override readonly options: BatchNormalizationOptions = {}) {
    super(options);
  }

  override build(shape: PartialShape): void {
    const o = this.options;
    const size = [knownSize(shape, o.axis ?? -1, 'BatchNormalization')];
    if (o.scale ?? true)
      this.gamma = this.addWeight(size, {
        initializer: o.gammaInitializer ?? new Ones(),
        regularizer: o.gammaRegularizer,
        constraint: o.gammaConstraint,
      });
    if (o.center ?? true)
      this.beta = this.addWeight(size, {
        initializer: o.betaInitializer ?? new Zeros(),
        regularizer: o.betaRegularizer,
        constraint: o.betaConstraint,
      });
    this.movingMean = this.addWeight(size, { initializer: o.movingMeanInitializer ?? new Zeros(), trainable: false });
    this.movingVariance = this.addWeight(size, { initializer: o.movingVarianceInitializer ?? new Ones(), trainable: false });
  }

  call(input: Tensor, { training }: CallContext): Tensor {
    const { epsilon = 1e-3 } = this.options;
    const x = input.dtype === this.dtype ? input : cast(input, this.dtype);
    const axis = axisOf(this.options.axis ?? -1, x.rank, 'BatchNormalization');
    if (training && this.trainable) {
      const { out, mean, variance } = batchNormalization(x, this.gamma?.value, this.beta?.value, { axis, epsilon });
      this.#track(this.movingMean, mean);
      this.#track(this.movingVariance, variance);
      return cast(out, input.dtype);
    }
    const spread = x.shape.map((_, i) => (i === axis ? -1 : 1));
    let scale = rsqrt(add(this.movingVariance, epsilon));
    if (this.gamma) scale = mul(scale, this.gamma);
    let shift = mul(this.movingMean, scale).neg();
    if (this.beta) shift = add(shift, this.beta);
    return cast(add(mul(x, reshape(scale, spread)), reshape(shift, spread)), input.dtype);
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }

  #track(moving: Variable, batch: Tensor): void {
    const keep = this.options.momentum ?? 0.99;
    moving.assign(sub(moving, mul(sub(moving, reshape(stopGradient(batch), [-1])), 1 - keep)));
  }
}
