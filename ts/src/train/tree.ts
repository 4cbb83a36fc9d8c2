// What is fed to models and comes out of them: a tensor, a list, or a record of tensors.
import { TalrayError, tensor, Tensor, type TensorLike, Variable } from '../index.js';

/** Tensors as models take and give them. */
export type Tensors = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;
/** What can be fed for them. A plain nested array of numbers is one tensor. */
export type TensorsLike = TensorLike | readonly TensorLike[] | Readonly<Record<string, TensorLike>>;

/** Whether `value` is a record of parts rather than one array. */
export function isRecord<T>(value: unknown): value is Readonly<Record<string, T>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isList(value: unknown): value is readonly TensorLike[] {
  return Array.isArray(value) && value.some((part) => part instanceof Tensor || part instanceof Variable || ArrayBuffer.isView(part));
}

/** `value` with every part as a tensor. */
export function tensorsOf(value: TensorsLike): Tensors {
  if (isList(value)) return value.map((part) => tensor(part));
  if (isRecord<TensorLike>(value)) return mapParts(value as Readonly<Record<string, TensorLike>>, (part) => tensor(part));
  return tensor(value as TensorLike);
}

function mapParts<A, B>(record: Readonly<Record<string, A>>, fn: (part: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, part]) => [name, fn(part)]));
}

/** `fn` over every tensor, in the same form. */
export function mapTensors(value: Tensors, fn: (part: Tensor) => Tensor): Tensors {
  if (value instanceof Tensor) return fn(value);
  if (Array.isArray(value)) return value.map((part: Tensor) => fn(part));
  return mapParts(value as Readonly<Record<string, Tensor>>, fn);
}

/** The tensors by name: `''` for one alone, the place in a list, the key in a record. */
export function partsOf(value: Tensors): Map<string, Tensor> {
  if (value instanceof Tensor) return new Map([['', value]]);
  return new Map(Object.entries(value as Readonly<Record<string, Tensor>>));
}

/** The size of the first axis that all parts share. Throws `SHAPE` where they differ. */
export function rowsOf(value: Tensors, who: string): number {
  const parts = [...partsOf(value)];
  const rows = parts[0]?.[1].shape[0];
  if (rows === undefined) throw new TalrayError('SHAPE', `${who} needs a batch axis`);
  for (const [name, part] of parts) {
    if (part.shape[0] !== rows) throw new TalrayError('SHAPE', `${who}: ${name || 'the tensor'} has ${part.shape[0]} rows, others ${rows}`);
  }
  return rows;
}
