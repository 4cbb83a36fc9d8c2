// Feature columns as tensors that a recommender takes: row numbers of tables, and a matrix of numbers.
import { TalrayError, tensor, type Tensor } from '../index.js';
import type { BatchIterator, BatchRequest, BatchSource } from '../train/batches.js';
import type { Dataset } from '../data/dataset.js';
import { type EncodedBatch, Encoder } from '../data/encoder.js';
import type { Feature } from '../data/features.js';
import { KeyIndex } from './key-index.js';

/** A feature with keys: which tensor has it, and how many rows of the table are its own. */
export interface KeyFeature {
  readonly name: string;
  readonly kind: 'key' | 'multi' | 'sequence';
  /** Rows of its own: its cardinality, or the distinct keys of the data and one for all others. */
  readonly rows: number;
  /** Where they begin in a table of all features in this list. */
  readonly offset: number;
}

/** Features as `adapt` learned them. */
export class FeatureInput {
  private constructor(
    readonly encoder: Encoder,
    private readonly indexes: ReadonlyMap<string, KeyIndex>,
  ) {}

  /** Learns means, vocabularies and keys from one epoch of `data`; keys rarer than `minCount` share a row. */
  static async fit(features: readonly Feature[], data: Dataset, minCount: number): Promise<{ input: FeatureInput; batches: number }> {
    const encoder = await Encoder.fit(features, data);
    const { keys, multi, sequences } = encoder.layout;
    const open = [...keys, ...multi, ...sequences].filter(({ cardinality }) => cardinality === null);
    const indexes = new Map(open.map(({ name }) => [name, new KeyIndex()]));
    let batches = 0;
    let positives = 0;
    for await (const batch of data.encode(encoder)) {
      batches += 1;
      positives += batch.labels.reduce((sum, label) => sum + label, 0);
      for (const [name, index] of indexes) index.add(keysOf(batch, name));
    }
    if (data.label?.positive !== undefined && positives === 0) {
      const { name, positive } = data.label;
      throw new TalrayError(
        'OPTION',
        `label '${name}': no row of the data has ${JSON.stringify(positive)}, which stands for 1: there is nothing to learn`,
      );
    }
    const kept = new Map([...indexes].map(([name, index]) => [name, minCount > 1 ? index.frequent(minCount) : index]));
    return { input: new FeatureInput(encoder, kept), batches };
  }

  /** Those of the features with keys that `names` has, in the encoder's order; all by default. */
  keyFeatures(names?: readonly string[]): KeyFeature[] {
    const { keys, multi, sequences } = this.encoder.layout;
    const all = [
      ...keys.map((output) => ({ ...output, kind: 'key' as const })),
      ...multi.map((output) => ({ ...output, kind: 'multi' as const })),
      ...sequences.map((output) => ({ ...output, kind: 'sequence' as const })),
    ];
    for (const name of names ?? []) {
      if (!all.some((output) => output.name === name))
        throw new TalrayError('OPTION', `no feature with keys is called ${name}; there are ${all.map((output) => output.name).join(', ')}`);
    }
    let offset = 0;
    return all
      .filter(({ name }) => names === undefined || names.includes(name))
      .map(({ name, kind, cardinality }) => {
        const feature = { name, kind, rows: cardinality ?? this.indexes.get(name)!.rows, offset };
        offset += feature.rows;
        return feature;
      });
  }

  /** How many numbers a row has. */
  get width(): number {
    return this.encoder.layout.dense.length;
  }

