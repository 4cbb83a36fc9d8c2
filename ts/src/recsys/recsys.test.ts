// Recommenders over small made-up rows: they learn, judge, save, load, and predict rows as they come.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { categorical, cross, fromRows, multiValued, numeric, sequence } from '../data/index.js';
import { setSeed, tensor, type Tensor } from '../index.js';
import { binaryCrossentropy } from '../losses/index.js';
import { Auc, BinaryAccuracy } from '../metrics/index.js';
import { Adam, Ftrl } from '../optimizers/index.js';
import { DLRM, WideAndDeep } from './index.js';

const jobs = ['baker', 'smith', 'clerk', 'nurse'];
const towns = ['north', 'south', 'east'];
const rows = Array.from({ length: 240 }, (_, i) => {
  const [job, town, age] = [jobs[(i * 7) % 4]!, towns[(i * 5) % 3]!, 20 + ((i * 13) % 45)];
  const good = (job === 'baker' && town === 'north') || age > 55 || (job === 'nurse' && town === 'east');
  return { job, town, age, tags: i % 2 ? `${job}|x` : 'x', last: `${town}|${job}`, good: good ? 'yes' : 'no' };
});
const data = () => fromRows(rows, { label: { name: 'good', positive: 'yes' } });
const quiet = { verbose: 0 as const };

function make(): WideAndDeep {
  setSeed(4);
  const model = new WideAndDeep({
    features: [
      numeric('age', { scale: 'standard' }),
      numeric('age', { name: 'ageBucket', buckets: [30, 40, 55] }),
      categorical('job', { dim: 4 }),
      categorical('town', { vocabulary: towns, outOfVocabulary: { extra: 1 } }),
      cross(['job', 'town'], { dim: 4 }),
      multiValued('tags'),
      sequence('last', { maxLength: 2 }),
    ],
    hidden: [16, 8],
    dim: 3,
  });
  model.compile({
    optimizer: { wide: new Ftrl(0.1), deep: new Adam(0.02) },
    loss: binaryCrossentropy,
    metrics: [new Auc(), new BinaryAccuracy()],
  });
  return model;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-recsys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('WideAndDeep', () => {
  it('learns, judges, saves, loads and predicts rows', async () => {
    const model = make();
    const history = await model.fit(data().shuffle({ seed: 1 }).batch(40), { ...quiet, epochs: 12, validation: data().batch(100) });
    expect(history.last('loss')!).toBeLessThan(history.history['loss']![0]! / 2);
    const logs = await model.evaluate(data().batch(100));
    expect(logs['auc']!).toBeGreaterThan(0.97);
    expect(logs['auc']!).toBeCloseTo(history.last('valAuc')!, 6);

    const people = [
      { job: 'baker', town: 'north', age: 30, tags: 'x', last: 'north|baker' },
      { job: 'clerk', town: 'moon', age: 25, tags: '', last: 'south|clerk' },
    ];
    const before = (await (await model.predict(people)).array()) as number[][];
    expect(before[0]![0]!).toBeGreaterThan(0.5);
    expect(before[1]![0]!).toBeLessThan(0.5);
    await model.save(join(folder, 'wide'));
    const again = await WideAndDeep.load(join(folder, 'wide'));
    expect(await (await again.predict(people)).array()).toEqual(before);
  });

  it('resumes to the bit in the middle of an epoch', async () => {
    const epochs = 3;
    const shuffled = () => data().shuffle({ seed: 2 }).batch(50);
    const straight = make();
    await straight.fit(shuffled(), { ...quiet, epochs });
    const stop = new AbortController();
    const part = make();
    let steps = 0;
    const { LambdaCallback } = await import('../callbacks/index.js');
    await part.fit(shuffled(), {
      ...quiet,
      epochs,
      signal: stop.signal,
      callbacks: [new LambdaCallback({ onTrainStepEnd: () => void (++steps === 7 && stop.abort()) })],
    });
    await part.save(join(folder, 'part'));
    const rest = await WideAndDeep.load(join(folder, 'part'));
    rest.compile({
      optimizer: { wide: new Ftrl(0.1), deep: new Adam(0.02) },
      loss: binaryCrossentropy,
      metrics: [new Auc(), new BinaryAccuracy()],
    });
    await rest.fit(shuffled(), { ...quiet, epochs, resume: true });
    const values = async (model: WideAndDeep): Promise<unknown[]> => Promise.all(model.getWeights().map((w) => w.array()));
    expect(await values(rest)).toEqual(await values(straight));
  });

  it('names a column that is not there, and data that it cannot take', async () => {
    const model = make();
    await expect(
      model.fit(fromRows([{ job: 'baker', good: 'yes' }], { label: { name: 'good', positive: 'yes' } }).batch(1), quiet),
    ).rejects.toThrow(/town|age/);
    await expect(make().predict([{ job: 'baker' }])).rejects.toThrow(/fit or adapt/);
  });
});

describe('DLRM', () => {
  it('learns from keys and numbers', async () => {
    setSeed(2);
    const model = new DLRM({ cardinalities: [4, 3], dim: 4, bottom: [8], top: [8] });
    model.compile({ optimizer: new Adam(0.02), loss: binaryCrossentropy });
    const x = {
      dense: tensor(rows.map(({ age }) => [(age - 40) / 12])),
      keys: tensor(
        rows.map(({ job, town }) => [jobs.indexOf(job), towns.indexOf(town)]),
        { dtype: 'i32' },
      ),
    };
    const y: Tensor = tensor(rows.map(({ good }) => [good === 'yes' ? 1 : 0]));
    const history = await model.fit({ x, y }, { ...quiet, epochs: 15 });
    expect(history.last('loss')!).toBeLessThan(history.history['loss']![0]! / 2);
    expect((await model.predict(x)).shape).toEqual([240, 1]);
  });
});
