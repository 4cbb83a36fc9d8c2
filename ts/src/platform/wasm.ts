// The WebAssembly engine in Node: instantiates the module, and lends it Node's file system.

import { readFileSync } from 'node:fs';
import type { Entries, Native, NativeModule } from '../array/native.js';
import { readFiles, writeFiles } from './files.js';

const WORDS = 1 << 16;

/** What wasm-bindgen makes of bindings/wasm. */
interface WasmModule {
  initSync(options: { module: Uint8Array }): { memory: { buffer: ArrayBuffer } };
  onGrowth(listener: () => void): void;
  Native: { new (): WasmNative; prototype: WasmNative; entryNames(): (keyof Entries)[] };
  NativeTable: { prototype: PackedTable };
}

interface WasmNative extends Native {
  /** Where the words begin in the module's memory. */
  wordsAt(): number;
  /** Runs a hot call, by its place among the names. */
  enter(index: number): void;
}

/** A table that gives its files as bytes. */
interface PackedTable {
  pack(prefix: string): { manifest: string; names: string[]; files: Uint8Array[] };
  unpack(names: string[], files: Uint8Array[], manifest: string): void;
}

/** How long work may go on, in ms, before a read lets others have their turn. */
const BREATH = 15;

/**
 * Work is done on this thread before its promise is made, so that a loop which awaits only reads would keep timers and
 * signals waiting for ever: now and then a read settles after them.
 */
function breathing(native: Native): void {
  let last = performance.now();
  const read = native.read;
  native.read = async function (this: Native, handle) {
    const bytes = await read.call(this, handle);
    if (performance.now() - last > BREATH) {
      await new Promise((settle) => setImmediate(settle));
      last = performance.now();
    }
    return bytes;
  };
}

/** The engine in `script`, which wasm-bindgen wrote, with the module beside it. */
export function instantiate(require: NodeJS.Require, script: string): NativeModule {
  const module = require(script) as WasmModule;
  const { memory } = module.initSync({ module: readFileSync(script.replace(/\.js$/, '_bg.wasm')) });
  const { prototype } = module.Native;
  const names = module.Native.entryNames();
  prototype.entries = function (this: WasmNative): Entries {
    return Object.fromEntries(names.map((name, i) => [name, () => this.enter(i)])) as unknown as Entries;
  };
  breathing(prototype);
  Object.assign(module.NativeTable.prototype, {
    async save(this: PackedTable, folder: string, prefix: string): Promise<string> {
      const { manifest, names, files } = this.pack(prefix);
      await writeFiles(folder, names, files);
      return manifest;
    },
    async load(this: PackedTable, folder: string, manifest: string): Promise<void> {
      const names = (JSON.parse(manifest) as { manifest: { files: { name: string }[] } }).manifest.files.map(({ name }) => name);
      this.unpack(names, await readFiles(folder, names), manifest);
    },
  });
  const lendWords = (native: Native, share: (words: Float64Array) => void): void => {
    const at = (native as WasmNative).wordsAt();
    const lend = (): void => share(new Float64Array(memory.buffer, at, WORDS));
    module.onGrowth(lend);
    lend();
  };
  return { ...module, lendWords };
}