  /** Row numbers of single keys, [rows, features]. */
  single(batch: EncodedBatch, features: readonly KeyFeature[]): Tensor {
    const single = features.filter(({ kind }) => kind === 'key');
    const out = new Int32Array(batch.rows * single.length);
    single.forEach((feature, at) => this.#place(feature, batch.keys[feature.name]!, out, at, single.length));
    return tensor(out, { shape: [batch.rows, single.length] });
  }

  /** Row numbers of a feature with several keys, [rows, length], and a mask that is 1 where there is a key. */
  several(batch: EncodedBatch, feature: KeyFeature): { ids: Tensor; mask: Tensor } {
    const { keys, mask, length } = feature.kind === 'sequence' ? sequenceOf(batch, feature.name) : padded(batch, feature.name);
    const out = new Int32Array(keys.length);
    this.#place(feature, keys, out, 0, 1);
    for (let i = 0; i < out.length; i++) if (mask[i] === 0) out[i] = feature.offset;
    return { ids: tensor(out, { shape: [batch.rows, length] }), mask: tensor(Float32Array.from(mask), { shape: [batch.rows, length] }) };
  }

  /** Numbers, [rows, width]. */
  dense(batch: EncodedBatch): Tensor {
    return tensor(batch.dense, { shape: [batch.rows, this.width] });
  }

  /** Targets, [rows, labels], where the batch has them. */
  labels(batch: EncodedBatch): Tensor | undefined {
    return batch.labels.length === 0 ? undefined : tensor(batch.labels, { shape: [batch.rows, batch.labels.length / batch.rows] });
  }

  /** A dataset as batches of what `tensors` makes of each; without `labelled`, labels are neither needed nor read. */
  source(
    data: Dataset,
    tensors: (batch: EncodedBatch) => Record<string, Tensor>,
    batches: number | undefined,
    labelled = true,
  ): BatchSource {
    const encoder = labelled ? this.encoder : this.encoder.withoutLabels();
    return {
      batches,
      iterate: ({ epoch, state, signal }: BatchRequest): BatchIterator => {
        const iterator = data.encode(encoder, { epoch, ...(state === undefined ? {} : { state }), ...(signal ? { signal } : {}) });
        return {
          get state() {
            return iterator.state;
          },
          next: async () => {
            const next = await iterator.next();
            if (next.done === true) return { done: true, value: undefined };
            const { weights } = next.value;
            return { done: false, value: { owned: true, x: tensors(next.value), y: this.labels(next.value), sampleWeight: weights } };
          },
          return: async () => {
            await iterator.return?.();
            return { done: true, value: undefined };
          },
        };
      },
    };
  }

  /** What was learned, as text and arrays. */
  state(): { json: unknown; arrays: Map<string, Tensor> } {
    const arrays = new Map([...this.indexes].map(([name, index]) => [`keys.${name}`, tensor(index.keys(), { dtype: 'i64' })]));
    return { json: { encoder: this.encoder.toJSON() }, arrays };
  }

  /** What {@link state} wrote down. */
  static restore({ json, arrays }: { json: unknown; arrays: ReadonlyMap<string, Tensor> }): FeatureInput {
    const { encoder } = json as { encoder: string };
    const indexes = [...arrays]
      .filter(([name]) => name.startsWith('keys.'))
      .map(([name, keys]) => [name.slice('keys.'.length), KeyIndex.of(keys.dataSync() as BigInt64Array)] as const);
    return new FeatureInput(Encoder.fromJSON(encoder), new Map(indexes));
  }

  #place({ name, offset }: KeyFeature, keys: BigInt64Array, out: Int32Array, at: number, stride: number): void {
    const index = this.indexes.get(name);
    if (index !== undefined) return index.lookup(keys, out, at, stride, offset);
    for (let i = 0, to = at; i < keys.length; i++, to += stride) out[to] = offset + Number(keys[i]);
  }
}

function keysOf(batch: EncodedBatch, name: string): BigInt64Array {
  const single = batch.keys[name] ?? batch.multi[name]?.keys;
  if (single !== undefined) return single;
  const { keys, mask } = batch.sequences[name]!;
  return keys.filter((_, i) => mask[i] === 1);
}

function sequenceOf(batch: EncodedBatch, name: string): { keys: BigInt64Array; mask: ArrayLike<number>; length: number } {
  const { keys, mask } = batch.sequences[name]!;
  return { keys, mask, length: keys.length / Math.max(1, batch.rows) };
}

/** Rows of different lengths as a matrix whose width is a power of two, so that few shapes are recorded. */
function padded(batch: EncodedBatch, name: string): { keys: BigInt64Array; mask: ArrayLike<number>; length: number } {
  const { keys, offsets } = batch.multi[name]!;
  const starts = Array.from(offsets, Number);
  const longest = Math.max(1, ...starts.slice(1).map((end, i) => end - starts[i]!));
  const length = 2 ** Math.ceil(Math.log2(longest));
  const out = new BigInt64Array(batch.rows * length);
  const mask = new Uint8Array(out.length);
  for (let row = 0; row < batch.rows; row++) {
    const [from, to] = [starts[row]!, starts[row + 1]!];
    out.set(keys.subarray(from, to), row * length);
    mask.fill(1, row * length, row * length + to - from);
  }
  return { keys: out, mask, length };
}
