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
  const { entries, body, bad } = headerOf(bytes, file);
  return new Map(entries.map(([name, entry]) => [name, read(name, entry, body, bad)]));
}

/** Dtype (as the file spells it) and shape of each tensor of a file. Throws as {@link readSafetensors}. */
export function tensorTypes(bytes: Uint8Array, file: string): Map<string, { dtype: string; shape: readonly number[] }> {
  const { entries, body, bad } = headerOf(bytes, file);
  return new Map(
    entries.map(([name, entry]) => {
      check(name, entry, body, bad);
      return [name, { dtype: entry.dtype, shape: entry.shape }];
    }),
  );
}

type Bad = (why: string) => TalrayError;

function headerOf(bytes: Uint8Array, file: string): { entries: [string, Entry][]; body: Uint8Array; bad: Bad } {
  const bad: Bad = (why) => new TalrayError('FORMAT', `${file} is no safetensors file: ${why}`);
  if (bytes.length < 8) throw bad(`${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (!(length <= bytes.length - 8)) throw bad(`a header of ${length} bytes in a file of ${bytes.length}`);
  const header: unknown = parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)), bad);
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw bad('the header is no object');
  const entries = Object.entries(header as Record<string, Entry>).filter(([name]) => name !== '__metadata__');
  return { entries, body: bytes.subarray(8 + length), bad };
}

function parse(text: string, bad: Bad): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw bad('the header is no JSON');
  }
}

/** Refuses an entry that does not add up; gives its array class, dtype and place. */
function check(name: string, entry: Entry, body: Uint8Array, bad: Bad) {
  if (typeof entry !== 'object' || entry === null) throw bad(`${name} has no entry`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const Kind = Object.hasOwn(arrays, dtype) ? arrays[dtype as keyof typeof arrays] : undefined;
  const known = dtypes.get(dtype);
  if (Kind === undefined || known === undefined) throw bad(`${name} has dtype ${String(dtype)}`);
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) throw bad(`${name} has no shape`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n))) throw bad(`${name} has no place`);
  const [from, to] = offsets as unknown as [number, number];
  const size = shape.reduce((a, b) => a * b, 1);
  if (!(from >= 0 && to <= body.length && to - from === size * Kind.BYTES_PER_ELEMENT))
    throw bad(`${name} [${shape.join(', ')}] at bytes ${from} to ${to} of ${body.length}`);
  return { Kind, known, from, to };
}

function read(name: string, entry: Entry, body: Uint8Array, bad: Bad): Tensor {
  const { Kind, known, from, to } = check(name, entry, body, bad);
  // A copy of its own: arrays need their alignment, and a Buffer's slice would be a view.
  const copy = new Uint8Array(to - from);
  copy.set(body.subarray(from, to));
  const values = new Kind(copy.buffer);
  return tensor(values, { dtype: known, shape: entry.shape });
}
