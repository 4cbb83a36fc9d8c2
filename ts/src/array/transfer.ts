// Elements on their way between JavaScript and the engine, and handles on their way back.

import { type DataOf, type DType, decode, dtypeNumber, type TypedArray } from './dtype.js';
import { data, dataBytes, dataFloats, entries, guarded, native, status } from './native.js';

/** Bytes beside the elements of an upload: dtype, rank, bytes, and a few sizes. */
const HEAD = 32 * 8;
/** Up to so many elements a loop is faster than a call. */
const FEW = 64;

/** Makes a tensor of these elements; gives its handle. */
export function upload(array: TypedArray, dtype: DType, shape: readonly number[]): number {
  const rank = shape.length;
  const { byteLength } = array;
  if (byteLength > dataBytes.length - HEAD || rank > 28) {
    const elements = new Uint8Array(array.buffer, array.byteOffset, byteLength);
    return guarded(() => native.upload(elements, dtypeNumber(dtype), shape as number[]));
  }
  data[0] = dtypeNumber(dtype);
  data[1] = rank;
  for (let i = 0; i < rank; i++) data[2 + i] = shape[i] as number;
  data[2 + rank] = byteLength;
  if (array instanceof Float32Array && array.length <= FEW) {
    const from = 2 * (3 + rank);
    for (let i = 0; i < array.length; i++) dataFloats[from + i] = array[i] as number;
  } else {
    dataBytes.set(new Uint8Array(array.buffer, array.byteOffset, byteLength), 8 * (3 + rank));
  }
  entries.upload();
  status();
  return data[0] as number;
}

/** The elements of a tensor, waiting for them. */
export function download<D extends DType>(handle: number, dtype: D): DataOf<D> {
  data[0] = handle;
  entries.read();
  const length = status();
  if (length < 0) return guarded(() => decode(native.readSync(handle), dtype)) as DataOf<D>;
  if (dtype === 'f32') {
    const count = length / 4;
    if (count > FEW) return dataFloats.slice(0, count) as DataOf<D>;
    const elements = new Float32Array(count);
    for (let i = 0; i < count; i++) elements[i] = dataFloats[i] as number;
    return elements as DataOf<D>;
  }
  return decode(dataBytes.slice(0, length), dtype) as DataOf<D>;
}

/** Frees a handle. */
export function free(handle: number): void {
  data[0] = 1;
  data[1] = handle;
  entries.free();
}

/** Frees many handles; negative ones are none. */
export function freeAll(handles: readonly number[]): void {
  let count = 0;
  for (const handle of handles) {
    if (handle < 0) continue;
    data[++count] = handle;
    if (count === data.length - 1) {
      data[0] = count;
      entries.free();
      count = 0;
    }
  }
  data[0] = count;
  if (count > 0) entries.free();
}
