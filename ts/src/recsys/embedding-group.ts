// The embeddings of all features of one width: one table, looked up once a batch.
import { add, concat, div, expandDims, maximum, mul, reshape, sum, type Tensor } from '../index.js';
import { type CallContext, Layer, type LayerOptions } from '../nn/core/layer.js';
import type { RowUpdate } from '../nn/core/traits.js';
import type { Initializer } from '../nn/initializers/index.js';
import { Embedding } from '../nn/layers/embedding.js';
import type { KeyFeature } from './feature-input.js';

/** Options of {@link EmbeddingGroup}. */
export interface EmbeddingGroupOptions extends LayerOptions {
  /** Of the table. Default that of `Embedding`. */
  initializer?: Initializer;
  /** Default `'lazy'`. */
  update?: RowUpdate;
  /** How the vectors of several features become one: beside each other or added. Default `'concat'`. */
  join?: 'concat' | 'sum';
}

/** Inputs of a group: `keys` [rows, features], and for features of several keys `ids.<name>` and `mask.<name>`. */
export type GroupInput = Readonly<Record<string, Tensor>>;

/** Row numbers of many features → one vector a row; features of several keys give the mean of theirs. */
export class EmbeddingGroup extends Layer<GroupInput> {
  readonly table: Embedding;

  constructor(
    readonly features: readonly KeyFeature[],
    readonly dim: number,
    protected override readonly options: EmbeddingGroupOptions = {},
  ) {
    super(options);
    const rows = features.reduce((total, feature) => total + feature.rows, 0);
    const { initializer, update = 'lazy' } = options;
    this.table = new Embedding(Math.max(1, rows), dim, {
      update,
      dtype: { variable: this.dtype, compute: this.computeDtype },
      ...(initializer ? { embeddingsInitializer: initializer } : {}),
    });
  }

  /** Width of the output. */
  get width(): number {
    return this.options.join === 'sum' ? this.dim : this.dim * this.features.length;
  }

  call(inputs: GroupInput, _context: CallContext): Tensor {
    const joined = this.options.join === 'sum';
    const single = this.features.filter(({ kind }) => kind === 'key').length;
    const parts = this.means(inputs);
    if (single > 0) {
      const rows = this.table.apply(inputs['keys']!);
      parts.unshift(joined ? sum(rows, { axis: 1 }) : reshape(rows, [-1, single * this.dim]));
    }
    return joined ? parts.reduce((a, b) => add(a, b)) : parts.length === 1 ? parts[0]! : concat(parts, { axis: 1 });
  }

  /** The mean vector of each feature of several keys, in the order of features. */
  means(inputs: GroupInput): Tensor[] {
    return this.features
      .filter(({ kind }) => kind !== 'key')
      .map(({ name }) => {
        const mask = expandDims(inputs[`mask.${name}`]!, -1);
        const rows = this.table.apply(inputs[`ids.${name}`]!);
        return div(sum(mul(rows, mask), { axis: 1 }), maximum(sum(mask, { axis: 1 }), 1));
      });
  }
}
