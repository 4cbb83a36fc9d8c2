// Dense layers one after another, as deep parts of recommenders have them.
import type { Tensor } from '../index.js';
import { type ActivationFunction, relu } from '../nn/activations.js';
import { type CallContext, type CallOptions, Layer, type LayerOptions } from '../nn/core/layer.js';
import { BatchNormalization } from '../nn/layers/batch-normalization.js';
import { Dense } from '../nn/layers/dense.js';
import { Dropout } from '../nn/layers/dropout.js';
import type { Embedding } from '../nn/layers/embedding.js';

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

  /** What `apply` gives for vectors of `ids` in `embedding` with `x` behind them, by {@link Dense.applyToIds}. There is a layer. */
  applyToIds(embedding: Embedding, ids: Tensor, x?: Tensor, options: CallOptions = {}): Tensor {
    const [first, ...rest] = this.layers as [Dense, ...Layer[]];
    return rest.reduce((value, layer) => layer.apply(value, options), first.applyToIds(embedding, ids, x, options));
  }
}
