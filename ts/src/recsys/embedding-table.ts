// A table of vectors by key that grows with the keys that training sees.
import { cast, lookupTables, random, reshape, TableVariable, TalrayError, type Tensor, tensor } from '../index.js';
import { type CallContext, Layer, type LayerOptions } from '../nn/core/layer.js';
import type { PartialShape } from '../nn/core/shapes.js';
import { type Initializer, RandomUniform } from '../nn/initializers/index.js';

/** Options of {@link EmbeddingTable}. */
export interface EmbeddingTableOptions extends LayerOptions {
  /** Numbers in a vector. */
  dim: number;
  /** Of vectors: `Zeros`, `Ones`, `Constant`, `RandomUniform`, `RandomNormal` or `TruncatedNormal`. Default `RandomUniform` over ±0.05. */
  initializer?: Initializer;
  /** With it keys are 0 to `vocabulary` − 1, have rows from the start, and others are an error. Default: any 64-bit key. */
  vocabulary?: number;
  /** What lookups outside training give for keys without a row: the vector it would start with, or zeros. Default `'initial'`. */
  absent?: 'initial' | 'zeros';
  /** Whether rows count how often their key was seen and note the step of their last change; 8 bytes a row. Default true, and false with `vocabulary`. */
  tracked?: boolean;
  /** Parts that updates work on side by side, a power of two. Results do not depend on it. Default 16. */
  shards?: number;
}

/** How the keys of a feature become its columns; see {@link EmbeddingTable.lookup}. */
export interface LookupOptions {
  /** How the vectors of a row's keys become one, or `'flat'`: one after another. Default `'sum'`. */
  pooling?: 'sum' | 'mean' | 'sqrtn' | 'flat';
  /** `[rows + 1]`, for flat keys: row `r` has those from `offsets[r]` to `offsets[r + 1]`. */
  offsets?: Tensor;
  /** One for each key. */
  weights?: Tensor;
  /** Longer vectors are scaled down to this L2 norm. */
  maxNorm?: number;
  /** Key that stands in for a row without keys; without it such a row is zeros. */
  defaultKey?: number;
}

/** A feature of {@link lookupGroup}. */
export interface GroupFeature extends LookupOptions {
  readonly table: EmbeddingTable;
  readonly keys: Keys;
}

/** Integers of 32 or 64 bits, or plain numbers and bigints. */
export type Keys = Tensor | readonly (number | bigint)[];

/**
 * Keys of any shape → their vectors: [...] → [..., dim]. Training makes rows as it meets keys; lookups outside training
 * change nothing. Updates reach the rows of the batch alone. First vectors are a function of the initializer's seed, the
 * table's `name` and the key; a table that has neither draws a seed from the common stream (`setSeed`) when it is made.
 */
export class EmbeddingTable extends Layer {
  static override readonly type = 'EmbeddingTable';
  /** The rows. */
  embeddings!: TableVariable;
  readonly #first: FirstValues;

  constructor(protected override readonly options: EmbeddingTableOptions) {
    super(options);
    this.#first = firstValues(options.initializer ?? new RandomUniform(), options.name);
  }

  protected override get autocast(): boolean {
    return false;
  }

  override build(): void {
    const { dim, vocabulary, absent = 'initial', tracked = vocabulary === undefined, shards = 16 } = this.options;
    if (this.dtype !== 'f32' && this.dtype !== 'f64')
      throw new TalrayError('DTYPE', `rows of a table are of f32 or f64, not ${this.dtype}`);
    const { seed, ...first } = this.#first;
    this.embeddings = new TableVariable({
      options: { name: this.name ?? 'table', width: dim, slots: [], initializer: first, seed, absent, tracked, shards },
      dtype: this.dtype,
      ...(vocabulary === undefined ? {} : { vocabulary }),
    });
  }

  /** Rows it has now. */
  get rows(): number {
    return this.built ? this.embeddings.rows : (this.options.vocabulary ?? 0);
  }

