// What recommenders over feature columns share: learning the columns, turning rows into tensors, saving what was learned.
import { TalrayError, type Tensor } from '../index.js';
import type { RowInput } from '../data/column-input.js';
import { Dataset } from '../data/dataset.js';
import type { EncodedBatch } from '../data/encoder.js';
import type { Feature } from '../data/features.js';
import type { Feed as FeedOf, LayerOptions } from '../nn/core/layer.js';
import type { BatchData, BatchSource, CutOptions } from '../train/batches.js';
import { type ExtraState, Model, type PredictOptions } from '../train/model.js';
import { FeatureInput } from './feature-input.js';

/** Tensors by name, as these models take them. */
export type FeatureTensors = Readonly<Record<string, Tensor>>;

/** Options that models over feature columns take. */
export interface FeatureModelOptions extends LayerOptions {
  /** Columns and what they mean. */
  features: readonly Feature[];
  /** Keys that are rarer in the data share a row. Default 1: every key has its own. */
  minCount?: number;
}

/** A model that takes rows of named columns. It learns its columns from the first data it is trained on. */
export abstract class FeatureModel<O extends FeatureModelOptions = FeatureModelOptions> extends Model<FeatureTensors, Tensor> {
  #input: FeatureInput | undefined;
  readonly #batches = new WeakMap<object, number>();

  constructor(protected override readonly options: O) {
    super(options);
  }

  /** Makes the layers, whose sizes are known now. */
  protected abstract assemble(input: FeatureInput): void;
  /** A batch as the tensors that `call` takes. */
  protected abstract tensors(input: FeatureInput, batch: EncodedBatch): FeatureTensors;

  override args(): readonly unknown[] {
    return [this.options];
  }

  /** Learns means, vocabularies and keys from one epoch of `data`. `fit` does it where it was not done. */
  async adapt(data: Dataset): Promise<void> {
    const { input, batches } = await FeatureInput.fit(this.options.features, data, this.options.minCount ?? 1);
    this.#batches.set(data, batches);
    this.#take(input);
  }

  /** What was learned; throws `OPTION` before. */
  get input(): FeatureInput {
    if (this.#input === undefined) throw new TalrayError('OPTION', 'the model has not seen data yet: call fit or adapt first');
    return this.#input;
  }

  /** The model's output for rows: objects by column, a dataset, or batches of tensors. */
  override predict(
    data: readonly RowInput[] | Dataset | BatchData | FeedOf<FeatureTensors>,
    options: PredictOptions = {},
  ): Promise<Tensor> {
    return super.predict(data as BatchData, options);
  }

  protected override async sourceOf(data: BatchData, options: CutOptions, use: 'train' | 'evaluate' | 'predict'): Promise<BatchSource> {
    if (data instanceof Dataset) {
      if (this.#input === undefined && use === 'train') await this.adapt(data);
      return this.input.source(
        data,
        (batch) => this.tensors(this.input, batch) as Record<string, Tensor>,
        this.#batches.get(data),
        use !== 'predict',
      );
    }
    const rows = rowsOf(data);
    if (rows !== undefined) {
      const batch = this.input.encoder.encode(rows, { labels: use !== 'predict' });
      const y = this.input.labels(batch);
      return super.sourceOf([{ owned: true, x: this.tensors(this.input, batch), y, sampleWeight: batch.weights }], options, use);
    }
    return super.sourceOf(data, options, use);
  }

  override extraState(): ExtraState | undefined {
    return this.#input?.state();
  }

  override restoreExtra(state: ExtraState): void {
    this.#take(FeatureInput.restore(state));
  }

  #take(input: FeatureInput): void {
    if (this.#input !== undefined)
      throw new TalrayError('OPTION', 'the model has learned its columns already; make a new one for other data');
    this.#input = input;
    this.assemble(input);
  }
}

/** Rows as objects, where `data` (or its `x`) is an array of them. */
function rowsOf(data: unknown): readonly RowInput[] | undefined {
  const rows = typeof data === 'object' && data !== null && 'x' in data ? data.x : data;
  if (!Array.isArray(rows) || rows.length === 0) return undefined;
  const first: unknown = rows[0];
  const plain = typeof first === 'object' && first !== null && Object.getPrototypeOf(first) === Object.prototype && !('x' in first);
  return plain ? (rows as readonly RowInput[]) : undefined;
}
