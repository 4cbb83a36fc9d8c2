// Datasets: what is read, in which order, in which portions. Reading happens on threads of the engine.

import { TalrayError } from '../array/errors.js';
import { ColumnBatch, type Row } from './column-batch.js';
import { type EncodedBatch, type Encoder, encodedBatch } from './encoder.js';
import { awaited, guarded, type NativeDataset, type NativeFeed } from './native.js';

/** Which column is the label, and which of its values mean 1. */
export interface Label {
  /** The column's name. */
  name: string;
  /** The value or values that become 1. Absent: the column must hold numbers and stays as it is. */
  positive?: LabelValue | readonly LabelValue[];
  /** The value or values that become 0; others are then errors. Absent: every other one. */
  negative?: LabelValue | readonly LabelValue[];
}

/** A value of a label column. */
export type LabelValue = string | number | boolean;

/** Options of {@link Dataset.shuffle}. */
export interface ShuffleOptions {
  /** The order is a function of seed and epoch. Default 0. */
  seed?: number;
  /** Shuffle within windows of so many rows instead of the whole, which is held in memory. */
  buffer?: number;
  /** Whether each epoch has its own order. Default true. */
  reshuffle?: boolean;
}

/** Options of {@link Dataset.split}. */
export interface SplitOptions {
  /** The share of validation rows, from 0 to 1. */
  fraction: number;
  /** Which rows go where is a function of the seed. Default 0. */
  seed?: number;
  /** Rows that agree in these columns stay together. Default: each row goes by its number. */
  by?: string | readonly string[];
}

/** Options of {@link Dataset.iterate}. */
export interface IterateOptions {
  /** Which pass over the data this is; shuffles differ from epoch to epoch. Default 0. */
  epoch?: number;
  /** Go on where an earlier iterator was; `epoch` is then its. */
  state?: string | undefined;
  /** How many batches may be prepared ahead. Default 2. */
  ahead?: number;
  /** Ends the iteration with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** One pass over a dataset. `state` is the place after the batch handed out last, to be saved and resumed from. */
export interface DatasetIterator<T> extends AsyncIterableIterator<T> {
  /** The place, as text. */
  readonly state: string;
}

/**
 * Rows of files or arrays, and the steps over them. Immutable: each step gives a new dataset that shares what is read.
 * The order of its rows is a function of (seed, epoch), never of timing.
 *
 * @example
 * const [train, validation] = csv('adult.data', { columns }).split({ fraction: 0.1 });
 * for await (const batch of train.shuffle({ seed: 1 }).batch(512)) console.log(batch.rows);
 */
export class Dataset implements AsyncIterable<ColumnBatch> {
  /** The label, where one is named. */
  readonly label: Label | undefined;
  readonly #native: NativeDataset;

  /** @internal */
  constructor(native: NativeDataset, label: Label | undefined) {
    this.#native = native;
    this.label = label;
  }

  /** @internal A dataset whose label column becomes 0 and 1. */
  static labelled(native: NativeDataset, label: Label | undefined): Dataset {
    return new Dataset(label === undefined ? native : guarded(() => native.label(JSON.stringify(label))), label);
  }

  /** The columns' names. */
  get names(): string[] {
    return this.#native.names();
  }

  /** Keeps the rows so far in memory; later epochs read them from there. */
  cache(): Dataset {
    return this.#step({ cache: {} });
  }

  /** Brings the rows into random order, anew each epoch. */
  shuffle(options: ShuffleOptions = {}): Dataset {
    return this.#step({ shuffle: options });
  }

  /** Portions of `size` rows; the last one may be smaller. */
  batch(size: number, options: { /** Drop a last, smaller one. Default false. */ dropRemainder?: boolean } = {}): Dataset {
    return this.#step({ batch: { size, ...options } });
  }

  /** Reads everything before this step `count` times, each as an epoch of its own; without end if absent. */
  repeat(count?: number): Dataset {
    return this.#step({ repeat: count === undefined ? {} : { count } });
  }

  /** Keeps the first rows, or batches after `batch`. */
  take(count: number): Dataset {
    return this.#step({ take: { count } });
  }

  /** Drops the first rows, or batches after `batch`. */
  skip(count: number): Dataset {
    return this.#step({ skip: { count } });
  }

  /** Divides into training and validation rows, the same in every epoch. */
  split(options: SplitOptions): [train: Dataset, validation: Dataset] {
    const { by = [], ...rest } = options;
    const columns = typeof by === 'string' ? [by] : by;
    const part = (part: string) => this.#step({ split: { ...rest, by: columns, part } });
    return [part('train'), part('validation')];
  }

  /** Prepares the next portions on a thread of their own (iterating does so anyway). */
  prefetch(batches = 2): Dataset {
    return this.#step({ prefetch: { batches } });
  }

  /** The batches of an epoch. */
  iterate(options: IterateOptions = {}): DatasetIterator<ColumnBatch> {
    const feed = guarded(() => this.#native.feed(options.epoch ?? 0, options.state, options.ahead ?? 2));
    return new FeedIterator(feed, (raw) => new ColumnBatch(raw), options.signal);
  }

  /** The batches of an epoch, encoded on the reading thread. */
  encode(encoder: Encoder, options: IterateOptions = {}): DatasetIterator<EncodedBatch> {
    const { native, layout } = encoder;
    const feed = guarded(() => this.#native.encoded(native, options.epoch ?? 0, options.state, options.ahead ?? 2));
    return new FeedIterator(feed, (raw) => encodedBatch(layout, raw), options.signal);
  }

  /** The batches of epoch 0. Without a `batch` step: some rows at a time. */
  [Symbol.asyncIterator](): DatasetIterator<ColumnBatch> {
    return this.iterate();
  }

  /** The rows of an epoch, one object each: for looking at them, not for speed. */
  async *rows(options: IterateOptions = {}): AsyncGenerator<Row> {
    for await (const batch of this.iterate(options)) {
      for (let i = 0; i < batch.rows; i++) yield batch.row(i);
    }
  }

  /** @internal */
  get native(): NativeDataset {
    return this.#native;
  }

  #step(step: object): Dataset {
    for (const [name, options] of Object.entries(step)) refuseNaN(name, options as Record<string, unknown>);
    return new Dataset(
      guarded(() => this.#native.step(JSON.stringify(step))),
      this.label,
    );
  }
}

/** JSON would turn these into null, and the message would not say what was given. */
function refuseNaN(step: string, options: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new TalrayError('OPTION', `${step}.${name}: expected a finite number, received ${value}`);
    }
  }
}

class FeedIterator<R extends { state: string }, T> implements DatasetIterator<T> {
  /** Let go at the end, so that its thread and buffers are too. */
  #feed: NativeFeed<R> | undefined;
  #state: string;

  constructor(
    feed: NativeFeed<R>,
    private readonly convert: (raw: R) => T,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#feed = feed;
    this.#state = guarded(() => feed.start());
  }

  get state(): string {
    return this.#state;
  }

  async next(): Promise<IteratorResult<T>> {
    this.signal?.throwIfAborted();
    if (this.#feed === undefined) return { done: true, value: undefined };
    const raw = await awaited(this.#feed.next());
    if (raw === null) return this.return();
    this.#state = raw.state;
    return { done: false, value: this.convert(raw) };
  }

  async return(): Promise<IteratorResult<T>> {
    this.#feed = undefined;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
