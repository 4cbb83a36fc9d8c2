// Training as a user does it: the three styles, options of fit, stopping and resuming, saving and loading, bad input.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CsvLogger,
  EarlyStopping,
  LambdaCallback,
  LearningRateScheduler,
  ModelCheckpoint,
  ProgressBar,
  ReduceLROnPlateau,
  TerminateOnNaN,
} from '../callbacks/index.js';
import { memory, setSeed, tensor, type Tensor } from '../index.js';
import { binaryCrossentropy, meanSquaredError } from '../losses/index.js';
import { BinaryAccuracy, GroupedAuc, MeanAbsoluteError } from '../metrics/index.js';
import { BatchNormalization, Concatenate, Dense, Dropout, input, L2, type Layer, relu, sigmoid } from '../nn/index.js';
import { Adam, SGD } from '../optimizers/index.js';
import { Model, Sequential } from './index.js';

const rows = 48;
const x = Array.from({ length: rows }, (_, i) => [Math.sin(i), Math.cos(2 * i), ((i * 7) % 5) / 5]);
const y = x.map(([a, b, c]) => [2 * a! - b! + 0.5 * c!]);
const bits = y.map(([v]) => [v! > 0 ? 1 : 0]);
const quiet = { verbose: 0 as const };

function small(): Sequential {
  setSeed(3);
  const model = new Sequential([new Dense(8, { activation: relu }), new Dropout(0.1), new Dense(1)]);
  model.compile({ optimizer: new Adam(0.02), loss: meanSquaredError, metrics: [new MeanAbsoluteError()] });
  return model;
}

