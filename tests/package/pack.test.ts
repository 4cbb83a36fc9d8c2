// The package as `npm pack` makes it: installs into an empty project and works there, in JavaScript, TypeScript and as a command.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'talray-package-'));
const project = join(folder, 'project');
let packed: { filename: string; files: { path: string }[] } = { filename: '', files: [] };

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  const made = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root);
  [packed] = JSON.parse(made) as [typeof packed];
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "private": true, "type": "module" }');
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  run('npm', ['install', ...flags, join(folder, packed.filename)], project);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('holds what is needed and nothing else', () => {
  const paths = packed.files.map(({ path }) => path);
  const strange = paths.filter(
    (path) => !/^(ts\/src\/.*\.ts|dist\/ts\/.*\.(js|d\.ts|js\.map)|dist\/native\/[^/]+\.node|dist\/wasm\/.+|[^/]+)$/.test(path),
  );
  expect(strange).toEqual([]);
  expect(paths.filter((path) => !path.includes('/')).sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  expect(paths.filter((path) => /\.test\.|golden/.test(path))).toEqual([]);
  expect(paths.some((path) => path.endsWith('.node'))).toBe(true);
});

it('is imported and required, entry by entry', () => {
  const entries = [
    'talray',
    ...['nn', 'losses', 'metrics', 'optimizers', 'schedules', 'callbacks', 'train', 'data', 'recsys'].map((e) => `talray/${e}`),
  ];
  const program = `
    for (const entry of ${JSON.stringify(entries)}) {
      if (Object.keys(await import(entry)).length === 0) throw new Error(entry + ' is empty');
    }
    const { tensor } = await import('talray');
    console.log(JSON.stringify(await tensor([[1, 2], [3, 4]]).matmul(tensor([[1], [1]])).array()));`;
  expect(run(process.execPath, ['--input-type=module', '-e', program], project).trim()).toBe('[[3],[7]]');
  const required = "console.log(require('talray').tensor([1, 2]).sum().itemSync())";
  expect(run(process.execPath, ['--input-type=commonjs', '--no-warnings', '-e', required], project).trim()).toBe('3');
});

it('brings its types', () => {
  const source = `
    import { grad, tensor, type Tensor } from 'talray';
    import { Dense } from 'talray/nn';
    const slope: (x: Tensor) => Tensor = grad((x: Tensor) => x.square().sum());
    export const layer: Dense = new Dense(3);
    console.log(await slope(tensor([3])).array());
    // @ts-expect-error: options are exact
    new Dense(3, { activatoin: undefined });`;
  writeFileSync(join(project, 'main.ts'), source);
  const options = [
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2023,esnext.disposable,dom',
  ];
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...options, 'main.ts'], project);
});

it('brings the command', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(run('npm', ['exec', '--offline', '--', 'talray', '--version'], project).trim()).toBe(version);
  expect(run('npm', ['exec', '--offline', '--', 'talray', 'doctor'], project)).toContain('Everything that is needed is here.');
});

it('has a manifest that publint finds nothing against', async () => {
  const { messages } = await publint({ pkgDir: join(project, 'node_modules', 'talray'), pack: false, strict: true });
  expect(messages).toEqual([]);
});
