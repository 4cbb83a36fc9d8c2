// The data part of the native add-on, as TypeScript sees it; see bindings/node/src/data.

import { loadNative } from '#platform';
import { TalrayError } from '../array/errors.js';

/** @internal One column of a batch: exactly one of the value fields is there. */
export interface RawColumn {
  valid?: Uint8Array;
  f32?: Float32Array;
  f64?: Float64Array;
  i64?: BigInt64Array;
  bool?: Uint8Array;
  text?: string[];
  offsets?: Float64Array;
  elements: RawColumn[];
}

/** @internal A batch as it was read. */
export interface RawBatch {
  rows: number;
  names: string[];
  columns: RawColumn[];
  state: string;
}

/** @internal An encoded batch; features in the order of the layout. */
export interface RawEncoded {
  rows: number;
  dense: Float32Array;
  keys: BigInt64Array;
  multi: { keys: BigInt64Array; offsets: BigInt64Array }[];
  sequences: { keys: BigInt64Array; mask: Uint8Array; lengths: Int32Array }[];
  labels: Float32Array;
  weights?: Float32Array;
  state: string;
}

/** @internal Columns on their way to the engine. */
export interface NativeColumns {
  addF32(name: string, values: Float32Array): void;
  addF64(name: string, values: Float64Array): void;
  addI64(name: string, values: BigInt64Array): void;
  addText(name: string, values: string[], valid: Uint8Array): void;
  addJson(name: string, json: string): void;
}

/** @internal Batches of an epoch, made on a thread of their own. */
export interface NativeFeed<T> {
  start(): string;
  next(): Promise<T | null>;
}

/** @internal What is read, in which order, in which portions. */
export interface NativeDataset {
  step(json: string): NativeDataset;
  label(json: string): NativeDataset;
  names(): string[];
  feed(epoch: number, state: string | undefined, ahead: number): NativeFeed<RawBatch>;
  encoded(encoder: NativeEncoder, epoch: number, state: string | undefined, ahead: number): NativeFeed<RawEncoded>;
}

/** @internal Fitted features. */
export interface NativeEncoder {
  withoutLabels(): string;
  layout(): string;
  columns(): string[];
  encode(columns: NativeColumns, labels: boolean): RawEncoded;
}

interface DataModule {
  NativeColumns: new () => NativeColumns;
  NativeDataset: {
    open(spec: string): NativeDataset;
    csvBytes(options: string, name: string, bytes: Uint8Array): NativeDataset;
    /** Files that were read already, where the engine has no file system. */
    csvInputs?(options: string, names: string[], bytes: Uint8Array[]): NativeDataset;
    ofColumns(columns: NativeColumns): NativeDataset;
  };
  NativeEncoder: {
    fit(spec: string, data: NativeDataset): Promise<string>;
    open(json: string): NativeEncoder;
  };
}

/** @internal The data classes of the add-on. */
export const engine = loadNative() as unknown as DataModule;

/** @internal Calls the engine; what it throws becomes a TalrayError. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (e) {
    throw TalrayError.from(e);
  }
}

/** @internal Waits for the engine; what it rejects with becomes a TalrayError. */
export async function awaited<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (e) {
    throw TalrayError.from(e);
  }
}
