// A process that is killed while it saves a model with an embedding table leaves a model that loads, whole.
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tensor } from '../../ts/src/index.js';
import { meanSquaredError } from '../../ts/src/losses/index.js';
import { Dense, Flatten } from '../../ts/src/nn/index.js';
import { Adam } from '../../ts/src/optimizers/index.js';
import { EmbeddingTable } from '../../ts/src/recsys/index.js';
import { Sequential } from '../../ts/src/train/index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-killed-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const script = fileURLToPath(new URL('./save-tables.mjs', import.meta.url));
const keys = tensor([[0, 1, 2, 3]], { dtype: 'i32' });
const target = tensor([[1]]);

/** Runs the script on `path` and kills it `after` milliseconds after it began to save for the `turn`-th time. */
async function killedWhileSaving(path: string, turn: number, after: number): Promise<void> {
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, signal) => resolve(signal)));
  let [seen, rest] = [0, ''];
  for await (const text of child.stdout.setEncoding('utf8')) {
    rest += text as string;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    seen += lines.length;
    if (seen >= turn) break;
  }
  await wait(after);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
}

it('leaves the old model or the new one, and the next save clears away what is neither', async () => {
  const path = join(folder, 'model');
  const model = new Sequential([new EmbeddingTable({ dim: 16, name: 'ids' }), new Flatten(), new Dense(1)]);
  model.compile({ optimizer: new Adam(0.1), loss: meanSquaredError });
  await model.trainOnBatch(keys, target);
  await model.save(path);
  // From before the first byte to well behind the last: a save takes some milliseconds.
  for (const [i, after] of [0, 1, 2, 3, 5, 8, 12].entries()) {
    await killedWhileSaving(path, 1 + (i % 3), after);
    const left = await Sequential.load(path, { classes: [EmbeddingTable] });
    const table = left.layers[0] as EmbeddingTable;
    // The table as it was, or with the rows of the script; never one in between.
    expect([4, 4096]).toContain(table.rows);
    const { vectors } = await table.export();
    expect(Array.from(await vectors.data(), Number).every(Number.isFinite)).toBe(true);
  }
  // What a kill between its two last steps leaves, and one while the first file was written.
  await writeFile(join(path, 'model-0123456789abcdef.safetensors.1.part'), 'tal');
  await writeFile(join(path, 'manifest.json.1.tmp'), '{');
  const last = await Sequential.load(path, { classes: [EmbeddingTable] });
  last.compile({ optimizer: new Adam(0.1), loss: meanSquaredError });
  await last.trainOnBatch(keys, target);
  await last.save(path);
  const manifest = await readFile(join(path, 'manifest.json'), 'utf8');
  const names = (await readdir(path)).filter((name) => name !== 'manifest.json');
  expect(names.filter((name) => !manifest.includes(name))).toEqual([]);
}, 60_000);

it('takes no file for saved that is shorter than what it saves', async () => {
  const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')];
  const model = new Sequential([new Dense(1)]);
  model.compile({ optimizer: new Adam(0.1), loss: meanSquaredError });
  await model.trainOnBatch(tensor([[1, 2]]), target);
  await model.save(whole);
  const name = (await readdir(whole)).find((file) => file.endsWith('.safetensors'))!;
  await mkdir(cut);
  await writeFile(join(cut, name), '');
  await model.save(cut);
  expect(await readFile(join(cut, name))).toEqual(await readFile(join(whole, name)));
  await Sequential.load(cut);
});
