// The WebAssembly engine: finds what can build it, and builds it into dist/wasm. By itself: npm run build:wasm.
//
// wasm-pack builds it where there is one beside a compiler that has the wasm32 target; else cargo and `xtask bind` do,
// and a compiler without the target builds the standard library from its sources.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, run, step } from './steps.mjs';

const TARGET = 'wasm32-unknown-unknown';
const FEATURES = '-C target-feature=+simd128';

/** Where the module lies. */
const folder = join(root, 'dist', 'wasm');
const targets = join(root, process.env.CARGO_TARGET_DIR ?? 'target');

/** What a program prints, without the last line break; undefined where it cannot be run. */
function printed(program, args) {
  const { status, stdout } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** The path of the first program with such a name. */
function found(pattern) {
  for (const place of (process.env.PATH ?? '').split(delimiter).filter((p) => existsSync(p))) {
    const name = readdirSync(place).find((n) => pattern.test(n));
    if (name !== undefined) return join(place, name);
  }
  return undefined;
}

/** `1.90` as a number that compares. */
const order = (version) => version.split('.').reduce((sum, part, i) => sum + Number(part) / 1000 ** i, 0);

/** How this compiler would build for wasm32: its commands and environment, or what it lacks. */
function examine(rustc, cargo) {
  const version = /^rustc (\d+\.\d+)/.exec(printed(rustc, ['--version']) ?? '')?.[1];
  const sysroot = printed(rustc, ['--print', 'sysroot']);
  if (version === undefined || sysroot === undefined || printed(cargo, ['--version']) === undefined) return undefined;
  const name = `${rustc} ${version}`;
  const wanted = /rust-version = "([^"]+)"/.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8'))[1];
  if (order(version) < order(wanted)) return { name, lacks: `is older than ${wanted}` };
  const library = join(sysroot, 'lib', 'rustlib');
  const ready = existsSync(join(library, TARGET, 'lib'));
  if (!ready && !existsSync(join(library, 'src', 'rust', 'library', 'Cargo.toml'))) {
    return { name, lacks: `has neither the target ${TARGET} nor the sources of the standard library` };
  }
  const host = /^host: (.*)$/m.exec(printed(rustc, ['-vV']))[1];
  const own = ['', '.exe'].some((ending) => existsSync(join(library, host, 'bin', `rust-lld${ending}`)));
  const linker = own ? undefined : found(/^wasm-ld(-\d+)?(\.exe)?$/);
  if (!own && linker === undefined) return { name, lacks: 'finds no linker for WebAssembly (wasm-ld)' };
  const env = { ...process.env, RUSTC: rustc, RUSTFLAGS: FEATURES };
  if (linker !== undefined) env.CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER = linker;
  // Building the standard library is an unstable option, which stable compilers take only so.
  if (!ready) env.RUSTC_BOOTSTRAP = '1';
  return { name, cargo, env, ready };
}

/** The first compiler that can, and what the others lack. */
function compiler() {
  const places = [
    ['rustc', 'cargo'],
    ['/usr/bin/rustc', '/usr/bin/cargo'],
  ];
  const examined = places.map(([rustc, cargo]) => examine(rustc, cargo)).filter((it) => it !== undefined);
  const able = examined.filter((it) => it.lacks === undefined);
  return { best: able.find((it) => it.ready) ?? able[0], lacking: examined.filter((it) => it.lacks !== undefined) };
}

/** Builds with cargo and the library of wasm-bindgen, where something changed. */
function build({ cargo, env, ready }) {
  const std = ready ? [] : ['-Z', 'build-std=std,panic_abort'];
  const into = join(targets, 'wasm');
  run(cargo, ['build', '--quiet', '--profile', 'wasm', '--package', 'talray-wasm', '--target', TARGET, '--target-dir', into, ...std], {
    env,
  });
  const built = join(into, TARGET, 'wasm', 'talray_wasm.wasm');
  const module = join(folder, 'talray_bg.wasm');
  if (existsSync(module) && statSync(module).mtimeMs >= statSync(built).mtimeMs) return;
  const fresh = `${folder}.tmp`;
  rmSync(fresh, { recursive: true, force: true });
  run('cargo', ['run', '--release', '--quiet', '--package', 'xtask', '--features', 'bind', '--', 'bind', built, fresh, 'talray']);
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
}

/** Builds with wasm-pack. */
function pack({ env }) {
  const form = ['--target', 'web', '--out-dir', folder, '--out-name', 'talray', '--no-pack', '--no-opt'];
  run('wasm-pack', ['--quiet', 'build', join('bindings', 'wasm'), ...form, '--profile', 'wasm'], { env });
}

/** Builds the WebAssembly engine into dist/wasm; says why it cannot, where it cannot. */
export async function wasm() {
  const { best, lacking } = compiler();
  if (best === undefined) {
    rmSync(folder, { recursive: true, force: true });
    return [
      'no compiler here can build WebAssembly',
      ...lacking.map(({ name, lacks }) => `  ${name} ${lacks}`),
      `  get one by: rustup target add ${TARGET}`,
      '  or on Debian: apt-get install rustc-web cargo-web rust-web-src lld-19',
    ].join('\n');
  }
  const packs = best.ready && printed('wasm-pack', ['--version']) !== undefined;
  await step(`WebAssembly engine, by ${packs ? 'wasm-pack' : best.name}`, () => (packs ? pack(best) : build(best)));
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const why = await wasm();
  if (why !== undefined) {
    console.error(`the WebAssembly engine is not built: ${why}`);
    process.exit(1);
  }
}
