// The engine as TypeScript sees it: one Native object and the words shared with it.

import { chosenEngine, loadNative } from '#platform';
import { TalrayError } from './errors.js';
import { OPS_FINGERPRINT } from './generated/ops-table.js';

/** What an engine's module exports: the native add-on, or WebAssembly. */
export interface NativeModule {
  Native: new (words: Float64Array) => Native;
  /** WebAssembly: gives `share` the words, which lie in its memory, and gives them again whenever that grew. */
  lendWords?(native: Native, share: (words: Float64Array) => void): void;
}

/** One environment's engine state; see bindings/node and bindings/wasm. */
export interface Native {
  entries(): Entries;
  lastError(): string;
  upload(bytes: Uint8Array, dtype: number, shape: number[]): number;
  read(handle: number): Promise<Uint8Array>;
  readSync(handle: number): Uint8Array;
  describe(handle: number): void;
  newCell(handle: number, name: string): number;
  freeCell(cell: number): void;
  readCell(cell: number): number;
  assign(cell: number, handle: number): void;
  gradients(loss: number, seed: number, wrt: Float64Array): void;
  hold(): void;
  unhold(): void;
  beginJit(types: Float64Array): number[];
  endJit(results: Float64Array, exact: boolean): number;
  freePlan(plan: number): void;
  explain(plan: number): string;
  beginRegion(types: Float64Array): number[];
  endRegion(results: Float64Array): number[];
  freeRegion(region: number): void;
  abandon(): void;
  flush(): void;
  setPlace(place?: string): void;
  detached(handle: number): number;
  memory(): number[];
  largest(most: number): string;
  setMemoryLimit(bytes: number): void;
  trim(): void;
  choose(reference: boolean, op?: string): void;
  info(): string;
}

/**
 * The hot calls. They take no arguments: requests and answers are in the words, counts which {@link status} gives
 * (−1: an error that `lastError` tells; −2: too long, use the method of {@link Native}).
 */
export interface Entries {
  /** Records the op in the words; the answer is its outputs. */
  apply(): void;
  /** Makes a tensor of the data words: dtype, rank, sizes, bytes, elements; the answer is its handle. */
  upload(): void;
  /** Reads the tensor whose handle is in the data words; the answer is its elements. */
  read(): void;
  /** Frees the handles in the data words, which follow their number. */
  free(): void;
  /** Starts the plan in the words, which is followed by the number and the handles of its arguments. */
  run(): void;
}

/** What the engine says of itself. */
export interface EngineInfo {
  /** The native add-on, or WebAssembly. */
  backend: 'native' | 'wasm';
  /** Why this one. */
  reason: string;
  /** Version of the engine's module. */
  version: string;
  /** Hash of its op table. */
  ops: number;
  /** Threads of its pool. */
  threads: number;
  /** SIMD level in use. */
  simd: string;
  /** Operating system and processor it was built for. */
  target: string;
}

/** Words of {@link data}. */
const DATA = 4096;
/** Words that are told. */
const TOLD = 8;

/** Requests and answers. */
export let words: Float64Array;

/** What is uploaded, read and freed, which may happen while a request is being written. */
export let data: Float64Array;
/** The data words as bytes. */
export let dataBytes: Uint8Array;
/** The data words as f32, in which most tensors that are worth a hurry come. */
export let dataFloats: Float32Array;
/** Where told counts are: the status of the last call, and how many recordings are open. */
let told: Float64Array;

/** Takes the words that both sides read and write: requests and answers, then data, then what is told of each call. */
function share(all: Float64Array): Float64Array {
  const room = all.length - DATA - TOLD;
  words = all.subarray(0, room);
  data = all.subarray(room, room + DATA);
  dataBytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  dataFloats = new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  told = all.subarray(all.length - TOLD);
  return all;
}

const engine = loadNative();

/** The engine of this environment. */
export const native: Native = new engine.Native(share(new Float64Array(1 << 16)));
engine.lendWords?.(native, share);

/** Its hot calls. */
export const entries: Entries = native.entries();

/** The count that the last hot call left; throws what it failed with. */
export function status(): number {
  const count = told[7] as number;
  if (count === -1) throw TalrayError.parse(native.lastError());
  return count;
}

/** How many recordings (`jit`, branches, loops, rules) are open. */
export function depth(): number {
  return told[6] as number;
}

/** What the engine says of itself. */
export function engineInfo(): EngineInfo {
  return { ...(JSON.parse(native.info()) as Omit<EngineInfo, 'backend' | 'reason'>), ...chosenEngine() };
}

TalrayError.memoryHolders = () => native.largest(5);

const table = engineInfo().ops;
if (table !== OPS_FINGERPRINT) {
  throw new TalrayError(
    'INTERNAL',
    `the TypeScript wrappers (op table ${OPS_FINGERPRINT}) and the native module (${table}) are of different builds; run npm run build`,
  );
}

/** Calls the engine; what it throws becomes a TalrayError. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (e) {
    throw TalrayError.from(e);
  }
}
