// Fitted features: batches of columns in, flat arrays of numbers and keys out, the same in training and serving.

import { TalrayError } from '../array/errors.js';
import { type ColumnsInput, nativeColumns, type RowInput } from './column-input.js';
import type { Dataset } from './dataset.js';
import type { Feature } from './features.js';
import { awaited, engine, guarded, type NativeEncoder, type RawEncoded } from './native.js';

/** A feature with keys. */
export interface KeyOutput {
  /** The feature's name. */
  readonly name: string;
  /** Keys are below this; `null`: any 64 bits. */
  readonly cardinality: number | null;
}

/** What an encoder gives. */
export interface Layout {
  /** Names of the numbers in a row of `dense`. */
  readonly dense: readonly string[];
  /** Features with one key a row. */
  readonly keys: readonly KeyOutput[];
  /** Features with any number of keys a row. */
  readonly multi: readonly KeyOutput[];
  /** Features with a fixed number of keys a row. */
  readonly sequences: readonly (KeyOutput & { /** Keys a row. */ readonly length: number })[];
  /** Names of the numbers in a row of `labels`. */
  readonly labels: readonly string[];
  /** The column of weights. */
  readonly weight: string | null;
}

/** An encoded batch. */
export interface EncodedBatch {
  /** How many rows. */
  readonly rows: number;
  /** `[rows, layout.dense.length]`, row after row. */
  readonly dense: Float32Array;
  /** `[layout.keys.length, rows]`, feature after feature. */
  readonly allKeys: BigInt64Array;
  /** The same by name: one key a row. */
  readonly keys: Readonly<Record<string, BigInt64Array>>;
  /** Row `i` of a feature has the keys from `offsets[i]` to `offsets[i + 1]`. */
  readonly multi: Readonly<Record<string, { readonly keys: BigInt64Array; readonly offsets: BigInt64Array }>>;
  /** `[rows, length]`; `mask` is 1 where there is a key. */
  readonly sequences: Readonly<Record<string, { readonly keys: BigInt64Array; readonly mask: Uint8Array; readonly lengths: Int32Array }>>;
  /** `[rows, layout.labels.length]`; empty when encoded without labels. */
  readonly labels: Float32Array;
  /** One weight a row, where a weight column is named. */
  readonly weights: Float32Array | undefined;
}

/** Options of {@link Encoder.fit}. */
export interface FitEncoderOptions {
  /** The label column or columns. Default: the dataset's. */
  label?: string | readonly string[];
  /** A numeric column with one weight a row. Default: none. */
  weight?: string;
}

/**
 * Features with what was learned for them: means, boundaries, vocabularies. Save `toJSON()` with the model.
 *
 * @example
 * const encoder = await Encoder.fit([numeric('age', { scale: 'standard' }), categorical('job')], rows);
 * for await (const batch of rows.batch(512).encode(encoder)) console.log(batch.dense, batch.keys.job);
 */
export class Encoder {
  /** What the arrays of encoded batches mean. */
  readonly layout: Layout;
  /** @internal */
  readonly native: NativeEncoder;
  readonly #json: string;

  private constructor(json: string) {
    this.#json = json;
    this.native = guarded(() => engine.NativeEncoder.open(json));
    this.layout = JSON.parse(guarded(() => this.native.layout())) as Layout;
  }

  /**
   * Learns from one epoch of a dataset, in one pass on a thread of its own.
   *
   * @throws TalrayError `OPTION` for options and columns that do not exist, `DTYPE` for columns of the wrong type.
   */
  static async fit(features: readonly Feature[], data: Dataset, options: FitEncoderOptions = {}): Promise<Encoder> {
    const { label = data.label?.name ?? [], weight } = options;
    const spec = { features: features.map((f) => f.spec), label, ...(weight === undefined ? {} : { weight }) };
    return new Encoder(await awaited(guarded(() => engine.NativeEncoder.fit(JSON.stringify(spec), data.native))));
  }

  /** The encoder that `toJSON` gave. */
  static fromJSON(json: string): Encoder {
    if (typeof json !== 'string') throw new TalrayError('OPTION', `expected the text that toJSON gave, received ${typeof json}`);
    return new Encoder(json);
  }

  /** The same features without label and weight, for datasets that do not have them. */
  withoutLabels(): Encoder {
    return new Encoder(guarded(() => this.native.withoutLabels()));
  }

  /** Everything fitted, as text; figures read back to the bit. */
  toJSON(): string {
    return this.#json;
  }

  /** The columns that are read, each once. */
  get columns(): string[] {
    return this.native.columns();
  }

  /** Encodes rows or columns in memory at once; with `labels`, label and weight columns too. */
  encode(data: ColumnsInput | readonly RowInput[], options: { /** Default false. */ labels?: boolean } = {}): EncodedBatch {
    return encodedBatch(
      this.layout,
      guarded(() => this.native.encode(nativeColumns(data), options.labels ?? false)),
    );
  }
}

/** @internal An encoded batch with its features by name. */
export function encodedBatch(layout: Layout, raw: RawEncoded): EncodedBatch {
  const { rows, dense, keys, multi, sequences, labels, weights } = raw;
  const named = <T>(outputs: readonly KeyOutput[], value: (index: number) => T): Record<string, T> =>
    Object.fromEntries(outputs.map((output, i) => [output.name, value(i)]));
  return {
    rows,
    dense,
    allKeys: keys,
    keys: named(layout.keys, (i) => keys.subarray(i * rows, (i + 1) * rows)),
    multi: named(layout.multi, (i) => multi[i] as (typeof multi)[number]),
    sequences: named(layout.sequences, (i) => sequences[i] as (typeof sequences)[number]),
    labels,
    weights: weights ?? undefined,
  };
}
