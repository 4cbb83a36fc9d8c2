// Which engine a process gets, and what becomes of the words that it shares with WebAssembly.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { addonFile } from './addon.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'talray-engine-'));
const wasm = existsSync(join(root, 'dist', 'wasm', 'talray.js'));
const unbuilt = 'the WebAssembly engine is not built: npm run build:wasm says what it lacks';

/** Runs a program over the package in `from`. */
function run(program: string, backend?: string, from: string = root): { out: string; err: string } {
  const { TALRAY_BACKEND: _, ...rest } = process.env;
  const env = backend === undefined ? rest : { ...rest, TALRAY_BACKEND: backend };
  const index = JSON.stringify(new URL('dist/ts/index.js', `file://${from}/`).href);
  const source = `const talray = await import(${index}).catch((e) => { console.log('failed:', e.message); process.exit(); });\n${program}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', env });
  return { out: stdout.trim(), err: stderr };
}

const which = 'const { backend, reason } = talray.engineInfo(); console.log(backend, reason);';

/** The package with these parts of its builds. */
function copy(name: string, parts: readonly string[]): string {
  const to = join(folder, name);
  mkdirSync(to);
  for (const part of ['package.json', 'dist/ts', ...parts]) cpSync(join(root, part), join(to, part), { recursive: true });
  return to;
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the engine of a process', () => {
  it('is the native add-on, whether or not TALRAY_BACKEND says so', (test) => {
    if (!existsSync(join(root, addonFile()))) test.skip('the native add-on is not built');
    expect(run(which)).toEqual({ out: 'native the first choice in Node', err: '' });
    expect(run(which, 'native').out).toBe('native as TALRAY_BACKEND=native says');
  });

  it('is WebAssembly where TALRAY_BACKEND says so', (test) => {
    if (!wasm) test.skip(unbuilt);
    expect(run(which, 'wasm')).toEqual({ out: 'wasm as TALRAY_BACKEND=wasm says', err: '' });
  });

  it('is WebAssembly with a warning where the add-on is not there or not for this system, unless native is asked for', (test) => {
    if (!wasm) test.skip(unbuilt);
    const without = copy('without', ['dist/wasm']);
    const { out, err } = run(which, undefined, without);
    expect(out).toMatch(/^wasm the native add-on cannot be loaded: talray has no native engine for \S+/);
    expect(err).toMatch(/\[TALRAY_BACKEND\] Warning: .* the slower WebAssembly engine takes its place/);
    const addon = join(without, addonFile());
    mkdirSync(dirname(addon), { recursive: true });
    writeFileSync(addon, 'made for another system');
    expect(run(which, undefined, without).out).toMatch(/^wasm the native add-on cannot be loaded: /);
    expect(run(which, 'native', without).out).toMatch(/^failed: /);
  });

  it('is named with how to get it where there is none', () => {
    const neither = copy('neither', []);
    expect(run(which, undefined, neither).out).toMatch(/^failed: talray has no native engine for .*npm run build/);
    expect(run(which, 'wasm', neither).out).toMatch(/^failed: TALRAY_BACKEND=wasm asks for .*npm run build:wasm/);
  });
});

describe('words in WebAssembly memory', () => {
  it('are found again after the memory grew while a request was being written', (test) => {
    if (!wasm) test.skip(unbuilt);
    // The second argument is uploaded when the first is in the words already, and does not fit the memory that is there.
    const program = `
      const large = new Float32Array(1 << 23).fill(1);
      const sum = talray.concat([talray.tensor([1, 2, 3]), large, talray.tensor([4])]).sum();
      const shape = talray.stack([large, large]).shape;
      console.log(await sum.item(), JSON.stringify(shape));`;
    expect(run(program, 'wasm')).toEqual({ out: `${(1 << 23) + 10} [2,${1 << 23}]`, err: '' });
  });
});
