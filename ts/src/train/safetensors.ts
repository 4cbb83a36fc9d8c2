// The safetensors container: a JSON header, then raw little-endian arrays. Readers trust no number in it.
import { TalrayError, tensor, type DType, type Tensor, type TypedArray } from '../index.js';

const names: Partial<Record<DType, string>> = {
  f64: 'F64',
  f32: 'F32',
  i64: 'I64',
  i32: 'I32',
  i16: 'I16',
  i8: 'I8',
  u64: 'U64',
  u32: 'U32',
  u16: 'U16',
  u8: 'U8',
  bool: 'BOOL',
};
const arrays = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;
const dtypes = new Map(Object.entries(names).map(([dtype, name]) => [name, dtype as DType]));

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** Bytes of the file that holds `tensors`. f16 and bf16 are written as f32, which holds them exactly. */
export async function writeSafetensors(tensors: ReadonlyMap<string, Tensor>): Promise<Uint8Array> {
  const header: Record<string, Entry> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, value] of tensors) {
    const data = (await value.data()) as TypedArray;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    header[name] = { dtype: names[value.dtype] ?? 'F32', shape: value.shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + padded + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded), true);
  file.fill(0x20, 8, 8 + padded);
  file.set(text, 8);
  let at = 8 + padded;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** The tensors of a file. Throws `FORMAT`, naming `file`, for anything that does not add up. */
export function readSafetensors(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const bad = (why: string): TalrayError => new TalrayError('FORMAT', `${file} is no safetensors file: ${why}`);
  if (bytes.length < 8) throw bad(`${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (!(length <= bytes.length - 8)) throw bad(`a header of ${length} bytes in a file of ${bytes.length}`);
  const header = parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)), bad);
  const body = bytes.subarray(8 + length);
  const found = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) if (name !== '__metadata__') found.set(name, read(name, entry, body, bad));
  return found;
}

function parse(text: string, bad: (why: string) => TalrayError): Record<string, Entry> {
  try {
    return JSON.parse(text) as Record<string, Entry>;
  } catch {
    throw bad('the header is no JSON');
  }
}

function read(name: string, { dtype, shape, data_offsets: offsets }: Entry, body: Uint8Array, bad: (why: string) => TalrayError): Tensor {
  const Kind = arrays[dtype as keyof typeof arrays];
  const known = dtypes.get(dtype);
  if (Kind === undefined || known === undefined) throw bad(`${name} has dtype ${dtype}`);
  const [from, to] = offsets;
  const size = shape.reduce((a, b) => a * b, 1);
  if (
    !shape.every((n) => Number.isInteger(n) && n >= 0) ||
    !(from >= 0 && to <= body.length && to - from === size * Kind.BYTES_PER_ELEMENT)
  ) {
    throw bad(`${name} [${shape.join(', ')}] at bytes ${from} to ${to} of ${body.length}`);
  }
  // A copy of its own: arrays need their alignment, and a Buffer's slice would be a view.
  const copy = new Uint8Array(to - from);
  copy.set(body.subarray(from, to));
  const values = new Kind(copy.buffer);
  return tensor(values, { dtype: known, shape });
}
