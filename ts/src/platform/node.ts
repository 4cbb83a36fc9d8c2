// Node: finds and loads the native add-on. The only file that knows the file system of the package.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addonFile, addonTarget } from './addon.js';
import { checkEnvironment } from './environment.js';
import type { NativeModule } from '../array/native.js';

const require = createRequire(import.meta.url);

/** Where an add-on built in this checkout lies. */
function builtHere(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 5; up++) {
    const file = join(folder, addonFile());
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  return undefined;
}

/**
 * The native module of this platform: one built in the checkout, else the prebuilt package.
 *
 * @throws Error when there is none, naming what was looked for; TalrayError `OPTION` for a misspelt environment variable.
 */
export function loadNative(): NativeModule {
  checkEnvironment(process.env);
  const name = addonTarget();
  const file = builtHere();
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
