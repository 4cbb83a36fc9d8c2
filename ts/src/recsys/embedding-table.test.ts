import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { setSeed, type Tensor, tensor } from '../index.js';
import { Constant, Dense, Embedding, type Layer } from '../nn/index.js';
import { meanSquaredError } from '../losses/index.js';
import { Adadelta, Adagrad, Adam, Adamax, AdamW, Ftrl, Lamb, Lion, Nadam, RMSprop, SGD } from '../optimizers/index.js';
import type { AnyOptimizer } from '../optimizers/any.js';
import { Model } from '../train/index.js';
import { EmbeddingTable, keysOf, lookupGroup } from './embedding-table.js';

class Net extends Model<Tensor, Tensor> {
  static override readonly type = 'Net';
  readonly rows: Layer;
  readonly out = new Dense(1, { kernelInitializer: new Constant(0.3) });
  constructor(kind: string) {
    super();
    this.kind = kind;
    const initializer = new Constant(0.1);
    this.rows =
      kind === 'dense'
        ? new Embedding(50, 4, { update: 'lazy', embeddingsInitializer: initializer })
        : new EmbeddingTable({ dim: 4, initializer, ...(kind === 'array' ? { vocabulary: 50 } : {}) });
  }
  readonly kind: string;
  override args() {
    return [this.kind];
  }
  override call(x: Tensor, { training }: { training: boolean }) {
    return this.out.apply((this.rows.apply(x, { training }) as Tensor).mean({ axis: 1 }));
  }
}

/** As `Net`, with a lookup for the first key of a row and another for the others. */
class Twice extends Model<Tensor, Tensor> {
  readonly rows = new EmbeddingTable({ dim: 4, initializer: new Constant(0.1) });
  readonly out = new Dense(1, { kernelInitializer: new Constant(0.3) });
  override call(x: Tensor, { training }: { training: boolean }) {
    const first = this.rows.lookup(x.slice([0, 0], [8, 1]), { training });
    const rest = this.rows.lookup(x.slice([0, 1], [8, 2]), { training, pooling: 'sum' });
    return this.out.apply(first.add(rest).div(3));
  }
}

const keys = (seed: number) =>
  tensor(
    Int32Array.from({ length: 24 }, (_, i) => (i * 7 + seed * 5) % 13),
    { shape: [8, 3] },
  );
const targets = tensor(
  Float32Array.from({ length: 8 }, (_, i) => Math.sin(i)),
  { shape: [8, 1] },
);

async function train(net: Net, steps: number, from = 0): Promise<number[]> {
  const losses: number[] = [];
  for (let i = from; i < from + steps; i++) losses.push(await net.trainOnBatch(keys(i), targets));
  return losses;
}

function compiled(kind: string, optimizer: AnyOptimizer, jit = true): Net {
  const net = new Net(kind);
  net.compile({ optimizer, loss: meanSquaredError, jit });
  return net;
}

const table = (net: Net) => net.rows as EmbeddingTable;
const rules: Record<string, () => AnyOptimizer> = {
  SGD: () => new SGD(0.1, { momentum: 0.9, nesterov: true }),
  Adagrad: () => new Adagrad(0.1),
  RMSprop: () => new RMSprop(0.01),
  Adam: () => new Adam(0.01),
  'Adam with AMSGrad': () => new Adam(0.01, { amsgrad: true }),
  AdamW: () => new AdamW(0.01),
  Adamax: () => new Adamax(0.01),
  Nadam: () => new Nadam(0.01),
  Adadelta: () => new Adadelta(1),
  Ftrl: () => new Ftrl(0.1),
  Lion: () => new Lion(0.01),
  Lamb: () => new Lamb(0.01),
  'a clipped norm': () => new Adam(0.01, { clipnorm: 0.05 }),
  'a clipped global norm': () => new SGD(0.1, { globalClipnorm: 0.05 }),
};