  /** All keys, and their vectors `[keys, dim]`. */
  export(): Promise<{ keys: Tensor; vectors: Tensor }> {
    this.ensureBuilt([]);
    return this.embeddings.export();
  }

  /** The pooled vectors of one feature: keys `[rows]`, `[rows, n]`, or flat with offsets → `[rows, columns]`. */
  lookup(keys: Keys, options: LookupOptions & { training?: boolean } = {}): Tensor {
    const { training = false, ...feature } = options;
    return lookupGroup([{ table: this, keys, ...feature }], { training });
  }

  call(keys: Tensor, { training }: CallContext): Tensor {
    const ids = keysOf(keys);
    const { dim } = this.options;
    const rows = lookupTables([{ table: this.embeddings, keys: reshape(ids, [-1]) }], { training });
    const out = reshape(rows, [...ids.shape, dim]);
    return out.dtype === this.computeDtype ? out : cast(out, this.computeDtype);
  }

  override outputShape(shape: PartialShape): PartialShape {
    return [...shape, this.options.dim];
  }
}

/** Looks many features of a batch up in their tables in one call: `[rows, columns]`, the features' columns one after another. */
export function lookupGroup(features: readonly GroupFeature[], options: { training?: boolean } = {}): Tensor {
  if (features.length === 0) throw new TalrayError('OPTION', 'a lookup needs at least one feature');
  return lookupTables(
    features.map(({ table, keys, ...rest }) => {
      table.ensureBuilt([]);
      return { ...rest, table: table.embeddings, keys: keysOf(keys) };
    }),
    options,
  );
}

/** Keys as integers: 42 and 42n are the same. Throws `OPTION` for numbers that are no safe integers. */
export function keysOf(keys: Keys): Tensor {
  if ('dtype' in keys) {
    if (/^[iu](32|64)$/.test(keys.dtype)) return keys;
    throw new TalrayError(
      'DTYPE',
      `keys are integers of 32 or 64 bits, received ${keys.dtype}; strings become keys by categorical() of talray/data`,
    );
  }
  const all = keys.map((key) => {
    if (typeof key !== 'bigint' && !Number.isSafeInteger(key)) {
      throw new TalrayError(
        'OPTION',
        `a key must be a safe integer or a bigint, received ${String(key)}; strings become keys by categorical() of talray/data`,
      );
    }
    return BigInt.asIntN(64, BigInt(key));
  });
  return tensor(BigInt64Array.from(all));
}

type FirstValues = { readonly kind: string; readonly seed: number } & Readonly<Record<string, unknown>>;

/** An initializer as the engine's tables know it. With neither a seed nor a name the table draws a seed of its own. */
function firstValues(initializer: Initializer, name: string | undefined): FirstValues {
  const { type, ...options } = initializer.config() as { type: string } & Record<string, number>;
  const drawn = name === undefined && /^(Random|Truncated)/.test(type);
  const {
    seed = drawn ? Number(random.randint([], 0, 2 ** 31 - 1).itemSync()) : 0,
    mean = 0,
    stddev = 0.05,
    minval = -0.05,
    maxval = 0.05,
    value = 0,
  } = options;
  switch (type) {
    case 'Zeros':
      return { kind: 'zeros', seed };
    case 'Ones':
      return { kind: 'constant', value: 1, seed };
    case 'Constant':
      if (typeof value === 'number') return { kind: 'constant', value, seed };
      break;
    case 'RandomUniform':
      return { kind: 'uniform', low: minval, high: maxval, seed };
    case 'RandomNormal':
      return { kind: 'normal', mean, stddev, seed };
    case 'TruncatedNormal':
      return { kind: 'truncatedNormal', mean, stddev, seed };
  }
  throw new TalrayError(
    'OPTION',
    `a table starts from zeros, a number or a distribution of each element; ${type} needs the size of the whole`,
  );
}
