// Dense layers one after another, as deep parts of recommenders have them.
import type { Tensor } from '../index.js';
import { type ActivationFunction, relu } from '../nn/activations.js';
import { type CallContext, Layer, type LayerOptions } from '../nn/core/layer.js';
import { BatchNormalization } from '../nn/layers/batch-normalization.js';
import { Dense } from '../nn/layers/dense.js';
import { Dropout } from '../nn/layers/dropout.js';

/** Options of {@link Tower}. */
export interface TowerOptions extends LayerOptions {
  /** Default `relu`. */
  activation?: ActivationFunction;
  /** Share dropped behind each layer. Default 0. */
  dropout?: number;
  /** Whether batch normalisation follows each activation. Default false. */
  normalize?: boolean;
}

/** `units.length` dense layers, each with activation. */
export class Tower extends Layer {
  readonly layers: Layer[];

  constructor(
    readonly units: readonly number[],
    protected override readonly options: TowerOptions = {},
  ) {
    super(options);
    const { activation = relu, dropout = 0, normalize = false } = options;
    const dtype = { variable: this.dtype, compute: this.computeDtype };
    this.layers = units.flatMap((n) => [
      new Dense(n, { activation, dtype }),
      ...(normalize ? [new BatchNormalization({ dtype })] : []),
      ...(dropout > 0 ? [new Dropout(dropout, { dtype })] : []),
    ]);
  }

  call(x: Tensor, { training }: CallContext): Tensor {
    return this.layers.reduce((value, layer) => layer.apply(value, { training }), x);
  }
}
