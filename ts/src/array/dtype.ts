// Element types and the typed arrays that hold them.

import { TalrayError } from './errors.js';

/** Every dtype, in wire order. */
export const DTYPES = ['f32', 'f64', 'f16', 'bf16', 'i8', 'i16', 'i32', 'i64', 'u8', 'u16', 'u32', 'u64', 'bool'] as const;

/** Element type of a tensor. */
export type DType = (typeof DTYPES)[number];

/** Element types with a fraction. */
export type FloatDType = 'f32' | 'f64' | 'f16' | 'bf16';

/** The typed array that `data()` gives: f16 and bf16 are widened to Float32Array, bool is a Uint8Array of 0 and 1. */
export type DataOf<D extends DType> = D extends 'f32' | 'f16' | 'bf16'
  ? Float32Array
  : D extends 'f64'
    ? Float64Array
    : D extends 'i8'
      ? Int8Array
      : D extends 'i16'
        ? Int16Array
        : D extends 'i32'
          ? Int32Array
          : D extends 'i64'
            ? BigInt64Array
            : D extends 'u8' | 'bool'
              ? Uint8Array
              : D extends 'u16'
                ? Uint16Array
                : D extends 'u32'
                  ? Uint32Array
                  : D extends 'u64'
                    ? BigUint64Array
                    : never;

/** A JavaScript value of one element. */
export type ScalarOf<D extends DType> = D extends 'i64' | 'u64' ? bigint : D extends 'bool' ? boolean : number;

/** Any typed array that can become a tensor. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

const WIRE = new Map<string, number>(DTYPES.map((d, i) => [d, i]));

/** Wire number of a dtype. */
export function dtypeNumber(dtype: DType): number {
  const n = WIRE.get(dtype);
  if (n === undefined) throw new TalrayError('DTYPE', `unknown dtype ${String(dtype)}; there are ${DTYPES.join(', ')}`);
  return n;
}

/** Bytes of one element. */
export function dtypeSize(dtype: DType): number {
  return dtype === 'bool' ? 1 : Number(dtype.replace(/^\D+/, '')) / 8;
}

/** Has it a fraction? */
export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === 'f32' || dtype === 'f64' || dtype === 'f16' || dtype === 'bf16';
}

/** The dtype that a typed array holds. */
export function dtypeOf(array: TypedArray): DType {
  if (array instanceof Float32Array) return 'f32';
  if (array instanceof Float64Array) return 'f64';
  if (array instanceof Int32Array) return 'i32';
  if (array instanceof BigInt64Array) return 'i64';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'u8';
  if (array instanceof Int8Array) return 'i8';
  if (array instanceof Int16Array) return 'i16';
  if (array instanceof Uint16Array) return 'u16';
  if (array instanceof Uint32Array) return 'u32';
  return 'u64';
}

/** Little-endian elements (their own buffer) as the typed array of a dtype. */
export function decode(bytes: Uint8Array, dtype: DType): DataOf<DType> {
  const { buffer, byteOffset: at } = bytes;
  const n = bytes.byteLength / dtypeSize(dtype);
  switch (dtype) {
    case 'f32':
      return new Float32Array(buffer, at, n);
    case 'f64':
      return new Float64Array(buffer, at, n);
    case 'f16':
      return Float32Array.from(new Uint16Array(buffer, at, n), halfToNumber);
    case 'bf16':
      return new Float32Array(Uint32Array.from(new Uint16Array(buffer, at, n), (b) => b * 65536).buffer);
    case 'i8':
      return new Int8Array(buffer, at, n);
    case 'i16':
      return new Int16Array(buffer, at, n);
    case 'i32':
      return new Int32Array(buffer, at, n);
    case 'i64':
      return new BigInt64Array(buffer, at, n);
    case 'u16':
      return new Uint16Array(buffer, at, n);
    case 'u32':
      return new Uint32Array(buffer, at, n);
    case 'u64':
      return new BigUint64Array(buffer, at, n);
    case 'u8':
    case 'bool':
      return bytes;
  }
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
