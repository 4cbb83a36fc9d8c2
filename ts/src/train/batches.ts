// Where batches come from: arrays in memory, iterables, or any source with epochs and a state to resume from.
import { gather, scope, slice, TalrayError, tensor, type Tensor, type TensorLike } from '../index.js';
import { isRecord, mapTensors, rowsOf, type Tensors, type TensorsLike, tensorsOf } from './tree.js';

/** A batch: features, and for training targets and weights an example. */
export interface Batch {
  readonly x: TensorsLike;
  readonly y?: TensorsLike | undefined;
  readonly sampleWeight?: TensorLike | undefined;
  /** Whether its tensors are free to be disposed of after the step. Default false: they are the caller's. */
  readonly owned?: boolean;
}

/** A batch as an object or as `[x, y?, sampleWeight?]`. */
export type BatchLike = Batch | readonly [x: TensorsLike, y?: TensorsLike, sampleWeight?: TensorLike];

/** What a source is asked for. */
export interface BatchRequest {
  /** Which pass this is, from 0: an order may depend on it. */
  readonly epoch: number;
  /** Where to go on, as an earlier iterator's `state` said. */
  readonly state?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The batches of one epoch. `state` is the place after the batch given last. */
export interface BatchIterator extends AsyncIterator<BatchLike> {
  readonly state?: string | undefined;
}

/** Batches by epoch. */
export interface BatchSource {
  /** The batches of the epoch that is asked for. */
  iterate(request: BatchRequest): BatchIterator;
  /** Batches in an epoch, where known. */
  readonly batches?: number | undefined;
}

/** A dataset of talray/data. Models of talray/recsys take it; others take batches of tensors. */
export interface ColumnSource {
  readonly names: readonly string[];
  /** Batches as an encoder makes them. */
  encode(encoder: never, options?: never): AsyncIterator<unknown>;
}

/** Everything that `fit` and `evaluate` read from. */
export type BatchData = BatchSource | Batch | Iterable<BatchLike> | AsyncIterable<BatchLike> | ColumnSource;

/** How arrays in memory are cut. */
export interface CutOptions {
  /** Default 32. */
  readonly batchSize?: number | undefined;
  /** Whether rows come in an order of (seed, epoch). Default false. */
  readonly shuffle?: boolean | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
}

/** Rows of tensors in memory, `from` to `to`. */
export class MemorySource implements BatchSource {
  readonly #x: Tensors;
  readonly #y: Tensors | undefined;
  readonly #weight: Tensor | undefined;
  readonly #rows: number;
  readonly #size: number;