const weightsOf = async (model: Layer<never, unknown>): Promise<unknown[]> => Promise.all(model.getWeights().map((w) => w.array()));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-train-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('fit', () => {
  it('makes the loss fall, with validation and history', async () => {
    const history = await small().fit(x, y, { ...quiet, epochs: 20, batchSize: 8, validationSplit: 0.25 });
    expect(history.epochs).toHaveLength(20);
    expect(history.last('loss')!).toBeLessThan(history.history['loss']![0]! / 3);
    expect(Object.keys(history.history)).toEqual(['loss', 'meanAbsoluteError', 'valLoss', 'valMeanAbsoluteError']);
  });

  it('is the same for the same seed', async () => {
    const [a, b] = [small(), small()];
    setSeed(5);
    await a.fit(x, y, { ...quiet, epochs: 2 });
    const first = await weightsOf(a);
    const other = small();
    setSeed(5);
    await other.fit(x, y, { ...quiet, epochs: 2 });
    expect(await weightsOf(other)).toEqual(first);
    expect(b.built).toBe(false);
  });

  it('keeps no handle of a step', async () => {
    const model = small();
    await model.fit(x, y, { ...quiet, epochs: 3, batchSize: 8, validationSplit: 0.25 });
    const before = memory().handles;
    await model.fit(x, y, { ...quiet, epochs: 20, batchSize: 8, validationSplit: 0.25 });
    expect(memory().handles - before).toBeLessThan(20);
  });

  it('takes iterables of batches, and objects', async () => {
    const model = small();
    await model.fit([[x, y], { x, y }], quiet);
    await model.fit({ x, y }, { ...quiet, batchSize: 16 });
    await model.fit(
      (async function* () {
        yield [x, y] as const;
      })(),
      quiet,
    );
    expect(Number(await model.optimizers[0]!.iterations.item())).toBe(2 + 3 + 1);
  });

  it('weighs examples and classes', async () => {
    const model = new Sequential([new Dense(1, { activation: sigmoid })]);
    model.compile({ optimizer: new SGD(0), loss: binaryCrossentropy, weightedMetrics: [new BinaryAccuracy()] });
    const plain = await model.testOnBatch(x, bits);
    const ones = await model.testOnBatch(x, bits, { sampleWeight: bits.map(() => 1) });
    expect(ones['loss']).toBeCloseTo(plain['loss']!, 6);
    const half = await model.trainOnBatch(x, bits, { classWeight: { 0: 0.5, 1: 0.5 } });
    expect(half).toBeCloseTo(plain['loss']! / 2, 6);
  });

  it('adds penalties of regularizers', async () => {
    const model = new Sequential([new Dense(1, { kernelRegularizer: new L2(0.5), useBias: false })]);
    model.compile({ optimizer: new SGD(0), loss: meanSquaredError });
    const { loss } = (await model.testOnBatch(x, y)) as { loss: number };
    const kernel = ((await model.weights[0]!.array()) as number[][]).flat();
    const errors = x.map((row, i) => (row.reduce((sum, v, k) => sum + v * kernel[k]!, 0) - y[i]![0]!) ** 2);
    const penalty = 0.5 * kernel.reduce((sum, w) => sum + w * w, 0);
    expect(loss).toBeCloseTo(errors.reduce((a, b) => a + b, 0) / rows + penalty, 4);
  });

  it('moves parts by optimizers of their own', async () => {
    class Two extends Model<Tensor> {
      readonly wide = new Dense(1);
      readonly deep = new Sequential([new Dense(4), new Dense(1)]);
      override call(features: Tensor): Tensor {
        return this.wide.apply(features).add(this.deep.apply(features));
      }
    }
    const model = new Two();
    model.compile({ optimizer: { wide: new SGD(0), deep: new Adam(0.01) }, loss: meanSquaredError });
    model.buildFor(x);
    const before = await weightsOf(model.wide);
    const deep = await weightsOf(model.deep as never);
    await model.fit(x, y, quiet);
    expect(await weightsOf(model.wide)).toEqual(before);
    expect(await weightsOf(model.deep as never)).not.toEqual(deep);
    expect(() => model.compile({ optimizer: { wide: new SGD() }, loss: meanSquaredError })).toThrow(
      /no optimizer is named for deep\.layers\.0\.kernel/,
    );
  });

  it('names a weight that no gradient reaches', async () => {
    class Lost extends Model<Tensor> {
      readonly used = new Dense(1);
      readonly lost = new Dense(1);
      override call(features: Tensor): Tensor {
        this.lost.apply(features);
        return this.used.apply(features);
      }
    }
    const model = new Lost();
    model.compile({ optimizer: new SGD(), loss: meanSquaredError });
    await expect(model.fit(x, y, quiet)).rejects.toThrow(/no gradient reaches lost\.kernel, lost\.bias/);
  });

  it('stops at a loss that is no number and names the step and the place', async () => {
    const model = small();
    await model.fit(x, y, quiet);
    const bad = x.map((row, i) => (i === 20 ? [Number.NaN, 0, 0] : row));
    await expect(model.fit(bad, y, { ...quiet, batchSize: 16, shuffle: false })).rejects.toMatchObject({
      code: 'NUMERIC',
      message: expect.stringMatching(/no finite number at step 1 of epoch 1, which changed nothing: the feature/) as string,
    });
    expect(((await weightsOf(model as never)) as number[][][]).flat(3).every((w) => Number.isFinite(w))).toBe(true);
    const history = await small().fit(bad, y, { ...quiet, batchSize: 16, shuffle: false, callbacks: [new TerminateOnNaN()] });
    expect(history.stopped).toMatch(/at step 1/);
  });

  it('moves the statistics of BatchNormalization', async () => {
    const model = new Sequential([new BatchNormalization(), new Dense(1)]);
    model.compile({ optimizer: new SGD(0.01), loss: meanSquaredError });
    await model.fit(x, y, { ...quiet, epochs: 3 });
    const [, , mean] = (await weightsOf(model as never)) as number[][];
    expect(mean!.some((v) => v !== 0)).toBe(true);
    expect(model.trainableWeights).toHaveLength(4);
  });

  it('judges by metrics that read predictions', async () => {
    const model = new Sequential([new Dense(1, { activation: sigmoid })]);
    model.compile({ optimizer: new Adam(0.1), loss: binaryCrossentropy, metrics: [new GroupedAuc()] });
    const history = await model.fit(x, bits, { ...quiet, epochs: 10 });
    expect(history.last('groupedAuc')!).toBeGreaterThan(0.9);
  });
});

