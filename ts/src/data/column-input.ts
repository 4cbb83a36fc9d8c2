// Columns and rows that users hand over, on their way to the engine.

import { TalrayError } from '../array/errors.js';
import { engine, guarded, type NativeColumns } from './native.js';

/** One value; `null` and `undefined` are missing ones. */
export type ValueInput = number | bigint | boolean | string | null | undefined | readonly ValueInput[];

/** One column: a typed array, or an array of values of one kind. */
export type ColumnInput =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly ValueInput[];

/** Columns by name. */
export type ColumnsInput = Readonly<Record<string, ColumnInput>>;

/** One row; all rows of a call have the same keys or leave some out (missing). */
export type RowInput = Readonly<Record<string, ValueInput>>;

/** @internal Columns for the engine; rows are turned into columns first. */
export function nativeColumns(input: ColumnsInput | readonly RowInput[]): NativeColumns {
  const columns = isRows(input) ? transposed(input) : input;
  const out = new engine.NativeColumns();
  for (const [name, column] of Object.entries(columns)) guarded(() => add(out, name, column));
  return out;
}

function isRows(input: ColumnsInput | readonly RowInput[]): input is readonly RowInput[] {
  return Array.isArray(input);
}

function transposed(rows: readonly RowInput[]): ColumnsInput {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return Object.fromEntries([...names].map((name) => [name, rows.map((row) => row[name])]));
}

function add(out: NativeColumns, name: string, column: ColumnInput): void {
  if (column instanceof Float32Array) out.addF32(name, column);
  else if (column instanceof Float64Array) out.addF64(name, column);
  else if (column instanceof BigInt64Array) out.addI64(name, column);
  else if (column instanceof BigUint64Array) out.addI64(name, new BigInt64Array(column.buffer, column.byteOffset, column.length));
  else if (ArrayBuffer.isView(column))
    out.addI64(
      name,
      BigInt64Array.from(column as Int32Array, (n) => BigInt(n)),
    );
  else addValues(out, name, column as readonly ValueInput[]);
}

function addValues(out: NativeColumns, name: string, values: readonly ValueInput[]): void {
  if (!Array.isArray(values)) {
    throw new TalrayError('OPTION', `column '${name}': expected an array or a typed array, received ${typeof values}`);
  }
  const present = values.filter((v) => v !== null && v !== undefined);
  if (present.length > 0 && present.every((v) => typeof v === 'string')) {
    const valid = Uint8Array.from(values, (v) => (typeof v === 'string' ? 1 : 0));
    out.addText(
      name,
      values.map((v) => (typeof v === 'string' ? v : '')),
      valid,
    );
  } else if (present.some((v) => typeof v === 'number' && !Number.isFinite(v))) {
    // JSON has no NaN and no infinities; a missing number among them is NaN.
    if (!present.every((v) => typeof v === 'number')) {
      throw new TalrayError('DTYPE', `column '${name}' mixes numbers with values of other kinds`);
    }
    out.addF64(
      name,
      Float64Array.from(values, (v) => (typeof v === 'number' ? v : Number.NaN)),
    );
  } else {
    out.addJson(name, json(values));
  }
}

function json(value: ValueInput): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'object') return `[${value.map(json).join(',')}]`;
  return JSON.stringify(value);
}
