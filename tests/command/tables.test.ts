// talray inspect and evaluate on a model with embedding tables.

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensor } from '../../ts/src/index.js';
import { meanSquaredError } from '../../ts/src/losses/index.js';
import { Dense, Flatten } from '../../ts/src/nn/index.js';
import { Adam } from '../../ts/src/optimizers/index.js';
import { EmbeddingTable } from '../../ts/src/recsys/index.js';
import { Sequential } from '../../ts/src/train/index.js';
import { census, events, talray } from './run.js';

let folder = '';
let path = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-tables-'));
  path = join(folder, 'model');
  const model = new Sequential([new EmbeddingTable({ dim: 4, name: 'ids' }), new Flatten(), new Dense(1)]);
  model.compile({ optimizer: new Adam(0.01), loss: meanSquaredError });
  const keys = tensor([[1, 2, 3, 2]], { dtype: 'i32' });
  for (let i = 0; i < 2; i++) await model.trainOnBatch(keys, tensor([[1]]));
  await model.save(path);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const rowsFile = async (at: string) => (await readdir(at)).find((name) => name.startsWith('table-'))!;

describe('talray inspect', () => {
  it('shows tables with rows, slots and updates, and checks their files', async () => {
    const { code, out, err } = await talray(['inspect', path]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/layers\.0 +EmbeddingTable +embeddings \[3, 4\] +12\n/);
    expect(out).toMatch(/tables\n {2}layers\.0\.embeddings +open +F32 +\[3, 4\] +momentum velocity +2 updates\n/);
    expect(out).toMatch(/table-0-rows-\w+-[0-9a-f]{8}\.safetensors +[\d,]+ bytes +crc32 [0-9a-f]{8} +ok/);
    const [report] = events((await talray(['inspect', path, '--json'])).out);
    expect(report).toMatchObject({
      tables: [{ name: 'layers.0.embeddings', kind: 'open', dtype: 'f32', rows: 3, dim: 4, slots: ['momentum', 'velocity'], updates: 2 }],
      files: [{ ok: true }, { name: await rowsFile(path), ok: true, crc32: expect.stringMatching(/^[0-9a-f]{8}$/) }],
    });
  });

  it.each([
    ['altered', (bytes: Uint8Array) => bytes.with(bytes.length - 3, bytes.at(-3)! ^ 1), /checksum/],
    ['truncated', (bytes: Uint8Array) => bytes.subarray(0, -1), /has \d+ bytes, its manifest says/],
    ['missing', () => undefined, /cannot be read/],
  ])('finds a file of rows that is %s', async (what, change, problem) => {
    const copy = join(folder, what);
    await cp(path, copy, { recursive: true });
    const name = await rowsFile(copy);
    const bytes = change(Uint8Array.from(await readFile(join(copy, name))));
    await (bytes === undefined ? rm(join(copy, name)) : writeFile(join(copy, name), bytes));
    const { code, out } = await talray(['inspect', copy, '--json']);
    expect(code).toBe(1);
    expect(events(out)[0]).toMatchObject({ files: [{ ok: true }, { name, ok: false, problem: expect.stringMatching(problem) }] });
  });
});

describe('talray evaluate', () => {
  it('says that a model of tensors is not for rows of columns', async () => {
    const { code, err } = await talray(['evaluate', path, join(census, 'adult.test')]);
    expect([code, err]).toEqual([1, expect.stringMatching(/UNSUPPORTED .*takes tensors, not rows of columns/)]);
  });
});