  constructor(
    data: Batch,
    private readonly options: CutOptions = {},
    private readonly range: { from?: number; to?: number } = {},
  ) {
    this.#x = tensorsOf(data.x);
    this.#y = data.y === undefined ? undefined : tensorsOf(data.y);
    this.#weight = data.sampleWeight === undefined ? undefined : tensor(data.sampleWeight);
    this.#size = options.batchSize ?? 32;
    if (!(Number.isInteger(this.#size) && this.#size > 0))
      throw new TalrayError('OPTION', `batchSize must be a whole number above 0, got ${this.#size}`);
    const rows = rowsOf(this.#x, 'x');
    for (const [name, part] of [
      ['y', this.#y],
      ['sampleWeight', this.#weight],
    ] as const) {
      if (part !== undefined && rowsOf(part, name) !== rows)
        throw new TalrayError('SHAPE', `x has ${rows} rows, ${name} ${rowsOf(part, name)}`);
    }
    this.#rows = (range.to ?? rows) - (range.from ?? 0);
  }

  /** The first rows and the last share `fraction` as two sources; only the first is shuffled. */
  static split(data: Batch, options: CutOptions, fraction: number): [MemorySource, MemorySource] {
    if (!(fraction > 0 && fraction < 1)) throw new TalrayError('OPTION', `validationSplit must be between 0 and 1, got ${fraction}`);
    const rows = rowsOf(tensorsOf(data.x), 'x');
    const cut = Math.floor(rows * (1 - fraction));
    return [new MemorySource(data, options, { to: cut }), new MemorySource(data, { ...options, shuffle: false }, { from: cut })];
  }

  get batches(): number {
    return Math.ceil(this.#rows / this.#size);
  }

  /** The batches of an epoch, cut from memory. */
  iterate({ epoch, state }: BatchRequest): BatchIterator {
    const order = this.options.shuffle ? permutation(this.#rows, this.options.seed ?? 0, epoch) : undefined;
    let batch = state === undefined ? 0 : Number(state);
    return {
      get state() {
        return String(batch);
      },
      next: () => {
        if (batch >= this.batches) return Promise.resolve({ done: true, value: undefined });
        const value = scope(() => this.#cut(batch, order));
        batch += 1;
        return Promise.resolve({ done: false, value });
      },
    };
  }

  #cut(batch: number, order: Int32Array | undefined): Batch {
    const from = batch * this.#size;
    const count = Math.min(this.#size, this.#rows - from);
    const offset = this.range.from ?? 0;
    const rows = order && tensor(order.slice(from, from + count), { dtype: 'i32' });
    const take = (part: Tensor): Tensor =>
      rows ? gather(part, rows) : slice(part, [offset + from, ...part.shape.slice(1).map(() => 0)], [count, ...part.shape.slice(1)]);
    return {
      owned: true,
      x: mapTensors(this.#x, take),
      ...(this.#y === undefined ? {} : { y: mapTensors(this.#y, take) }),
      ...(this.#weight === undefined ? {} : { sampleWeight: take(this.#weight) }),
    };
  }
}

/** Whatever was given as a source. An iterable is read anew each epoch; a generator can be read only once. */
export function sourceOf(data: BatchData, options: CutOptions = {}): BatchSource {
  if ('encode' in data)
    throw new TalrayError(
      'OPTION',
      'this model takes batches of tensors, not columns: encode the dataset first, or use a model of talray/recsys',
    );
  if ('iterate' in data && typeof data.iterate === 'function') return data as BatchSource;
  if (Symbol.asyncIterator in data) return { iterate: ({ state }) => counted(data[Symbol.asyncIterator](), state) };
  if (Symbol.iterator in data) {
    return {
      iterate: ({ state }) => counted(synchronous(data[Symbol.iterator]()), state),
      batches: Array.isArray(data) ? data.length : undefined,
    };
  }
  if (isRecord(data) && 'x' in data) return new MemorySource(data as Batch, options);
  throw new TalrayError('OPTION', 'expected { x, y }, an iterable of batches or a dataset');
}

/** A batch as an object. */
export function batchOf(batch: BatchLike): Batch {
  if (!Array.isArray(batch)) return batch as Batch;
  const [x, y, sampleWeight] = batch as readonly [TensorsLike, TensorsLike?, TensorLike?];
  return { x, y, sampleWeight };
}

/** An iterator whose state is the number of batches read; it is resumed by skipping as many. */
function counted(iterator: AsyncIterator<BatchLike>, state: string | undefined): BatchIterator {
  let read = 0;
  const next = async (): Promise<IteratorResult<BatchLike>> => {
    const result = await iterator.next();
    if (result.done !== true) read += 1;
    return result;
  };
  return {
    get state() {
      return String(read);
    },
    async next() {
      while (state !== undefined && read < Number(state)) if ((await next()).done === true) break;
      return next();
    },
    async return() {
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}

function synchronous(iterator: Iterator<BatchLike>): AsyncIterator<BatchLike> {
  return { next: () => Promise.resolve(iterator.next()) };
}

/** Fisher-Yates over a 32-bit generator (mulberry32) that starts from (seed, epoch). */
export function permutation(count: number, seed: number, epoch: number): Int32Array {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(epoch + 1, 0xc2b2ae35)) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((next() / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
