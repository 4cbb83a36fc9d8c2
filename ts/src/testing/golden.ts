// Reads the golden files of tests/golden/keras and compares with them. For tests only.
import { readFileSync } from 'node:fs';
import { type DType, tensor, type Tensor } from '../index.js';

/** An array as golden files hold it. */
export interface GoldenArray {
  shape: number[];
  data: (number | string)[];
}

/** The dtypes that goldens are there for. */
export type Precision = 'f32' | 'f64';

/** The cases of a golden file; those of f64 are in a file of their own. */
export function goldens<T>(name: string, dtype: Precision = 'f32'): T[] {
  const file = dtype === 'f64' ? `${name}.f64.json` : `${name}.json`;
  return JSON.parse(readFileSync(new URL(`../../../tests/golden/keras/${file}`, import.meta.url), 'utf8')) as T[];
}

/** A golden array as a tensor. */
export function tensorOf(array: GoldenArray, dtype: DType = 'f32'): Tensor {
  return tensor(array.data.map(Number), { dtype, shape: array.shape });
}

/** Throws unless shape is equal and every element within `tolerance` of the largest expected one. */
export async function close(got: Tensor, want: GoldenArray | number, tolerance = 1e-5): Promise<void> {
  const expected = typeof want === 'number' ? { shape: [], data: [want] } : want;
  if (got.shape.join() !== expected.shape.join())
    throw new Error(`expected shape [${expected.shape.join(', ')}], got [${got.shape.join(', ')}]`);
  const values = Array.from(await got.data(), Number);
  const numbers = expected.data.map(Number);
  const scale = Math.max(1e-3, ...numbers.map(Math.abs));
  const worst = Math.max(0, ...values.map((value, i) => Math.abs(value - numbers[i]!) / scale));
  if (!(worst <= tolerance))
    throw new Error(`off by ${worst}: expected ${numbers.slice(0, 8).join(', ')}, got ${values.slice(0, 8).join(', ')}`);
}
