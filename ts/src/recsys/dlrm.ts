// DLRM (Naumov et al. 2019): numbers through a bottom tower, all vectors' dot products, a top tower.
import { concat, tensor, type Tensor } from '../index.js';
import type { CallContext, LayerOptions } from '../nn/core/layer.js';
import { sigmoidOf } from '../nn/core/logits.js';
import type { RowUpdate } from '../nn/core/traits.js';
import { Dense } from '../nn/layers/dense.js';
import { Embedding } from '../nn/layers/embedding.js';
import { Model } from '../train/model.js';
import { DotInteraction } from './dot-interaction.js';
import { Tower } from './tower.js';

/** Options of {@link DLRM}. */
export interface DLRMOptions extends LayerOptions {
  /** Rows of each feature's table. */
  cardinalities: readonly number[];
  /** Width of embeddings. Default 16. */
  dim?: number;
  /** Units of the bottom tower before the last layer, which has `dim`. Default `[512, 256, 64]`. */
  bottom?: readonly number[];
  /** Units of the top tower before the last layer, which has 1. Default `[512, 256]`. */
  top?: readonly number[];
  /** Whether batch normalisation follows each activation of the bottom tower. Default true. */
  normalize?: boolean;
  /** Default `'lazy'`. */
  update?: RowUpdate;
}

/** Inputs: `dense` [rows, numbers] and `keys` [rows, features], each key below its feature's cardinality. */
export type DLRMInput = { readonly dense: Tensor; readonly keys: Tensor };

/** The probability that a row's label is 1. All tables are one, whose rows are the features' one after another. */
export class DLRM extends Model<DLRMInput, Tensor> {
  static override readonly type: string = 'DLRM';
  readonly embeddings: Embedding;
  readonly bottom: Tower;
  readonly interaction: DotInteraction;
  readonly top: Tower;
  readonly output: Dense;
  readonly #offsets: number[];

  constructor(protected override readonly options: DLRMOptions) {
    super(options);
    const { cardinalities, dim = 16, bottom = [512, 256, 64], top = [512, 256], normalize = true, update = 'lazy' } = options;
    const dtype = { variable: this.dtype, compute: this.computeDtype };
    let total = 0;
    this.#offsets = cardinalities.map((rows) => (total += rows) - rows);
    this.embeddings = new Embedding(total, dim, { update, dtype });
    this.bottom = new Tower([...bottom, dim], { normalize, dtype });
    this.interaction = new DotInteraction({ dtype });
    this.top = new Tower(top, { dtype });
    this.output = new Dense(1, { dtype });
  }

  override args(): readonly unknown[] {
    return [this.options];
  }

  override call({ dense, keys }: DLRMInput, { training }: CallContext): Tensor {
    const bottom = this.bottom.apply(dense, { training });
    const rows = this.embeddings.apply(keys.add(tensor(this.#offsets, { dtype: 'i32' })));
    const x = concat([this.interaction.apply([rows, bottom]), bottom], { axis: 1 });
    return sigmoidOf(this.output.apply(this.top.apply(x, { training })));
  }
}
