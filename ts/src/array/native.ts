// The engine as TypeScript sees it: one Native object and the words shared with it.

import { loadNative } from '#platform';
import { TalrayError } from './errors.js';
import { OPS_FINGERPRINT } from './generated/ops-table.js';

/** What the native add-on exports. */
export interface NativeModule {
  Native: new (words: Float64Array) => Native;
}

/** One environment's engine state; see bindings/node. */
export interface Native {
  apply(): number;
  lastError(): string;
  upload(bytes: Uint8Array, dtype: number, shape: number[]): number;
  read(handle: number): Promise<Uint8Array>;
  readSync(handle: number): Uint8Array;
  free(handle: number): void;
  describe(handle: number): void;
  newCell(handle: number, name: string): number;
  freeCell(cell: number): void;
  readCell(cell: number): number;
  assign(cell: number, handle: number): void;
  gradients(loss: number, seed: number, wrt: Float64Array): void;
  hold(): void;
  unhold(): void;
  beginJit(types: Float64Array): number[];
  endJit(results: Float64Array): number;
  run(plan: number, inputs: Float64Array): number;
  freePlan(plan: number): void;
  explain(plan: number): string;
  beginRegion(types: Float64Array): number[];
  endRegion(results: Float64Array): number[];
  freeRegion(region: number): void;
  abandon(): void;
  depth(): number;
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

/** What the engine says of itself. */
export interface EngineInfo {
  /** Version of the native module. */
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

/** Requests and answers, read and written by both sides. */
export const words = new Float64Array(1 << 16);

/** The engine of this environment. */
export const native: Native = new (loadNative().Native)(words);

/** What the engine says of itself. */
export function engineInfo(): EngineInfo {
  return JSON.parse(native.info()) as EngineInfo;
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
