// The Tensor class: a handle with a dtype and a shape. Its op methods are generated.

import { type DataOf, type DType, decode, type ScalarOf, type TypedArray } from './dtype.js';
import { TalrayError } from './errors.js';
import { depth, guarded, native, words } from './native.js';
import { download, free } from './transfer.js';
import { DTYPES } from './dtype.js';
import { type Page, pageFor } from './finalize.js';
import type { TensorMethods } from './generated/ops.js';
import type { Variable } from './variable.js';

/** Sizes, outermost first. */
export type Shape = readonly number[];

/** Numbers, booleans or bigints in nested arrays. */
export type Nested = number | bigint | boolean | readonly Nested[];

/** Whatever can stand where a tensor is wanted. */
export type TensorLike = Tensor | Variable | TypedArray | Nested;

/** Where new tensors are noted, so that a scope or a recording can free them. */
interface Collector {
  tensors: Tensor[];
}

const collectors: Collector[] = [];

/** Thrown where a recording reads a size that it has only a symbol for: it is then recorded for the sizes at hand. */
export class SizeRead extends TalrayError {
  constructor() {
    super('INTERNAL', 'a size that differs from call to call was read');
  }
}

/** While a function is recorded with symbols for some sizes: whether one of them was read. */
let symbolic: { read: boolean } | undefined;

/** @internal Runs `work`, in which reading a size that is a symbol throws; says whether one was read all the same. */
export function withSymbols<T>(work: () => T): { result: T; read: boolean } {
  const mine = { read: false };
  symbolic = mine;
  try {
    return { result: work(), read: mine.read };
  } finally {
    symbolic = undefined;
  }
}

/** The sizes, of which those that are symbols throw when they are read. */
function guardedSizes(sizes: Shape, recording: { read: boolean }): Shape {
  const shape = [...sizes];
  sizes.forEach((size, i) => {
    if (size >= 0) return;
    Object.defineProperty(shape, i, {
      get: () => {
        recording.read = true;
        throw new SizeRead();
      },
    });
  });
  return shape;
}

/**
 * An immutable array of one dtype on a device. Ops on tensors are recorded at once and run when something is read.
 *
 * Free it with `dispose()`, `using`, or {@link scope}; otherwise the garbage collector does, some time later.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods are put on the prototype by generated/ops.ts
export class Tensor<D extends DType = DType> {
  // Only declared: fields that are defined before the constructor sets them make a tensor cost several times as much.
  /** @internal */
  declare handle: number;
  /** Element type. */
  declare readonly dtype: D;
  /** @internal */
  declare private sizes: Shape;
  /** Frees the handle when this is collected; none where a scope or a recording frees it. */
  declare private page: Page | undefined;
  /** Its entry there. */
  declare private place: number;

  /** @internal Use `tensor()` and ops to make tensors. */
  constructor(handle: number, dtype: D, shape: Shape) {
    this.handle = handle;
    this.dtype = dtype;
    this.sizes = shape;
    this.page = undefined;
    this.place = 0;
    const collector = collectors[collectors.length - 1];
    if (collector !== undefined) collector.tensors.push(this as unknown as Tensor);
    else this.outlive();
  }

  /** @internal From now on the garbage collector frees it. */
  outlive(): void {
    if (this.page !== undefined || this.handle < 0) return;
    this.page = pageFor(this.handle, this.sizes);
    this.place = this.page.handles.length - 1;
  }

  /** Sizes. Of a result whose size depends on data (`unique`, `nonzero`) asking computes it. */
  get shape(): Shape {
    if (this.sizes.includes(-1) && depth() === 0) {
      guarded(() => native.describe(this.live()));
      this.sizes = sizesAt(2);
    }
    return symbolic !== undefined && this.sizes.some((d) => d < 0) ? guardedSizes(this.sizes, symbolic) : this.sizes;
  }

  /** @internal Sizes as they are known while recording; −1 where they are not. */
  knownSizes(): Shape {
    return this.sizes;
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.sizes.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((n, d) => n * d, 1);
  }

  /** A fresh typed array with the elements, row-major. */
  async data(): Promise<DataOf<D>> {
    const handle = this.live();
    try {
      return decode(await native.read(handle), this.dtype) as DataOf<D>;
    } catch (e) {
      throw TalrayError.from(e);
    }
  }

  /** As `data()`, at once. Throws `DEVICE` where the device has to be awaited. */
  dataSync(): DataOf<D> {
    return download(this.live(), this.dtype);
  }

  /** The only element. */
  async item(): Promise<ScalarOf<D>> {
    this.needOne();
    return scalar(await this.data(), this.dtype);
  }

  /** As `item()`, at once. */
  itemSync(): ScalarOf<D> {
    this.needOne();
    return scalar(this.dataSync(), this.dtype);
  }

  /** The elements as nested arrays. */
  async array(): Promise<Nested> {
    return nest(await this.data(), this.shape, this.dtype);
  }

  /** As `array()`, at once. */
  arraySync(): Nested {
    return nest(this.dataSync(), this.shape, this.dtype);
  }

  /** Frees it now. Using it afterwards throws `OPTION`. */
  dispose(): void {
    if (this.handle < 0) return;
    free(this.release());
  }

  /** @internal Its handle, which the caller is to free; from here on this counts as freed. */
  release(): number {
    const { handle } = this;
    this.handle = -1;
    if (this.page !== undefined) this.page.handles[this.place] = -1;
    return handle;
  }

  /** Was it freed? */
  get disposed(): boolean {
    return this.handle < 0;
  }

  /** @internal The handle; throws when the tensor was freed. */
  live(): number {
    if (this.handle < 0) throw new TalrayError('OPTION', 'this tensor was disposed; it cannot be used any more');
    return this.handle;
  }

  private needOne(): void {
    if (this.size !== 1) {
      throw new TalrayError('SHAPE', `item() wants a tensor of one element; this one has shape [${this.shape.join(',')}]`);
    }
  }

  /** Dtype and shape, as `Tensor f32[2,3]`. */
  toString(): string {
    return `Tensor ${this.dtype}[${this.sizes.map((d) => (d < 0 ? '?' : d)).join(',')}]`;
  }
}