describe('the functional style', () => {
  it('runs, trains and predicts with several inputs and outputs', async () => {
    const [a, b] = [input([2], { name: 'a' }), input([1], { name: 'b' })];
    const joined = new Concatenate().apply([new Dense(4, { activation: relu }).apply(a), b]);
    const model = new Model({
      inputs: { a, b },
      outputs: { sum: new Dense(1).apply(joined), sign: new Dense(1, { activation: sigmoid }).apply(joined) },
    });
    model.compile({
      optimizer: new Adam(0.02),
      loss: { sum: meanSquaredError, sign: binaryCrossentropy },
      lossWeights: { sum: 1, sign: 0.5 },
      metrics: { sign: [new BinaryAccuracy()] },
    });
    const features = { a: tensor(x.map((row) => row.slice(0, 2))), b: tensor(x.map((row) => row.slice(2))) };
    const history = await model.fit({ x: features, y: { sum: tensor(y), sign: tensor(bits) } }, { ...quiet, epochs: 15 });
    expect(history.last('loss')!).toBeLessThan(history.history['loss']![0]!);
    expect(history.last('signBinaryAccuracy')!).toBeGreaterThan(0.5);
    const predicted = (await model.predict(features as never, { batchSize: 10 })) as unknown as Record<string, Tensor>;
    expect(predicted['sum']!.shape).toEqual([rows, 1]);
    expect(model.summary()).toMatch(/parameters: 24, of which trainable: 24/);
  });

  it('shares a layer that is applied twice', async () => {
    const [a, b] = [input([3]), input([3])];
    const shared = new Dense(2);
    const model = new Model<readonly Tensor[]>({ inputs: [a, b], outputs: new Concatenate().apply([shared.apply(a), shared.apply(b)]) });
    expect(model.weights).toHaveLength(2);
    const out = model.apply([tensor([[1, 2, 3]]), tensor([[1, 2, 3]])]);
    const [row] = (await out.array()) as number[][];
    expect(row!.slice(0, 2)).toEqual(row!.slice(2));
  });

  it('refuses an input that is not among the inputs', () => {
    const [a, b] = [input([1], { name: 'a' }), input([1], { name: 'b' })];
    expect(() => new Model({ inputs: a, outputs: new Concatenate().apply([a, b]) })).toThrow(/input \(b\)/);
  });
});

describe('callbacks', () => {
  it('stop early, with the best weights', async () => {
    const seen: number[] = [];
    const stopping = new EarlyStopping({ monitor: 'loss', patience: 2, minDelta: 100, restoreBestWeights: true });
    const history = await small().fit(x, y, {
      ...quiet,
      epochs: 50,
      callbacks: [stopping, new LambdaCallback({ onEpochEnd: (epoch) => void seen.push(epoch) })],
    });
    expect(seen).toEqual([0, 1, 2]);
    expect(history.stopped).toMatch(/loss did not get better/);
    expect(stopping.bestEpoch).toBe(0);
  });

  it('set the learning rate', async () => {
    const model = small();
    await model.fit(x, y, { ...quiet, epochs: 3, callbacks: [new LearningRateScheduler((_, rate) => rate / 2)] });
    expect(model.optimizers[0]!.learningRate).toBeCloseTo(0.0025, 9);
    await model.fit(x, y, {
      ...quiet,
      epochs: 3,
      callbacks: [new ReduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 100, factor: 0.1 })],
    });
    expect(model.optimizers[0]!.learningRate).toBeCloseTo(0.000025, 9);
  });

  it('write CSV and checkpoints', async () => {
    const model = small();
    const csv = join(folder, 'log.csv');
    await model.fit(x, y, {
      ...quiet,
      epochs: 2,
      callbacks: [
        new CsvLogger(csv),
        new ModelCheckpoint(join(folder, 'best-{epoch}'), { monitor: 'loss', saveBestOnly: true }),
        new ModelCheckpoint(join(folder, 'never'), { monitor: 'loss', saveBestOnly: true, initialValueThreshold: 1e-9 }),
      ],
    });
    const lines = (await readFile(csv, 'utf8')).trim().split('\n');
    expect(lines[0]).toBe('epoch,loss,meanAbsoluteError');
    expect(lines).toHaveLength(3);
    expect(await readdir(join(folder, 'best-1'))).toContain('manifest.json');
    expect(await readdir(folder)).not.toContain('never');
  });

  it('draw a bar on a terminal and lines elsewhere', async () => {
    const write = (isTTY: boolean) => {
      const out: string[] = [];
      return { out, bar: new ProgressBar({ stream: { write: (text: string) => out.push(text), isTTY, columns: 200 }, everyMs: 0 }) };
    };
    const [terminal, plain] = [write(true), write(false)];
    await small().fit(x, y, { epochs: 2, callbacks: [terminal.bar] });
    await small().fit(x, y, { epochs: 2, callbacks: [plain.bar] });
    expect(terminal.out.join('')).toMatch(/epoch 1\/2 .*█.* 1\/2 .*loss .*rows\/s/);
    expect(plain.out).toHaveLength(2);
    expect(plain.out[1]).toMatch(/^epoch 2\/2 {1,2}2\/2 {2}loss [\d.]+ {2}meanAbsoluteError [\d.]+ {2}[\d,]+ rows\/s\n$/);
  });
});

