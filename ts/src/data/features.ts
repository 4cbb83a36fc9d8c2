// Feature columns: what a column means to a model. Plain data, fitted by an Encoder.

/** What a missing value becomes: an error, a category of its own, or as if this value stood there. */
export type Missing = 'error' | 'category' | { default: string | number };

/** A closed vocabulary: given in the order of indexes, or learned from the data, most frequent first. */
export type VocabularySource =
  | readonly string[]
  | readonly number[]
  | {
      /** How often a value must occur. Default 1. */
      minCount?: number;
      /** How many values are kept. Default: all. */
      maxSize?: number;
    };

/** What a value outside a closed vocabulary becomes: an error, one of some extra indexes by its hash, or the index of a value. */
export type OutOfVocabulary = 'error' | { extra: number } | { default: string | number };

/** Options that all features have. */
export interface FeatureOptions {
  /** The feature's name. Default: the column's. */
  name?: string;
  /** Width of the embedding that a model looks the keys up in. Default: the model's. */
  dim?: number;
}

/** Where keys come from; neither option: open, any string or 64-bit id has its own 64-bit key. */
export interface KeyOptions extends FeatureOptions {
  /** A closed vocabulary. */
  vocabulary?: VocabularySource;
  /** What a value outside of it becomes. Default `error`. */
  outOfVocabulary?: OutOfVocabulary;
  /** Hash into so many buckets instead. */
  buckets?: number;
  /** Chooses among hash functions for `buckets`. Default 0. */
  seed?: number;
}

/** Options of {@link numeric}. */
export interface NumericOptions extends FeatureOptions {
  /** `standard`: mean 0 and deviation 1; `minMax`: smallest 0 and largest 1; by figures of the fitted data. Default `none`. */
  scale?: 'none' | 'standard' | 'minMax';
  /** Take ln(1 + x) first (−ln(1 − x) below 0). Default false. */
  log?: boolean;
  /** The number of the bucket instead of the number: ascending boundaries, or quantiles of the fitted data. */
  buckets?: readonly number[] | { quantiles: number };
  /** `category` needs buckets. Default `error`. */
  missing?: Missing;
}

/** Options of {@link categorical}. */
export interface CategoricalOptions extends KeyOptions {
  /** Default `category`. */
  missing?: Missing;
}

/** Options of {@link cross}. */
export interface CrossOptions extends FeatureOptions {
  /** Hash into so many buckets. Default: open 64-bit keys. */
  buckets?: number;
  /** Chooses among hash functions for `buckets`. Default 0. */
  seed?: number;
}

/** Options of {@link multiValued}. */
export interface MultiValuedOptions extends KeyOptions {
  /** What stands between the values of a string. Default `|`. */
  separator?: string;
  /** Cut and pad to so many keys. Default: rows are as long as they are. */
  maxLength?: number;
}

/** Options of {@link sequence}. */
export interface SequenceOptions extends KeyOptions {
  /** Keys a row. */
  maxLength: number;
  /** What stands between the values of a string. Default `|`. */
  separator?: string;
  /** Where padding goes. Default `post`. */
  padding?: 'pre' | 'post';
  /** Where a longer row is cut. Default `pre`: the latest values are kept. */
  truncate?: 'pre' | 'post';
}

/** One feature, as data. */
export interface Feature {
  /** Its name, different from all others of a model. */
  readonly name: string;
  /** Which function made it. */
  readonly kind: 'numeric' | 'categorical' | 'cross' | 'multiValued' | 'sequence';
  /** Whether a row has one number, one key, any number of keys, or keys in order and padded. */
  readonly output: 'number' | 'key' | 'keys' | 'padded';
  /** The width of its embedding, where one was asked for. */
  readonly dim: number | undefined;
  /** What the engine is told. */
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A number, or with `buckets` the number of its bucket: bucket i holds what is at least boundary i − 1 and below boundary i. */
export function numeric(column: string, options: NumericOptions = {}): Feature {
  return feature('numeric', options.buckets === undefined ? 'number' : 'key', column, options, { column });
}

/** One key a row: open (strings are hashed by XXH3, ids are their own keys), or with options closed or hashed. */
export function categorical(column: string, options: CategoricalOptions = {}): Feature {
  return feature('categorical', 'key', column, options, { column });
}

/** One of `buckets` keys a row, by hash. */
export function hashed(
  column: string,
  buckets: number,
  options: Omit<CategoricalOptions, 'buckets' | 'vocabulary' | 'outOfVocabulary'> = {},
): Feature {
  return feature('categorical', 'key', column, { ...options, buckets }, { column });
}

/** One key for a combination of columns (as open categoricals) or of features with one key a row, in this order. */
export function cross(inputs: readonly (string | Feature)[], options: CrossOptions = {}): Feature {
  const name = inputs.map((i) => (typeof i === 'string' ? i : i.name)).join('_x_');
  return feature('cross', 'key', name, options, { inputs: inputs.map((i) => (typeof i === 'string' ? i : i.spec)) });
}

/** Any number of keys a row, from lists or separated strings. */
export function multiValued(column: string, options: MultiValuedOptions = {}): Feature {
  return feature('multiValued', options.maxLength === undefined ? 'keys' : 'padded', column, options, { column });
}

/** Keys in order, cut or padded to one length. Padding is 0; keys of closed and hashed sequences start at 1. */
export function sequence(column: string, options: SequenceOptions): Feature {
  return feature('sequence', 'padded', column, options, { column });
}

function feature<O extends FeatureOptions>(
  kind: Feature['kind'],
  output: Feature['output'],
  column: string,
  options: O,
  own: object,
): Feature {
  const { dim, ...rest } = options;
  const name = options.name ?? column;
  return Object.freeze({ name, kind, output, dim, spec: Object.freeze({ ...rest, ...own, kind, name }) });
}
