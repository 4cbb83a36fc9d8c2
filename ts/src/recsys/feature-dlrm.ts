// DLRM over feature columns: numbers into its bottom tower, one embedding a feature with one key a row.
import { TalrayError, type Tensor } from '../index.js';
import type { EncodedBatch } from '../data/encoder.js';
import type { Feature } from '../data/features.js';
import type { CallContext } from '../nn/core/layer.js';
import { DLRM, type DLRMOptions } from './dlrm.js';
import type { FeatureInput, KeyFeature } from './feature-input.js';
import { FeatureModel, type FeatureModelOptions, type FeatureTensors } from './feature-model.js';

/** Options of {@link FeatureDLRM}. */
export interface FeatureDLRMOptions extends FeatureModelOptions, Omit<DLRMOptions, 'cardinalities'> {
  /** Columns and what they mean: at least one number, and at least one feature with one key a row. */
  features: readonly Feature[];
}

/**
 * {@link DLRM} for rows of named columns. All embeddings have the width `dim`, as its dot products ask for.
 *
 * ```ts
 * const model = new FeatureDLRM({ features: [numeric('age', { scale: 'standard' }), categorical('occupation')], bottom: [64], top: [64] });
 * ```
 */
export class FeatureDLRM extends FeatureModel<FeatureDLRMOptions> {
  static override readonly type: string = 'FeatureDLRM';
  network!: DLRM;
  #keys: readonly KeyFeature[] = [];

  constructor(options: FeatureDLRMOptions) {
    super(options);
    const wide = options.features.find(({ dim }) => dim !== undefined && dim !== (options.dim ?? 16));
    if (wide !== undefined)
      throw new TalrayError(
        'OPTION',
        `DLRM: feature ${wide.name} asks for width ${wide.dim}, but all have ${options.dim ?? 16}: set the model's dim`,
      );
  }

  protected assemble(input: FeatureInput): void {
    const { features: _features, minCount: _minCount, ...options } = this.options;
    const keys = input.keyFeatures();
    const several = keys.find(({ kind }) => kind !== 'key');
    if (several !== undefined) throw new TalrayError('OPTION', `DLRM: feature ${several.name} has several keys a row, DLRM takes one`);
    if (keys.length === 0 || input.width === 0)
      throw new TalrayError('OPTION', 'DLRM: needs at least one number and one feature with keys');
    // The network has its own offsets into the table of all features.
    this.#keys = keys.map((feature) => ({ ...feature, offset: 0 }));
    this.network = new DLRM({ ...options, cardinalities: keys.map(({ rows }) => rows) });
  }

  protected tensors(input: FeatureInput, batch: EncodedBatch): FeatureTensors {
    return { dense: input.dense(batch), keys: input.single(batch, this.#keys) };
  }

  override call(x: FeatureTensors, { training }: CallContext): Tensor {
    return this.network.apply({ dense: x['dense']!, keys: x['keys']! }, { training });
  }
}
