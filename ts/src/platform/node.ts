// Node: finds and loads the native add-on. The only file that knows the file system of the package.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeModule } from '../array/native.js';

const require = createRequire(import.meta.url);

/** The name by which this platform's add-on is built and published. */
function target(): string {
  const { platform, arch } = process;
  if (platform === 'linux') {
    const glibc = (process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined)?.header?.glibcVersionRuntime;
    return `linux-${arch}-${glibc === undefined ? 'musl' : 'gnu'}`;
  }
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

/** Where an add-on built in this checkout lies. */
function builtHere(name: string): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 5; up++) {
    const file = join(folder, 'dist', 'native', `talray.${name}.node`);
    if (existsSync(file)) return file;
    folder = dirname(folder);
  }
  return undefined;
}

/**
 * The native module of this platform: one built in the checkout, else the prebuilt package.
 *
 * @throws Error when there is none, naming what was looked for.
 */
export function loadNative(): NativeModule {
  const name = target();
  const file = builtHere(name);
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