describe('an embedding table', () => {
  for (const [name, optimizer] of Object.entries(rules)) {
    test(`trains to the numbers of a lazily updated Embedding by ${name}`, async () => {
      const [want, hash, array] = await Promise.all(['dense', 'hash', 'array'].map((kind) => train(compiled(kind, optimizer()), 6)));
      want!.forEach((loss, i) => {
        expect(hash![i]).toBeCloseTo(loss, 5);
        expect(array![i]).toBeCloseTo(loss, 5);
      });
      expect(want!.at(-1)).toBeLessThan(want![0]!);
    });
  }

  test('trains to the same numbers step by step without a recording', async () => {
    expect(await train(compiled('hash', new Adam(0.01), false), 4)).toEqual(await train(compiled('hash', new Adam(0.01)), 4));
  });

  test('sums what several lookups of one step say of a row', async () => {
    const once = compiled('hash', new Adagrad(0.1));
    const twice = new Twice();
    twice.compile({ optimizer: new Adagrad(0.1), loss: meanSquaredError });
    const x = keys(1);
    for (let i = 0; i < 3; i++) expect(await twice.trainOnBatch(x, targets)).toBeCloseTo(await once.trainOnBatch(x, targets), 5);
    expect(twice.rows.rows).toBe(13);
  });

  test('grows by the keys of training alone', async () => {
    const net = compiled('hash', new Adam(0.01));
    await net.predict(keys(0));
    expect(table(net).rows).toBe(0);
    await train(net, 1);
    expect(table(net).rows).toBe(13);
    await net.evaluate({ x: tensor(new Int32Array(24).fill(999), { shape: [8, 3] }), y: targets });
    expect(table(net).rows).toBe(13);
  });

  test('stays as it was when a step fails', async () => {
    const net = compiled('hash', new Adam(0.01));
    await train(net, 1);
    const before = await table(net).export();
    const bad = tensor(new Float32Array(8).fill(Number.NaN), { shape: [8, 1] });
    await expect(net.trainOnBatch(tensor(new Int32Array(24).fill(77), { shape: [8, 3] }), bad)).rejects.toMatchObject({ code: 'NUMERIC' });
    const after = await table(net).export();
    expect(await after.keys.array()).toEqual(await before.keys.array());
    expect(await after.vectors.array()).toEqual(await before.vectors.array());
    await train(net, 1, 1);
  });

  test('goes on to the bit after being saved and loaded', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'talray-table-'));
    const net = compiled('hash', new Adam(0.01));
    await train(net, 3);
    await net.save(folder);
    const loaded = await Net.load(folder);
    expect(table(loaded).rows).toBe(13);
    loaded.compile({ optimizer: new Adam(0.01), loss: meanSquaredError });
    expect(await train(loaded, 3, 3)).toEqual(await train(net, 3, 3));
    await net.save(folder);
    expect((await readdir(folder)).filter((name) => name.startsWith('table-'))).toHaveLength(1);
  });

  test('refuses an altered file, and names it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'talray-table-'));
    const net = compiled('hash', new Adam(0.01));
    await train(net, 1);
    await net.save(folder);
    const name = (await readdir(folder)).find((file) => file.startsWith('table-'))!;
    const bytes = await readFile(join(folder, name));
    await writeFile(join(folder, name), bytes.subarray(0, bytes.length - 1));
    await expect(Net.load(folder)).rejects.toMatchObject({ code: 'FORMAT', message: expect.stringContaining(name) });
  });

  test('is looked up with others in one call, pooled', async () => {
    const a = new EmbeddingTable({ dim: 2, name: 'a', initializer: new Constant(1) });
    const b = new EmbeddingTable({ dim: 1, name: 'b', vocabulary: 5, initializer: new Constant(2) });
    const out = lookupGroup([
      { table: a, keys: [1, 2n, 3] },
      { table: b, keys: tensor([0, 4, 1, 1, 2], { dtype: 'i32' }), offsets: tensor([0, 2, 2, 5], { dtype: 'i32' }) },
    ]);
    expect(await out.array()).toEqual([
      [1, 1, 4],
      [1, 1, 0],
      [1, 1, 6],
    ]);
    await expect(b.lookup([5]).array()).rejects.toMatchObject({ code: 'OPTION', message: expect.stringContaining('vocabulary') });
    expect(await b.lookup([4]).array()).toEqual([[2]]);
  });

  test('starts from vectors of its own, and the same after the same seed', async () => {
    const first = async (table: EmbeddingTable) => (await table.lookup([7, 8]).array()) as number[][];
    setSeed(3);
    const [a, b] = [await first(new EmbeddingTable({ dim: 3 })), await first(new EmbeddingTable({ dim: 3 }))];
    expect(a).not.toEqual(b);
    expect(a[0]).not.toEqual(a[1]);
    setSeed(3);
    expect(await first(new EmbeddingTable({ dim: 3 }))).toEqual(a);
    expect(await first(new EmbeddingTable({ dim: 3 }))).toEqual(b);
    // A name is a stream of its own, whatever was drawn before.
    const named = await first(new EmbeddingTable({ dim: 3, name: 'users' }));
    expect(await first(new EmbeddingTable({ dim: 3, name: 'users' }))).toEqual(named);
  });

  test('takes 42 and 42n as one key, and refuses what is no safe integer', async () => {
    expect(await keysOf([42, 42n]).array()).toEqual([42n, 42n]);
    expect(() => keysOf([2 ** 53])).toThrow(/safe integer/);
  });
});
