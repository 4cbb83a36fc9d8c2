// The data of a config: which files, and how they are read.

import { resolve } from 'node:path';
import { type CsvOptions, csv, type Dataset, type Label, parquet, type ParquetOptions, type SplitOptions } from '../../data/index.js';
import { TalrayError } from '../../index.js';
import { asIs, type Fields, flag, isPlain, list, object, oneOf, oneOrMore, type Reader, refused, text, whole } from './fields.js';

/** How files are read: the options of `csv` and `parquet`, and which of the two it is. */
export interface ReadOptions extends CsvOptions, ParquetOptions {
  /** Default: by the file's ending, `.parquet` or anything else. */
  format?: 'csv' | 'parquet';
}

/** The `data` of a config. */
export interface DataConfig extends ReadOptions {
  /** Files, globs or lists of them. */
  train: string | string[];
  /** Files, or the share of the training rows that is held back. Default none. */
  validation?: string | string[] | SplitOptions;
}

const types = oneOf('f32', 'f64', 'i64', 'id', 'bool', 'string');
const column: Reader<string | { name: string; type?: 'f32' }> = (value, place) =>
  typeof value === 'string'
    ? value
    : object<{ name: string; type?: 'f32' }>({ name: text, type: types as Reader<'f32'> }, ['name'])(value, place);
const truth = asIs<string | number | boolean>('a string, a number or a truth value', (value) =>
  ['string', 'number', 'boolean'].includes(typeof value),
);
const label: Reader<Label> = (value, place) =>
  typeof value === 'string'
    ? { name: value }
    : object<Label>({ name: text, positive: oneOrMore(truth), negative: oneOrMore(truth) }, ['name'])(value, place);

const readFields: Fields<ReadOptions> = {
  format: oneOf('csv', 'parquet'),
  columns: (value, place) => {
    if (Array.isArray(value)) return list(column)(value, place);
    if (!isPlain(value)) throw refused(place, 'a list of names or an object from name to type', value);
    return Object.fromEntries(Object.entries(value).map(([name, type]) => [name, types(type, `${place}.${name}`)]));
  },
  header: flag,
  label,
  missing: oneOrMore(text),
  select: list(text),
  delimiter: text,
  quote: text,
  comment: text,
  trim: flag,
  inferRows: whole(1),
  maxRecordBytes: whole(1),
  chunkBytes: whole(1),
  chunkRows: whole(1),
};
const paths = oneOrMore(text);
const split = object<SplitOptions>({ fraction: asIs<number>('a share between 0 and 1', isShare), seed: whole(), by: oneOrMore(text) }, [
  'fraction',
]);

/** The `data` of a config, its paths as they are written. */
export const data: Reader<DataConfig> = object<DataConfig>(
  { ...readFields, train: paths, validation: (value, place) => (isPlain(value) ? split(value, place) : paths(value, place)) },
  ['train'],
);

/** How files are read, as a model keeps it. */
export const readOptions: Reader<ReadOptions> = object<ReadOptions>(readFields);

/** Opens files whose paths are relative to `folder`, or text in memory. */
export function open(from: string | readonly string[] | Uint8Array, { format, chunkRows, ...rest }: ReadOptions, folder = '.'): Dataset {
  if (from instanceof Uint8Array) return csv(from, rest);
  const files = listed(from).map((path) => resolve(folder, path));
  if (!isParquet(files, format)) return csv(files, rest);
  const { label, select } = rest;
  return parquet(files, { ...(label && { label }), ...(select && { select }), ...(chunkRows && { chunkRows }) });
}

/** Training and validation rows. */
export function openAll({ train, validation, ...how }: DataConfig, folder: string): { train: Dataset; validation: Dataset | undefined } {
  refuseStrangers(how, isParquet(listed(train), how.format) ? 'parquet' : 'csv');
  const rows = open(train, how, folder);
  if (validation === undefined) return { train: rows, validation: undefined };
  if (typeof validation === 'string' || Array.isArray(validation)) return { train: rows, validation: open(validation, how, folder) };
  const [first, second] = rows.split(validation);
  return { train: first, validation: second };
}

function listed(paths: string | readonly string[]): readonly string[] {
  return typeof paths === 'string' ? [paths] : paths;
}

function isParquet(files: readonly string[], format: ReadOptions['format']): boolean {
  return format === undefined ? files.every((path) => path.endsWith('.parquet')) : format === 'parquet';
}

/** A key that the files' format has no use for would be dropped without a word. */
function refuseStrangers(how: ReadOptions, format: 'csv' | 'parquet'): void {
  const both = ['format', 'label', 'select'];
  const strange = Object.keys(how).find((key) => !both.includes(key) && (key === 'chunkRows') !== (format === 'parquet'));
  if (strange !== undefined)
    throw new TalrayError('OPTION', `data: '${strange}' means nothing for ${format === 'csv' ? 'CSV' : 'Parquet'} files`);
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < 1;
}
