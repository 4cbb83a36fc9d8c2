// Batches of named columns, as they come out of a dataset.

import { TalrayError } from '../array/errors.js';
import type { RawBatch, RawColumn } from './native.js';

/** One value of a row; `null` is a missing one. Whole numbers beyond 2^53 are bigints. */
export type Value = number | bigint | boolean | string | null | Value[];

/** A row as an object. */
export type Row = Record<string, Value>;

/** The elements of all rows of a list column. */
export interface Lists {
  /** Row `i` holds the elements `offsets[i]` to `offsets[i + 1]`; one more than rows. */
  readonly offsets: Float64Array;
  /** The elements. */
  readonly elements: Column;
}

/** The values of one column, one slot a row; slots of missing values hold 0, false or ''. */
export interface Column {
  /** The values. Truth values are 1 and 0. */
  readonly values: Float32Array | Float64Array | BigInt64Array | Uint8Array | readonly string[] | Lists;
  /** 1 where a value is present; absent when all are. */
  readonly valid?: Uint8Array;
}

/** Some rows of a dataset, column by column. */
export class ColumnBatch {
  /** How many rows. */
  readonly rows: number;
  /** The columns by name. */
  readonly columns: Readonly<Record<string, Column>>;

  /** @internal */
  constructor(raw: RawBatch) {
    this.rows = raw.rows;
    this.columns = Object.fromEntries(raw.names.map((name, i) => [name, columnOf(raw.columns[i] as RawColumn)]));
  }

  /** The column of that name. */
  column(name: string): Column {
    const column = this.columns[name];
    if (column === undefined) {
      throw new TalrayError('OPTION', `unknown column '${name}': known are ${Object.keys(this.columns).join(', ')}`);
    }
    return column;
  }

  /** Row `index` as an object. */
  row(index: number): Row {
    return Object.fromEntries(Object.entries(this.columns).map(([name, column]) => [name, valueAt(column, index)]));
  }
}

function columnOf(raw: RawColumn): Column {
  const values = raw.f32 ??
    raw.f64 ??
    raw.i64 ??
    raw.bool ??
    raw.text ?? {
      offsets: raw.offsets as Float64Array,
      elements: columnOf(raw.elements[0] as RawColumn),
    };
  return raw.valid instanceof Uint8Array ? { values, valid: raw.valid } : { values };
}

function valueAt({ values, valid }: Column, index: number): Value {
  if (valid?.[index] === 0) return null;
  if ('elements' in values) {
    const { offsets, elements } = values;
    const [from, to] = [offsets[index] as number, offsets[index + 1] as number];
    return Array.from({ length: to - from }, (_, i) => valueAt(elements, from + i));
  }
  const value = values[index] as number | bigint | string;
  if (typeof value === 'bigint') {
    const small = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
    return small ? Number(value) : value;
  }
  return values instanceof Uint8Array ? value === 1 : value;
}
