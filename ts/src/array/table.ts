// Tables of rows by key as parameters of a model: lookups, and what optimizers and files need of them.
import { loadNative } from '#platform';
import { full, toTensor } from './create.js';
import type { DType } from './dtype.js';
import { TalrayError } from './errors.js';
import { lookupRows, tableVectors } from './generated/ops.js';
import { depth, guarded, native } from './native.js';
import { type Tensor, type TensorLike, tensorAt } from './tensor.js';
import { Variable } from './variable.js';

interface NativeTable {
  id(): number;
  stats(): number[];
  setSlots(json: string): void;
  export(): Promise<{ keys: BigInt64Array; vectors: Uint8Array }>;
  save(folder: string, prefix: string): Promise<string>;
  load(folder: string, manifest: string): Promise<void>;
}

const { NativeTable } = loadNative() as unknown as {
  NativeTable: { open(spec: string): NativeTable; lookup(): number };
};

/** @internal What a table is made of; `options` are those of the engine's tables. */
export interface TableSpec {
  readonly options: { readonly name: string; readonly width: number } & Readonly<Record<string, unknown>>;
  readonly dtype: 'f32' | 'f64';
  readonly vocabulary?: number;
}

/** A table as files keep it: its manifest, and how many updates it had. */
export interface SavedTable {
  readonly manifest: string;
  readonly updates: number;
}

/**
 * The rows of an embedding table, a parameter that optimizers update. As a `Variable` it is empty; its content is
 * reached by lookups, {@link TableVariable.export} and files.
 */
export class TableVariable extends Variable {
  /** Numbers in a vector. */
  readonly dim: number;
  readonly #native: NativeTable;
  readonly #token: Variable;
  #slots: { owner: object | undefined; spec: string } = { owner: undefined, spec: '[]' };