describe('stopping, saving, resuming', () => {
  it('goes on to the bit after an abort, a save and a load', async () => {
    const straight = small();
    setSeed(11);
    const whole = await straight.fit(x, y, { ...quiet, epochs: 4, batchSize: 10, seed: 2 });

    const first = small();
    const stop = new AbortController();
    let steps = 0;
    const abort = new LambdaCallback({
      onTrainStepEnd: () => {
        steps += 1;
        if (steps === 12) stop.abort();
      },
    });
    setSeed(11);
    const part = await first.fit(x, y, { ...quiet, epochs: 4, batchSize: 10, seed: 2, signal: stop.signal, callbacks: [abort] });
    expect(part.stopped).toBe('aborted');
    expect(part.epochs).toEqual([0, 1]);
    const path = join(folder, 'resumed');
    await first.save(path);

    setSeed(99);
    const second = await Sequential.load(path);
    second.compile({ optimizer: new Adam(0.02), loss: meanSquaredError, metrics: [new MeanAbsoluteError()] });
    const rest = await second.fit(x, y, { ...quiet, epochs: 4, batchSize: 10, seed: 2, resume: true });
    expect(await weightsOf(second as never)).toEqual(await weightsOf(straight as never));
    expect(rest.history).toEqual(whole.history);
  });

  it('loads each style and predicts the same', async () => {
    const a = input([3]);
    const functional = new Model({
      inputs: a,
      outputs: new Dense(1).apply(new Dense(4, { activation: relu, kernelRegularizer: new L2(0.1) }).apply(a)),
    });
    for (const [name, model] of [
      ['sequential', small()],
      ['functional', functional],
    ] as const) {
      const before = await (model as Sequential).predict(x);
      const path = join(folder, name);
      await model.save(path);
      const again = (await Model.load(path)) as unknown as Sequential;
      expect(await (await again.predict(x)).array()).toEqual(await before.array());
    }
  });

  it('loads a class of its own by its type', async () => {
    class Own extends Model<Tensor> {
      static override readonly type = 'Own';
      readonly dense = new Dense(2);
      override call(features: Tensor): Tensor {
        return this.dense.apply(features);
      }
    }
    const model = new Own();
    const before = await model.predict(x);
    await model.save(join(folder, 'own'));
    const again = await Own.load(join(folder, 'own'));
    expect(again).toBeInstanceOf(Own);
    expect(await (await again.predict(x)).array()).toEqual(await before.array());
    await expect(Model.load(join(folder, 'own'))).rejects.toThrow(/type Own, which is not known/);
  });

  it('replaces a saved model and leaves no other file', async () => {
    const model = small();
    const path = join(folder, 'twice');
    await model.fit(x, y, quiet);
    await model.save(path);
    await model.fit(x, y, quiet);
    await model.save(path);
    expect((await readdir(path)).sort()).toEqual(['manifest.json', expect.stringMatching(/^model-[0-9a-f]{16}\.safetensors$/)]);
  });

  it('refuses altered, truncated, foreign and newer files, naming them', async () => {
    const path = join(folder, 'damaged');
    const model = small();
    await model.predict(x);
    await model.save(path);
    const file = join(path, (await readdir(path)).find((name) => name.endsWith('.safetensors'))!);
    const bytes = await readFile(file);
    const changed = Uint8Array.from(bytes);
    changed[bytes.length - 1]! ^= 1;
    await writeFile(file, changed);
    await expect(Sequential.load(path)).rejects.toMatchObject({ code: 'FORMAT', message: expect.stringContaining('checksum') as string });
    await writeFile(file, bytes.subarray(0, 100));
    await expect(Sequential.load(path)).rejects.toThrow(/has 100 bytes/);
    await writeFile(file, bytes);
    const manifest = await readFile(join(path, 'manifest.json'), 'utf8');
    await writeFile(join(path, 'manifest.json'), manifest.replace('"version": 1', '"version": 9'));
    await expect(Sequential.load(path)).rejects.toThrow(/saved by a newer one/);
    await expect(Sequential.load(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'IO' });
  });

  it('leaves the old model where saving fails', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'no folder');
    const model = small();
    await model.predict(x);
    await expect(model.save(path)).rejects.toMatchObject({ code: 'IO' });
    expect(await readFile(path, 'utf8')).toBe('no folder');
  });
});

