// Making tensors from plain data.

import { type DType, dtypeOf, dtypeSize, type TypedArray } from './dtype.js';
import { TalrayError } from './errors.js';
import { type Nested, type Shape, Tensor, type TensorLike } from './tensor.js';
import { upload } from './transfer.js';
import { cast, fill, reshape } from './generated/ops.js';
import { Variable } from './variable.js';

/** Options of {@link tensor}. */
export interface TensorOptions<D extends DType = DType> {
  /** Element type. Default: numbers f32, bigints i64, booleans bool, typed arrays their own. */
  dtype?: D;
  /** Sizes, for flat data. Default: what the nesting shows. */
  shape?: Shape;
}

/**
 * A tensor of this data: numbers, bigints or booleans (nested arrays of them), a typed array, or another tensor.
 *
 * @example
 * const w = tensor([[1, 2], [3, 4]]);
 * const ids = tensor([3, 1, 2], { dtype: 'i32' });
 * @throws TalrayError `SHAPE` when rows have different lengths or the shape does not fit the data.
 */
export function tensor<D extends DType = DType>(data: TensorLike, options: TensorOptions<D> = {}): Tensor<D> {
  const t = toTensor(data, options.dtype, options.shape);
  return t as unknown as Tensor<D>;
}

/** A tensor of this shape filled with `value`. */
export function full(shape: Shape, value: number, options: { dtype?: DType } = {}): Tensor {
  return fill(shape, value, options.dtype === undefined ? {} : { dtype: options.dtype });
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: { dtype?: DType } = {}): Tensor {
  return full(shape, 0, options);
}

/** A tensor of ones. */
export function ones(shape: Shape, options: { dtype?: DType } = {}): Tensor {
  return full(shape, 1, options);
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike(x: Tensor | Variable): Tensor {
  return full(x.shape, 0, { dtype: x.dtype });
}

/** Ones of the shape and dtype of `x`. */
export function onesLike(x: Tensor | Variable): Tensor {
  return full(x.shape, 1, { dtype: x.dtype });
}

/** @internal Whatever can stand for a tensor, as one. */
export function toTensor(x: TensorLike, dtype?: DType, shape?: Shape): Tensor {
  if (x instanceof Variable) x = x.value;
  if (x instanceof Tensor) {
    let t: Tensor = x;
    if (dtype !== undefined && dtype !== t.dtype) t = cast(t, dtype);
    return shape === undefined ? t : reshape(t, shape);
  }
  if (ArrayBuffer.isView(x)) return fromTyped(x as TypedArray, dtype, shape);
  return fromNested(x as Nested, dtype, shape);
}

function uploaded(array: TypedArray, dtype: DType, shape: Shape): Tensor {
  let count = 1;
  for (const size of shape) count *= size;
  if (count !== array.length) {
    throw new TalrayError('SHAPE', `shape [${shape.join(',')}] has ${count} elements, but ${array.length} were given`);
  }
  return new Tensor(upload(array, dtype, shape), dtype, shape);
}

function fromTyped(array: TypedArray, dtype: DType | undefined, shape: Shape = [array.length]): Tensor {
  const own = dtypeOf(array);
  if (dtype === undefined || dtype === own) return uploaded(array, own, shape);
  if (dtype === 'bool' && own === 'u8')
    return uploaded(
      Uint8Array.from(array as Uint8Array, (x) => (x === 0 ? 0 : 1)),
      'bool',
      shape,
    );
  if (dtypeSize(dtype) === 2 && own === 'u16' && (dtype === 'f16' || dtype === 'bf16')) return uploaded(array, dtype, shape);
  const source = uploaded(array, own, shape);
  const result = cast(source, dtype);
  source.dispose();
  return result;
}

function fromNested(x: Nested, dtype: DType | undefined, shape: Shape | undefined): Tensor {
  const sizes: number[] = [];
  let level: Nested = x;
  while (Array.isArray(level)) {
    sizes.push(level.length);
    level = (level as readonly Nested[])[0] ?? 0;
  }
  const flat: (number | bigint | boolean)[] = [];
  collect(x, sizes, 0, flat);
  const kind = flat.some((v) => typeof v === 'bigint')
    ? 'i64'
    : flat.length > 0 && flat.every((v) => typeof v === 'boolean')
      ? 'bool'
      : 'f32';
  const to = dtype ?? kind;
  return uploadNumbers(flat, to, shape ?? sizes);
}

function collect(x: Nested, sizes: readonly number[], axis: number, out: (number | bigint | boolean)[]): void {
  if (axis === sizes.length) {
    if (Array.isArray(x)) throw new TalrayError('SHAPE', 'rows are nested to different depths');
    if (typeof x !== 'number' && typeof x !== 'bigint' && typeof x !== 'boolean') {
      throw new TalrayError('DTYPE', `expected numbers, bigints or booleans, received ${x === null ? 'null' : typeof x}`);
    }
    out.push(x);
    return;
  }
  if (!Array.isArray(x) || x.length !== sizes[axis]) {
    const got = Array.isArray(x) ? `a row of ${x.length}` : 'a single value';
    throw new TalrayError('SHAPE', `rows differ: expected ${sizes[axis]} entries along axis ${axis}, received ${got}`);
  }
  for (const row of x as readonly Nested[]) collect(row, sizes, axis + 1, out);
}

/** Uploads plain values as the dtype's own typed array. */
function uploadNumbers(flat: readonly (number | bigint | boolean)[], dtype: DType, shape: Shape): Tensor {
  if (dtype === 'i64' || dtype === 'u64') {
    const big = flat.map((v) => {
      if (typeof v === 'number' && !Number.isSafeInteger(v)) {
        throw new TalrayError('DTYPE', `${v} is not an exact integer; use a bigint for ${dtype}`);
      }
      return BigInt(v);
    });
    return uploaded(dtype === 'i64' ? BigInt64Array.from(big) : BigUint64Array.from(big), dtype, shape);
  }
  const numbers = flat.map(Number);
  switch (dtype) {
    case 'f32':
      return uploaded(Float32Array.from(numbers), dtype, shape);
    case 'bool':
      return uploaded(
        Uint8Array.from(numbers, (v) => (v === 0 ? 0 : 1)),
        dtype,
        shape,
      );
    case 'i32':
      return uploaded(Int32Array.from(numbers), dtype, shape);
    case 'u8':
      return uploaded(Uint8Array.from(numbers), dtype, shape);
    case 'u32':
      return uploaded(Uint32Array.from(numbers), dtype, shape);
    case 'f64':
      return uploaded(Float64Array.from(numbers), dtype, shape);
    default: {
      const wide = uploaded(Float64Array.from(numbers), 'f64', shape);
      const result = cast(wide, dtype);
      wide.dispose();
      return result;
    }
  }
}
