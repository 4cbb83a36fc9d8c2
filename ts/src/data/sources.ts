// Where rows come from: CSV and Parquet files, arrays in memory.

import { readInputs } from '#platform';
import { TalrayError } from '../array/errors.js';
import { type ColumnsInput, nativeColumns, type RowInput } from './column-input.js';
import { Dataset, type Label } from './dataset.js';
import { engine, guarded } from './native.js';

/** What a CSV column holds. `id` is any 64-bit integer, signed or unsigned, kept as its bits. */
export type ColumnType = 'f32' | 'f64' | 'i64' | 'id' | 'bool' | 'string';

/** A column's name, or its name and type. */
export type ColumnSpec = string | { name: string; type?: ColumnType };

/** A path, a glob pattern, a `file:` URL, or a list of them. */
export type Paths = string | URL | readonly (string | URL)[];

/** Options of {@link csv}. */
export interface CsvOptions {
  /**
   * Names of the columns in order, with types where they should not be inferred; as a list, or as an object from name
   * to type. With `header: true` they only give types to columns they name. Default: the header names them.
   */
  columns?: readonly ColumnSpec[] | Readonly<Record<string, ColumnType>>;
  /** Whether the first line names the columns. Default: only when `columns` is absent. */
  header?: boolean;
  /** The label column. Default: none. */
  label?: Label;
  /** Spellings of a missing value, beside the empty field. Default: none. */
  missing?: string | readonly string[];
  /** The columns to keep, in this order. Default: all. */
  select?: readonly string[];
  /** One character between fields. Default `,`. */
  delimiter?: string;
  /** One character around fields, doubled inside; '' turns quoting off. Default `"`. */
  quote?: string;
  /** One character that starts a line to pass over. Default: none. */
  comment?: string;
  /** Whether spaces and tabs around unquoted fields are dropped. Default true. */
  trim?: boolean;
  /** How many records decide on the types that are not given. Default 1000. */
  inferRows?: number;
  /** The longest record in bytes; most often one that is longer has an unclosed quote. Default 16 MiB. */
  maxRecordBytes?: number;
  /** Bytes of text in a chunk of rows. Default 1 MiB. */
  chunkBytes?: number;
}

/** Options of {@link parquet}. */
export interface ParquetOptions {
  /** The columns to read, in this order. Default: all. */
  select?: readonly string[];
  /** The label column. Default: none. */
  label?: Label;
  /** Rows decoded at once. Default 8192. */
  chunkRows?: number;
}

/**
 * Rows of CSV files, gzipped or not, or of CSV text in memory (as bytes).
 *
 * @example
 * const rows = csv('adult.data', { columns: ['age', 'workclass'], missing: '?' });
 * @throws TalrayError `IO` for files that are not there, `FORMAT` for a header or first record that does not read,
 * `OPTION` for options and names that do not exist.
 */
export function csv(paths: Paths | Uint8Array, options: CsvOptions = {}): Dataset {
  const { label, columns, ...rest } = options;
  const spec = columns === undefined ? rest : { ...rest, columns: columnList(columns) };
  if (paths instanceof Uint8Array) {
    return Dataset.labelled(
      guarded(() => engine.NativeDataset.csvBytes(JSON.stringify(spec), 'csv', paths)),
      label,
    );
  }
  const { NativeDataset } = engine;
  if (NativeDataset.csvInputs !== undefined) {
    const inputs = readInputs(pathList(paths));
    const [names, bytes] = [inputs.map((input) => input.name), inputs.map((input) => input.bytes)];
    return Dataset.labelled(
      guarded(() => NativeDataset.csvInputs!(JSON.stringify(spec), names, bytes)),
      label,
    );
  }
  return open({ csv: { ...spec, paths: pathList(paths) } }, label);
}

/** Rows of Parquet files. */
export function parquet(paths: Paths, options: ParquetOptions = {}): Dataset {
  const { label, ...rest } = options;
  return open({ parquet: { ...rest, paths: pathList(paths) } }, label);
}

/**
 * Rows in memory: columns by name, each a typed array or an array in which `null` is missing.
 *
 * @example
 * const rows = fromColumns({ age: [39, 50, null], job: ['Sales', 'Tech', 'Sales'] });
 */
export function fromColumns(columns: ColumnsInput, options: { /** The label column. */ label?: Label } = {}): Dataset {
  return Dataset.labelled(
    guarded(() => engine.NativeDataset.ofColumns(nativeColumns(columns))),
    options.label,
  );
}

/** Rows in memory, one object each. */
export function fromRows(rows: readonly RowInput[], options: { /** The label column. */ label?: Label } = {}): Dataset {
  return Dataset.labelled(
    guarded(() => engine.NativeDataset.ofColumns(nativeColumns(rows))),
    options.label,
  );
}

function open(source: object, label: Label | undefined): Dataset {
  return Dataset.labelled(
    guarded(() => engine.NativeDataset.open(JSON.stringify({ source }))),
    label,
  );
}

function columnList(columns: readonly ColumnSpec[] | Readonly<Record<string, ColumnType>>): readonly ColumnSpec[] {
  if (Array.isArray(columns)) return columns;
  return Object.entries(columns).map(([name, type]) => ({ name, type: type as ColumnType }));
}

function pathList(paths: Paths): string[] {
  return (Array.isArray(paths) ? paths : [paths]).map(pathOf);
}

function pathOf(path: string | URL): string {
  if (typeof path === 'string' && !path.startsWith('file:')) return path;
  const url = new URL(path);
  if (url.protocol !== 'file:') {
    throw new TalrayError('UNSUPPORTED', `${url.href}: only paths and file: URLs can be read; fetch it and pass the bytes`);
  }
  // On Windows a path starts with its drive.
  return decodeURIComponent(url.pathname).replace(/^\/(?=[A-Za-z]:)/, '');
}