describe('bad input', () => {
  it('that a callback watches is refused before the first step, and validation has its keys', async () => {
    const model = small();
    let steps = 0;
    const counting = new LambdaCallback({
      onTrainStepEnd: () => {
        steps += 1;
      },
    });
    const watching = [
      new EarlyStopping({ monitor: 'valMeanAbsoluteEror' }),
      new ReduceLROnPlateau({ monitor: 'valMeanAbsoluteEror' }),
      new ModelCheckpoint('never', { monitor: 'valMeanAbsoluteEror', saveBestOnly: true }),
    ];
    for (const callback of watching) {
      await expect(model.fit(x, y, { ...quiet, validation: { x, y }, callbacks: [counting, callback] })).rejects.toMatchObject({
        code: 'OPTION',
        message: expect.stringMatching(
          /watches valMeanAbsoluteEror; logs have loss, meanAbsoluteError, valLoss, valMeanAbsoluteError$/,
        ) as string,
      });
    }
    expect(steps).toBe(0);
    await model.fit(x, y, {
      ...quiet,
      validation: { x, y },
      callbacks: [counting, new EarlyStopping({ monitor: 'valMeanAbsoluteError' })],
    });
    expect(steps).toBeGreaterThan(0);
  });

  it('is named', async () => {
    const model = small();
    await expect(model.fit(x, y.slice(1), quiet)).rejects.toMatchObject({
      code: 'SHAPE',
      message: expect.stringMatching(/x has 48 rows, y 47/) as string,
    });
    await expect(model.fit([], quiet)).rejects.toThrow(/no batches/);
    await expect(model.fit(x, y, { ...quiet, batchSize: 0 })).rejects.toThrow(/batchSize/);
    await expect(new Sequential([new Dense(1)]).fit(x, y)).rejects.toThrow(/compile/);
    await expect(model.fit(x, y, { ...quiet, callbacks: [new EarlyStopping()] })).rejects.toThrow(
      /watches valLoss; logs have loss, meanAbsoluteError/,
    );
    await expect(model.fit(x, y, { ...quiet, resume: true })).resolves.toBeDefined();
    // @ts-expect-error a misspelt option does not compile
    await model.fit(x, y, { ...quiet, epoch: 3 });
  });
});
