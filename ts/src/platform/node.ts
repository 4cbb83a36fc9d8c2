// Node: finds and loads the engine. The only file that knows the file system of the package.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonFile, addonTarget } from './addon.js';
import { checkEnvironment } from './environment.js';
import type { NativeModule } from '../array/native.js';
import { instantiate } from './wasm.js';

export { readInputs } from './files.js';

/** Which engine this process uses. */
export interface Choice {
  readonly backend: 'native' | 'wasm';
  /** Why this one. */
  readonly reason: string;
}

let loaded: { readonly module: NativeModule; readonly choice: Choice } | undefined;

/**
 * The engine's module: the one that `TALRAY_BACKEND` names; otherwise the native add-on, and WebAssembly with a warning
 * where that cannot be loaded.
 *
 * @throws Error when there is none, naming what was looked for; TalrayError `OPTION` for a misspelt environment variable.
 */
export function loadNative(): NativeModule {
  loaded ??= load();
  return loaded.module;
}

/** Which module that is, and why. */
export function chosenEngine(): Choice {
  loaded ??= load();
  return loaded.choice;
}

function load(): { module: NativeModule; choice: Choice } {
  checkEnvironment(process.env);
  const asked = process.env['TALRAY_BACKEND'];
  const said = `as TALRAY_BACKEND=${asked} says`;
  if (asked === 'wasm') return { module: loadWasm(), choice: { backend: 'wasm', reason: said } };
  try {
    return { module: loadAddon(), choice: { backend: 'native', reason: asked === undefined ? 'the first choice in Node' : said } };
  } catch (error) {
    if (asked === 'native' || built(WASM) === undefined) throw error;
    const reason = `the native add-on cannot be loaded: ${(error as Error).message}`;
    process.emitWarning(`${reason}; the slower WebAssembly engine takes its place (TALRAY_BACKEND=wasm asks for it without this warning)`, {
      code: 'TALRAY_BACKEND',
    });
    return { module: loadWasm(), choice: { backend: 'wasm', reason } };
  }
}

const require = createRequire(import.meta.url);

/** Where a file of the package lies that was built into it, or in this checkout. */
function built(name: string): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 5; up++) {
    const file = join(folder, name);
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  return undefined;
}

const WASM = 'dist/wasm/talray.js';

function loadWasm(): NativeModule {
  const script = built(WASM);
  if (script === undefined) {
    throw new Error(
      `TALRAY_BACKEND=wasm asks for the WebAssembly engine, which is not here (${WASM}); in a checkout, run npm run build:wasm`,
    );
  }
  return instantiate(require, script);
}

/** The add-on: one built in the checkout, else the prebuilt package. */
function loadAddon(): NativeModule {
  const name = addonTarget();
  const file = built(addonFile());
  if (file !== undefined) return require(file) as NativeModule;
  try {
    return require(`@talray/${name}`) as NativeModule;
  } catch (cause) {
    throw new Error(
      `talray has no native engine for ${name}: neither a build in this checkout (run npm run build) nor the package @talray/${name} is there`,
      { cause },
    );
  }
}
