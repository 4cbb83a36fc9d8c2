// npm run sizes: what a page would load. A line for each artifact with its bytes and its bytes under brotli; exit code 1
// where one is over its bar.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { rolldown } from 'rolldown';
import { root, setUp } from './steps.mjs';
import { wasm } from './wasm.mjs';

/** Bytes as a server would send them. */
function compressed(parts) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return parts.reduce((sum, part) => sum + brotliCompressSync(part, { params }).length, 0);
}

/** The files of the WebAssembly engine, without its declarations. */
function engine() {
  const folder = join(root, 'dist', 'wasm');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(wasm|js)$/.test(name));
  return names.map((name) => readFileSync(join(folder, name)));
}

/** A program over the package, bundled and minified, without what Node itself brings. */
async function bundle(program) {
  const bundling = await rolldown({
    input: 'program',
    cwd: root,
    external: /^node:/,
    plugins: [{ name: 'program', resolveId: (id) => (id === 'program' ? id : null), load: (id) => (id === 'program' ? program : null) }],
    resolve: { conditionNames: ['default', 'import'] },
  });
  const { output } = await bundling.generate({ minify: true });
  return output.filter(({ type }) => type === 'chunk').map(({ code }) => Buffer.from(code));
}

/** All entry points of the package. */
function entries() {
  const folders = readdirSync(join(root, 'dist', 'ts')).filter((name) => existsSync(join(root, 'dist', 'ts', name, 'index.js')));
  return ['talray', ...folders.map((name) => `talray/${name}`)];
}

delete process.env.TALRAY_BACKEND;
await setUp();
const why = await wasm();
const whole = await bundle(
  entries()
    .map((entry, i) => `export * as part${i} from '${entry}';`)
    .join('\n'),
);
const matmul = await bundle("import { matmul, tensor } from 'talray'; matmul(tensor([[1]]), tensor([[2]])).data().then(console.log);");
const artifacts = [
  ...(why === undefined ? [{ name: 'core WebAssembly', parts: engine(), most: 1_500_000 }] : []),
  { name: 'TypeScript, all entry points', parts: whole, most: 150_000 },
  { name: 'TypeScript, a program that multiplies', parts: matmul, most: compressed(whole) / 3 },
];

let over = 0;
for (const { name, parts, most } of artifacts) {
  const [bytes, brotli] = [parts.reduce((sum, part) => sum + part.length, 0), compressed(parts)];
  const fits = brotli <= most;
  if (!fits) over += 1;
  console.log(`${name}: ${bytes} bytes, ${brotli} bytes brotli, at most ${Math.floor(most)}${fits ? '' : ': TOO LARGE'}`);
}
if (why !== undefined) console.log(`core WebAssembly: left out, ${why}`);
process.exit(over === 0 ? 0 : 1);