// biome-ignore lint/correctness/noUnusedVariables: it has the parameters of the class that it adds methods to.
export interface Tensor<D extends DType = DType> extends TensorMethods {}

const disposeSymbol: symbol | undefined = (Symbol as { dispose?: symbol }).dispose;
if (disposeSymbol !== undefined) {
  Object.defineProperty(Tensor.prototype, disposeSymbol, {
    value(this: Tensor) {
      this.dispose();
    },
  });
}

/** The sizes that were read last: most ops give what the one before gave. */
let recent: Shape = [];

/** Sizes in the words, where `at` is the place of the rank. */
function sizesAt(at: number): Shape {
  const rank = words[at] as number;
  if (rank === recent.length) {
    let i = 0;
    while (i < rank && recent[i] === words[at + 1 + i]) i++;
    if (i === rank) return recent;
  }
  const sizes: number[] = [];
  for (let i = 0; i < rank; i++) sizes.push(words[at + 1 + i] as number);
  recent = sizes;
  return sizes;
}

/** @internal The tensor with which the words begin: handle, dtype, rank, sizes. */
export function firstTensor(): Tensor {
  return new Tensor(words[0] as number, DTYPES[words[1] as number] as DType, sizesAt(2));
}

/** @internal The tensor that the words hold at `at` (handle, dtype, rank, sizes), and where the next begins. */
export function tensorAt(at: number): [Tensor, number] {
  const rank = words[at + 2] as number;
  const dtype = DTYPES[words[at + 1] as number] as DType;
  return [new Tensor(words[at] as number, dtype, sizesAt(at + 2)), at + 3 + rank];
}

/** @internal The tensors that an answer of `count` outputs holds. */
export function tensorsFromWords(count: number): Tensor[] {
  if (count === 1) return [firstTensor()];
  const tensors: Tensor[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const [t, next] = tensorAt(at);
    tensors.push(t);
    at = next;
  }
  return tensors;
}

/** @internal Notes tensors made while `work` runs. */
export function collecting<T>(work: () => T): { result: T; made: Tensor[] } {
  const collector: Collector = { tensors: [] };
  collectors.push(collector);
  try {
    return { result: work(), made: collector.tensors };
  } catch (e) {
    for (const t of collector.tensors) t.dispose();
    throw e;
  } finally {
    if (collectors[collectors.length - 1] === collector) collectors.pop();
    else collectors.splice(collectors.indexOf(collector), 1);
  }
}

/** @internal Moves a tensor out of the innermost collector into the one around it. */
export function keepOutside(t: Tensor): void {
  const around = collectors[collectors.length - 1];
  if (around !== undefined) around.tensors.push(t);
  else t.outlive();
}

function scalar<D extends DType>(data: DataOf<D>, dtype: D): ScalarOf<D> {
  const x = data[0] as number | bigint;
  return (dtype === 'bool' ? x !== 0 : x) as ScalarOf<D>;
}

function nest(data: DataOf<DType>, shape: Shape, dtype: DType): Nested {
  let at = 0;
  const value = (): Nested => {
    const x = data[at++] as number | bigint;
    return dtype === 'bool' ? x !== 0 : x;
  };
  const level = (axis: number): Nested =>
    axis === shape.length ? value() : Array.from({ length: shape[axis] as number }, () => level(axis + 1));
  return level(0);
}
