// Feature columns of a config: `{ "numeric": "age", "scale": "standard" }`, `{ "cross": ["city", "hour"], "buckets": 1000 }`.

import {
  categorical,
  type CategoricalOptions,
  cross,
  type CrossOptions,
  type Feature,
  type FeatureOptions,
  hashed,
  type KeyOptions,
  multiValued,
  type MultiValuedOptions,
  numeric,
  type NumericOptions,
  sequence,
  type SequenceOptions,
} from '../../data/index.js';
import { TalrayError } from '../../index.js';
import { asIs, type Fields, flag, isPlain, object, oneOf, plain, type Reader, scalar, text, unknownWord, whole } from './fields.js';

const common: Fields<FeatureOptions> = { name: text, dim: whole(1) };
const missing: Fields<Pick<NumericOptions, 'missing'>> = {
  missing: (value, place) => (isPlain(value) ? object({ default: scalar })(value, place) : oneOf('error', 'category')(value, place)),
};
const keys: Fields<Omit<KeyOptions, keyof FeatureOptions>> = {
  vocabulary: (value, place) =>
    Array.isArray(value)
      ? asIs<string[]>('a list of strings or of numbers', (given) => (given as unknown[]).every((word) => typeof word === typeof value[0]))(
          value,
          place,
        )
      : object({ minCount: whole(1), maxSize: whole(1) })(value, place),
  outOfVocabulary: (value, place) => {
    if (value === 'error') return value;
    const given = object<{ extra?: number; default?: string | number }>({ extra: whole(1), default: scalar })(value, place);
    if ((given.extra === undefined) === (given.default === undefined))
      throw new TalrayError('OPTION', `${place}: expected either 'extra' or 'default'`);
    return given as { extra: number };
  },
  buckets: whole(1),
  seed: whole(),
};
const separated = { separator: text, maxLength: whole(1) };

const numericFields: Fields<NumericOptions> = {
  ...common,
  ...missing,
  scale: oneOf('none', 'standard', 'minMax'),
  log: flag,
  buckets: (value, place) =>
    Array.isArray(value)
      ? asIs<number[]>('a list of numbers', (given) => (given as unknown[]).every((edge) => typeof edge === 'number'))(value, place)
      : object<{ quantiles: number }>({ quantiles: whole(2) }, ['quantiles'])(value, place),
};
const categoricalFields: Fields<CategoricalOptions> = { ...common, ...keys, ...missing };
const crossFields: Fields<CrossOptions> = { ...common, buckets: whole(1), seed: whole() };
const multiValuedFields: Fields<MultiValuedOptions> = { ...common, ...keys, ...separated };
const sequenceFields: Fields<SequenceOptions> = {
  ...common,
  ...keys,
  ...separated,
  padding: oneOf('pre', 'post'),
  truncate: oneOf('pre', 'post'),
};
const hashedFields = { ...common, ...missing, seed: whole(), buckets: whole(1) };

type Maker = (column: unknown, options: Readonly<Record<string, unknown>>, place: string, others: readonly Feature[]) => Feature;

const makers: Readonly<Record<string, Maker>> = {
  numeric: (column, options, place) => numeric(text(column, `${place}.numeric`), object<NumericOptions>(numericFields)(options, place)),
  categorical: (column, options, place) =>
    categorical(text(column, `${place}.categorical`), object<CategoricalOptions>(categoricalFields)(options, place)),
  hashed: (column, options, place) => {
    const { buckets, ...rest } = object<FeatureOptions & { buckets: number; seed?: number }>(hashedFields, ['buckets'])(options, place);
    return hashed(text(column, `${place}.hashed`), buckets, rest);
  },
  cross: (inputs, options, place, others) =>
    cross(crossed(inputs, `${place}.cross`, others), object<CrossOptions>(crossFields)(options, place)),
  multiValued: (column, options, place) =>
    multiValued(text(column, `${place}.multiValued`), object<MultiValuedOptions>(multiValuedFields)(options, place)),
  sequence: (column, options, place) =>
    sequence(text(column, `${place}.sequence`), object<SequenceOptions>(sequenceFields, ['maxLength'])(options, place)),
};

/** The features of a model. A cross names features of the list that have one key a row, or columns. */
export const features: Reader<Feature[]> = (value, place) => {
  if (!Array.isArray(value) || value.length === 0) throw new TalrayError('OPTION', `${place}: expected a list with at least one feature`);
  const made = new Map<number, Feature>();
  const isCross = (part: unknown): boolean => isPlain(part) && 'cross' in part;
  const parts = value.map((part: unknown, i) => [i, part] as const);
  for (const [i, part] of [...parts.filter(([, p]) => !isCross(p)), ...parts.filter(([, p]) => isCross(p))])
    made.set(i, feature(part, `${place}[${i}]`, [...made.values()]));
  return parts.map(([i]) => made.get(i)!);
};

function feature(value: unknown, place: string, others: readonly Feature[]): Feature {
  // A config module may bring features that it made.
  if (isPlain(value) && 'spec' in value && 'output' in value) return value as unknown as Feature;
  const given = plain(value, place);
  const kinds = Object.keys(given).filter((key) => Object.hasOwn(makers, key));
  const [kind] = kinds;
  if (kinds.length !== 1 || kind === undefined) {
    const [first = ''] = Object.keys(given);
    if (kinds.length === 0) throw unknownWord(place, 'kind of feature', first, Object.keys(makers));
    throw new TalrayError('OPTION', `${place}: expected one kind of feature, received ${kinds.join(' and ')}`);
  }
  const { [kind]: column, ...options } = given;
  return makers[kind]!(column, options, place, others);
}

function crossed(inputs: unknown, place: string, others: readonly Feature[]): (string | Feature)[] {
  if (!Array.isArray(inputs) || inputs.length < 2) throw new TalrayError('OPTION', `${place}: expected a list of two or more names`);
  return inputs.map((input: unknown, i) => {
    const name = text(input, `${place}[${i}]`);
    return others.find((other) => other.name === name && other.output === 'key') ?? name;
  });
}
