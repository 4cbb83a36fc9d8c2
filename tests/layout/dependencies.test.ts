// The layout that ARCHITECTURE.md describes, read from the manifests and sources: what may know what.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What each crate may depend on among our own; tests may reach further down, and the joined tests everywhere. */
const below: Readonly<Record<string, readonly string[]>> = {
  'talray-core': [],
  'talray-kernels-cpu': ['talray-core'],
  'talray-kernels-wgpu': ['talray-core'],
  'talray-kernels-cuda': ['talray-core'],
  'talray-tables': ['talray-core'],
  'talray-formats': ['talray-core'],
  'talray-data': ['talray-core'],
  'talray-runtime': [
    ...['talray-core', 'talray-kernels-cpu', 'talray-kernels-wgpu', 'talray-kernels-cuda'],
    ...['talray-tables', 'talray-formats', 'talray-data'],
  ],
  'talray-node': ['talray-runtime'],
  'talray-wasm': ['talray-runtime'],
};

/** The manifests of the workspace, by the name of their package. */
function manifests(): Map<string, string> {
  const workspace = readFileSync(join(root, 'Cargo.toml'), 'utf8');
  const members = [.../^members = \[([^\]]*)\]/m.exec(workspace)![1]!.matchAll(/"([^"]+)"/g)].map((m) => m[1]!);
  return new Map(
    members.map((member) => {
      const text = readFileSync(join(root, member, 'Cargo.toml'), 'utf8');
      return [/^name = "([^"]+)"/m.exec(text)![1]!, text];
    }),
  );
}

/** Our own crates among the dependencies of a manifest, without those of tests. */
function own(manifest: string): string[] {
  const sections = manifest.split(/^(?=\[)/m).filter((section) => /^\[(target\..*\.)?(build-)?dependencies/.test(section));
  return sections.flatMap((section) => [...section.matchAll(/^\[?(?:dependencies\.)?(talray-[a-z-]+)/gm)].map((m) => m[1]!));
}

/** Files below a folder. */
function files(folder: string, ending: RegExp): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !/(^|\/)(target|node_modules)\//.test(name))
    .map((name) => join(folder, name));
}

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
/** Rust without comments and text. */
const code = (file: string): string =>
  read(file)
    .replace(/\/\/.*$/gm, '')
    .replace(/"(?:[^"\\]|\\.)*"/g, '""');

it('lets crates depend downwards only', () => {
  const found = manifests();
  expect([...found.keys()]).toContain('talray-core');
  const wrong = [...found].flatMap(([name, text]) =>
    below[name] === undefined
      ? []
      : own(text)
          .filter((other) => !below[name]!.includes(other))
          .map((other) => `${name} → ${other}`),
  );
  expect(wrong).toEqual([]);
  const free = ['talray-tests', 'talray-benches', 'xtask'];
  expect([...found.keys()].filter((name) => below[name] === undefined && !free.includes(name))).toEqual([]);
});

it('keeps core free of input and output, threads and the outside', () => {
  const outside = /\bstd::(fs|net|thread|process|env|io)\b|\brayon\b|\btokio\b|\bnapi\b/;
  expect(files('crates/core/src', /\.rs$/).filter((file) => outside.test(code(file)))).toEqual([]);
});

it('has unsafe code only where it is allowed', () => {
  const allowed = /^(crates\/kernels-cpu\/src\/(simd|memory)\/|crates\/tables\/src\/store\/|bindings\/)/;
  const unsafe = /\bunsafe\s*(\{|fn\b|impl\b|extern\b|trait\b)/;
  const sources = ['crates', 'bindings', 'xtask', 'tests', 'benches'].flatMap((folder) => files(folder, /\.rs$/));
  expect(sources.length).toBeGreaterThan(200);
  expect(sources.filter((file) => unsafe.test(code(file)) && !allowed.test(relative('.', file)))).toEqual([]);
});

it('has bindings that name no op', () => {
  const ops = [...read('docs/ops.md').matchAll(/^\| `(\w+)`/gm)].map((m) => m[1]!);
  expect(ops.length).toBeGreaterThan(200);
  const named = files('bindings', /\.rs$/).flatMap((file) => {
    const literals = [
      ...read(file)
        .replace(/\/\/.*$/gm, '')
        .matchAll(/"(\w+)"/g),
    ].map((m) => m[1]!);
    return literals.filter((word) => ops.includes(word)).map((word) => `${file}: ${word}`);
  });
  expect(named).toEqual([]);
});

it('lets only xtask write generated files, and marks them', () => {
  const generated = files('.', /generated\/.*\.(ts|rs|md)$/).filter((file) => !file.startsWith('dist'));
  expect(generated.length).toBeGreaterThan(1);
  expect(generated.filter((file) => !/^(\/\/|<!--).*(generated|written) by.*xtask/i.test(read(file)))).toEqual([]);
});

it('has TypeScript that reaches the engine only through #platform, and command-line names only in cli', () => {
  const sources = files('ts/src', /\.ts$/).filter((file) => !file.endsWith('.test.ts'));
  const native = sources.filter((file) => /\.node['"`]/.test(read(file)) && !file.startsWith('ts/src/platform/'));
  expect(native).toEqual([]);
  const upwards = sources.filter((file) => !file.startsWith('ts/src/cli/') && /from '[./]+\/cli\//.test(read(file)));
  expect(upwards).toEqual([]);
});
