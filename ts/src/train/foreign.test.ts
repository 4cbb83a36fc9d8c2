// Thousands of changes to a saved model: loading gives a model or a TalrayError, and never takes more memory than it may.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setMemoryLimit, TalrayError, zeros } from '../index.js';
import { meanSquaredError } from '../losses/index.js';
import { BatchNormalization, Dense } from '../nn/index.js';
import { Adam } from '../optimizers/index.js';
import { sha256 } from './folder.js';
import { readSafetensors, tensorTypes } from './safetensors.js';
import { Sequential } from './sequential.js';

let folder = '';
let manifest = '';
let name = '';
let tensors: Uint8Array = new Uint8Array();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-foreign-'));
  const model = new Sequential([new Dense(3), new BatchNormalization(), new Dense(1)]);
  model.compile({ optimizer: new Adam(), loss: meanSquaredError });
  await model.fit(zeros([4, 2]), zeros([4, 1]), { verbose: 0 });
  await model.save(folder);
  manifest = await readFile(join(folder, 'manifest.json'), 'utf8');
  name = (await readdir(folder)).find((file) => file.endsWith('.safetensors'))!;
  tensors = await readFile(join(folder, name));
  setMemoryLimit(2 ** 28);
});
afterAll(async () => {
  setMemoryLimit(0);
  await rm(folder, { recursive: true, force: true });
});

/** A change of some bytes: turned, put in, taken out, repeated, cut off. */
interface Change {
  readonly at: number;
  readonly how: 'set' | 'insert' | 'remove' | 'repeat' | 'cut';
  readonly bytes: Uint8Array;
}

const changes = fc.array(
  fc.record<Change>({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    how: fc.constantFrom('set', 'insert', 'remove', 'repeat', 'cut'),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
  }),
  { minLength: 1, maxLength: 3 },
);

function changed(bytes: Uint8Array, list: readonly Change[], within = 1): Uint8Array {
  return list.reduce((out, { at, how, bytes: own }) => {
    const from = Math.floor(at * within * out.length);
    const [head, tail] = [out.subarray(0, from), out.subarray(from)];
    if (how === 'set') return Buffer.concat([head, own, tail.subarray(own.length)]);
    if (how === 'insert') return Buffer.concat([head, own, tail]);
    if (how === 'remove') return Buffer.concat([head, tail.subarray(own.length)]);
    if (how === 'repeat') return Buffer.concat([head, tail.subarray(0, 20), tail]);
    return head;
  }, bytes);
}

/** Rejections must be ours. */
async function loads(): Promise<void> {
  try {
    (await Sequential.load(folder)).getWeights();
  } catch (error) {
    if (!(error instanceof TalrayError)) throw error;
    expect(['FORMAT', 'IO', 'OPTION', 'SHAPE', 'DTYPE', 'MEMORY', 'UNSUPPORTED']).toContain(error.code);
  }
}

it('reads any change to the manifest as a model or an error', async () => {
  await fc.assert(
    fc.asyncProperty(changes, async (list) => {
      await writeFile(join(folder, 'manifest.json'), changed(Buffer.from(manifest), list));
      await loads();
    }),
    { numRuns: 1500, seed: 1 },
  );
  await writeFile(join(folder, 'manifest.json'), manifest);
});

it('reads any change to tensors as tensors or an error, where checksums do not stand in between', () => {
  fc.assert(
    fc.property(changes, fc.boolean(), (list, inHeader) => {
      const bytes = changed(tensors, list, inHeader ? 0.3 : 1);
      for (const read of [readSafetensors, tensorTypes]) {
        try {
          for (const value of read(bytes, 'file').values()) if ('dispose' in value) value.dispose();
        } catch (error) {
          expect(error).toMatchObject({ name: 'TalrayError', code: 'FORMAT' });
        }
      }
    }),
    { numRuns: 3000, seed: 2 },
  );
});

it('reads a model of changed tensors with right checksums as a model or an error', async () => {
  await fc.assert(
    fc.asyncProperty(changes, async (list) => {
      const bytes = changed(tensors, list, 0.3);
      const own = JSON.parse(manifest) as { files: unknown[] };
      own.files = [{ name, size: bytes.length, sha256: await sha256(bytes) }];
      await writeFile(join(folder, name), bytes);
      await writeFile(join(folder, 'manifest.json'), JSON.stringify(own));
      await loads();
    }),
    { numRuns: 500, seed: 3 },
  );
});