  constructor(spec: TableSpec) {
    const empty = spec.dtype === 'f64' ? new Float64Array(0) : new Float32Array(0);
    super(toTensor(empty).reshape([0, spec.options.width]), { dtype: spec.dtype, name: spec.options.name });
    this.dim = spec.options.width;
    this.#native = guarded(() => NativeTable.open(JSON.stringify(spec)));
    this.#token = new Variable(toTensor(new BigUint64Array([BigInt(this.#native.id()), 0n])), {
      trainable: false,
      name: `embedding table ${spec.options.name}`,
    });
  }

  /** @internal The token that orders lookups and updates. */
  get token(): Variable {
    return this.#token;
  }

  /** Rows it has now. */
  get rows(): number {
    return guarded(() => this.#native.stats())[0]!;
  }

  /** Bytes of its rows and its index. */
  get bytes(): number {
    return guarded(() => this.#native.stats())[1]!;
  }

  /** @internal Takes the token that an op gave. Outside of a recording the op is run first, and throws here. */
  advance(token: Tensor): void {
    // A new value: gradients of later losses do not go back through this update to lookups before it.
    this.assign(full([0, this.dim], 0, { dtype: this.dtype }));
    if (depth() > 0) {
      this.#token.assign(token);
      return;
    }
    // What is assigned must not lead back to the update, which would then run again.
    const next = detached(token);
    next.dataSync();
    this.#token.assign(next);
    next.dispose();
  }

  /** @internal Slots for an optimizer, at their first values unless it has them already (or a file gave them). */
  setSlots(owner: object, slots: readonly { name: string; width: 'param' | 'row'; initial: number }[]): void {
    const spec = JSON.stringify(slots);
    const { owner: old, spec: had } = this.#slots;
    if (old !== owner && !(old === undefined && had === spec)) guarded(() => this.#native.setSlots(spec));
    this.#slots = { owner, spec };
  }

  /** All keys, and their vectors `[keys, dim]`, in no useful order. */
  async export(): Promise<{ keys: Tensor; vectors: Tensor }> {
    const { keys, vectors } = await this.#native.export().catch(failed);
    const buffer = vectors.slice().buffer;
    const data = this.dtype === 'f64' ? new Float64Array(buffer) : new Float32Array(buffer);
    return { keys: toTensor(keys), vectors: toTensor(data).reshape([keys.length, this.dim]) };
  }

  /** @internal Writes files into `folder`, as the table is after the steps started so far. */
  async save(folder: string, prefix: string): Promise<SavedTable> {
    const token = this.#token.value;
    const [manifest, words] = await Promise.all([this.#native.save(folder, prefix).catch(failed), token.data()]);
    token.dispose();
    return { manifest, updates: Number((words as unknown as BigUint64Array)[1]) };
  }

  /** @internal Takes up what `save` wrote; where that fails it stays as it was. */
  async load(folder: string, { manifest, updates }: SavedTable): Promise<void> {
    await this.#native.load(folder, manifest).catch(failed);
    this.#token.assign(new BigUint64Array([BigInt(this.#native.id()), BigInt(updates)]));
    const { options } = (JSON.parse(manifest) as { manifest: { options: { slots: unknown } } }).manifest;
    this.#slots = { owner: undefined, spec: JSON.stringify(options.slots) };
  }
}

/** What `t` will hold, computed now, without what it was computed from. */
function detached(t: Tensor): Tensor {
  guarded(() => native.detached(t.live()));
  return tensorAt(0)[0];
}

function failed(error: unknown): never {
  throw TalrayError.from(error);
}

/** One feature of a lookup. */
export interface TableFeature {
  readonly table: TableVariable;
  /** Integers of 32 or 64 bits: `[rows]`, `[rows, n]`, or flat with `offsets`. */
  readonly keys: Tensor;
  /** `[rows + 1]`: row `r` has the keys `offsets[r]` to `offsets[r + 1]`. */
  readonly offsets?: Tensor | undefined;
  /** One for each key. */
  readonly weights?: Tensor | undefined;
  /** How a row's vectors become one, or `'flat'`: one after another. Default `'sum'`. */
  readonly pooling?: 'sum' | 'mean' | 'sqrtn' | 'flat' | undefined;
  /** Longer vectors are scaled down to this L2 norm. */
  readonly maxNorm?: number | undefined;
  /** Key that stands in for a row without keys; without it such a row is zeros. */
  readonly defaultKey?: number | undefined;
}

/** Looks all features up in one call: `[rows, columns]`, the features' columns one after another. */
export function lookupTables(features: readonly TableFeature[], { training = false } = {}): Tensor {
  const tables = [...new Set(features.map(({ table }) => table))];
  const inputs: TensorLike[] = tables.map((table) => table.token);
  for (const { keys, offsets, weights } of features) inputs.push(...[keys, offsets, weights].filter((x) => x !== undefined));
  const number = training ? NativeTable.lookup() : 0;
  const part = (x: unknown, bit: number): number => (x === undefined ? 0 : bit);
  const [out, ...tokens] = lookupRows(
    inputs,
    tables.length,
    features.map(({ table }) => tables.indexOf(table)),
    features.map(({ table }) => table.dim),
    features.map(({ pooling = 'sum' }) => ['sum', 'mean', 'sqrtn', 'flat'].indexOf(pooling)),
    features.map((f) => part(f.offsets, 1) + part(f.weights, 2) + part(f.defaultKey, 4)),
    features.map(({ maxNorm = -1 }) => maxNorm),
    features.map(({ defaultKey = 0 }) => defaultKey),
    number,
    { train: training, dtype: tables[0]!.dtype as DType },
  ) as [Tensor, ...Tensor[]];
  if (depth() > 0) {
    tables.forEach((table, i) => {
      table.token.assign(tokens[i]!);
    });
    return training ? tableVectors(out, tables, number) : out;
  }
  // Outside of a recording it is read at once, before what may change the table next.
  const read = detached(out);
  for (const t of [out, ...tokens]) t.dispose();
  return training ? tableVectors(read, tables, number) : read;
}
