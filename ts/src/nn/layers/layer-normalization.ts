// Layer normalisation.
import { cast, layerNormalization, type Tensor, type Variable } from '../../index.js';
import type { Constraint } from '../constraints/constraint.js';
import { Layer, type LayerOptions } from '../core/layer.js';
import { axisOf, knownSize, type PartialShape } from '../core/shapes.js';
import { type Initializer, Ones, Zeros } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';

/** Options of {@link LayerNormalization}. */
export interface LayerNormalizationOptions extends LayerOptions {
  /** Axes that are normalised together. Default -1. */
  axis?: number | readonly number[];
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
  betaRegularizer?: Regularizer;
  gammaRegularizer?: Regularizer;
  betaConstraint?: Constraint;
  gammaConstraint?: Constraint;
}

/** `gamma · (x − mean) / √(variance + ε) + beta` with mean and biased variance of each example over `axis`. */
export class LayerNormalization extends Layer {
  static override readonly type = 'LayerNormalization';
  gamma: Variable | undefined;
  beta: Variable | undefined;

  constructor(protected override readonly options: LayerNormalizationOptions = {}) {
    super(options);
  }

  override build(shape: PartialShape): void {
    const o = this.options;
    const sizes = this.#axes(shape.length).map((axis) => knownSize(shape, axis, 'LayerNormalization'));
    if (o.scale ?? true)
      this.gamma = this.addWeight(sizes, {
        initializer: o.gammaInitializer ?? new Ones(),
        regularizer: o.gammaRegularizer,
        constraint: o.gammaConstraint,
      });
    if (o.center ?? true)
      this.beta = this.addWeight(sizes, {
        initializer: o.betaInitializer ?? new Zeros(),
        regularizer: o.betaRegularizer,
        constraint: o.betaConstraint,
      });
  }

  call(input: Tensor): Tensor {
    const x = input.dtype === this.dtype ? input : cast(input, this.dtype);
    const { out } = layerNormalization(x, this.gamma?.value, this.beta?.value, {
      axis: this.#axes(x.rank),
      epsilon: this.options.epsilon ?? 1e-3,
    });
    return cast(out, input.dtype);
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }

  #axes(rank: number): number[] {
    const axis = this.options.axis ?? -1;
    const axes = typeof axis === 'number' ? [axis] : [...axis];
    return axes.map((a) => axisOf(a, rank, 'LayerNormalization')).sort((a, b) => a - b);
  }
}
