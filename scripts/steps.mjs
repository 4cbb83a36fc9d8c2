// What the commands share: running a program, and the steps that they are made of.

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program in the repository; ends this one with its exit code when it fails. */
export function run(command, args = [], options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (result.error !== undefined) {
    console.error(`${command} cannot be started: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0) process.exit(result.status ?? 1);
  return result;
}

/** Says what is being done, and how long it took. */
export async function step(name, work) {
  const start = Date.now();
  console.error(`· ${name}`);
  await work();
  console.error(`  ${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** A program of a development dependency. */
export function tool(name) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
}

/**
 * What every command starts with: dependencies, the TypeScript, and the engine that `TALRAY_BACKEND` names (the native
 * add-on where it names none). Nothing that is up to date is done again.
 */
export async function setUp() {
  await step('dependencies', dependencies);
  await step('TypeScript', typescript);
  if (process.env.TALRAY_BACKEND !== 'wasm') return step('native add-on', addon);
  const why = await (await import('./wasm.mjs')).wasm();
  if (why !== undefined) {
    console.error(`TALRAY_BACKEND=wasm asks for the WebAssembly engine: ${why}`);
    process.exit(1);
  }
}

/** Installs what package-lock.json names, unless it is there. */
export function dependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const mark = join(root, 'node_modules', '.talray-lock');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']);
  writeFileSync(mark, lock);
}

/** Builds the native add-on into dist/native, under the name that the compiled TypeScript looks for. */
export async function addon() {
  run('cargo', ['build', '--release', '--package', 'talray-node', '--quiet']);
  const library = { linux: 'libtalray_node.so', darwin: 'libtalray_node.dylib', win32: 'talray_node.dll' }[process.platform];
  const built = join(root, process.env.CARGO_TARGET_DIR ?? 'target', 'release', library);
  const { addonFile } = await import('../dist/ts/platform/addon.js');
  const file = join(root, addonFile());
  if (existsSync(file) && statSync(file).mtimeMs >= statSync(built).mtimeMs) return;
  mkdirSync(dirname(file), { recursive: true });
  // A running process may have the old file mapped: replace it, never write into it.
  copyFileSync(built, `${file}.tmp`);
  renameSync(`${file}.tmp`, file);
}

/** Compiles the TypeScript into dist/ts. */
export function typescript() {
  rmSync(join(root, 'dist', 'ts'), { recursive: true, force: true });
  run(tool('tsc'), ['-p', 'tsconfig.build.json']);
  // `npm exec talray` runs the file itself.
  chmodSync(join(root, 'dist', 'ts', 'cli', 'main.js'), 0o755);
}

/** Compiles the examples into dist/examples. */
export function examples() {
  run(tool('tsc'), ['-p', 'tsconfig.examples.json']);
}
