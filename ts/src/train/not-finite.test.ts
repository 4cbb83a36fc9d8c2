// Losses that are no number: training stops with the step and the op where the first NaN or infinity arose.
import { describe, expect, it } from 'vitest';
import { TerminateOnNaN } from '../callbacks/index.js';
import { add, checkFinite, div, exp, jit, log, mul, setDebug, setSeed, sub, type Tensor, tensor, Variable } from '../index.js';
import { meanSquaredError } from '../losses/index.js';
import { Activation, Dense, Dropout, Ones, Zeros } from '../nn/index.js';
import { SGD } from '../optimizers/index.js';
import { failure } from '../testing/failure.js';
import { type Model, Sequential } from './index.js';

const quiet = { verbose: 0 as const };
const y = [[1], [1], [1], [1]];

/** A model whose second layer applies `fn` to x·1, trained by plain SGD. */
function through(fn: (x: Tensor) => Tensor, jitted = true): Model {
  const model = new Sequential([
    new Dense(1, { kernelInitializer: new Ones(), biasInitializer: new Zeros() }),
    new Activation(fn),
    new Dense(1, { kernelInitializer: new Ones() }),
  ]);
  model.compile({ optimizer: new SGD(0.01), loss: meanSquaredError, jit: jitted });
  return model as unknown as Model;
}

const weightsOf = async (model: Model): Promise<unknown[]> => Promise.all(model.getWeights().map((w) => w.array()));

describe('a loss that is no number', () => {
  const causes: [string, (x: Tensor) => Tensor, number[][], string, RegExp][] = [
    [
      'the log of a negative',
      (x) => log(x),
      [[1], [2], [-1], [3]],
      'log',
      /log \(node \d+, of f32\[4,1\]\) gave NaN from finite inputs, recorded in layer layers\.1/,
    ],
    ['0/0', (x) => div(x, x), [[1], [0], [2], [3]], 'div', /div \(node \d+, .*gave NaN from finite inputs, recorded in layer layers\.1/],
    ['an overflow in exp', (x) => exp(x), [[1], [2], [200], [3]], 'exp', /exp \(node \d+, .*gave an infinity from finite inputs/],
    [
      'an infinity that becomes NaN later',
      (x) => sub(exp(x), mul(exp(x), 1)),
      [[1], [2], [200], [3]],
      'exp',
      /exp \(node \d+, .*gave an infinity from finite inputs, which became NaN in sub \(node/,
    ],
  ];

  for (const [cause, fn, x, op, message] of causes) {
    it(`names the op of ${cause}, through trainOnBatch`, async () => {
      const model = through(fn);
      model.buildFor(x);
      const before = await weightsOf(model);
      const error = await failure(() => model.trainOnBatch(x, y));
      expect(error).toMatchObject({ name: 'TalrayError', code: 'NUMERIC', op });
      expect(error.message).toMatch(message);
      expect(await weightsOf(model)).toEqual(before);
    });
  }

  it('names step, epoch, op and layer through fit, and leaves the model as it was after the last good step', async () => {
    const x = [[1], [2], [3], [4], [1], [-1], [1], [1]];
    const good = through((v) => log(v));
    await good.fit(x.slice(0, 4), y, { ...quiet, batchSize: 4, shuffle: false });
    const model = through((v) => log(v));
    const error = await failure(() => model.fit(x, [...y, ...y], { ...quiet, batchSize: 4, shuffle: false }));
    expect(error).toMatchObject({ code: 'NUMERIC', op: 'log' });
    expect(error.message).toMatch(
      /at step 1 of epoch 1, which changed nothing: .*the first op that made one: log .*recorded in layer layers\.1/,
    );
    expect(await weightsOf(model)).toEqual(await weightsOf(good));
    // The model trains on.
    await model.fit(x.slice(0, 4), y, { ...quiet, batchSize: 4 });
  });

  it('ends training with the op as the reason under TerminateOnNaN', async () => {
    const model = through((v) => log(v));
    const history = await model.fit([[1], [2], [-1], [3]], y, {
      ...quiet,
      batchSize: 2,
      shuffle: false,
      callbacks: [new TerminateOnNaN()],
    });
    expect(history.stopped).toMatch(/at step 1: .*first op that made one: log/);
  });

  it('names the op in a model that is not recorded, whose step is undone', async () => {
    const model = through((v) => log(v), false);
    const x = [[1], [2], [-1], [3]];
    model.buildFor(x);
    const before = await weightsOf(model);
    const error = await failure(() => model.trainOnBatch(x, y));
    expect(error).toMatchObject({ code: 'NUMERIC', op: 'log' });
    expect(await weightsOf(model)).toEqual(before);
  });

  it('names a feature or a target that is no number', async () => {
    const model = through((v) => add(v, 1));
    expect((await failure(() => model.trainOnBatch([[1], [Number.NaN], [1], [1]], y))).message).toMatch(
      /the feature itself has values that are not finite/,
    );
    expect((await failure(() => model.trainOnBatch([[1], [1], [1], [1]], [[1], [1], [1 / 0], [1]]))).message).toMatch(/the target itself/);
  });

  it('draws the same random numbers again while it looks', async () => {
    setSeed(1);
    const model = new Sequential([new Dropout(0.5), new Dense(1), new Activation((v) => log(v))]);
    model.compile({ optimizer: new SGD(0.01), loss: meanSquaredError });
    const error = await failure(() => model.trainOnBatch([[-1], [-2], [3], [4]], y));
    expect(error).toMatchObject({ code: 'NUMERIC', op: 'log' });
  });
});

describe('a custom step with a guard', () => {
  it('names the op, leaves its variables, and runs again', async () => {
    const w = new Variable(tensor([2, 3]), { name: 'w' });
    const step = jit((x: Tensor) => {
      const loss = log(mul(w.value, x)).sum();
      w.assign(sub(w.value, mul(x, 0.1)));
      return checkFinite(loss, 'my loss');
    });
    const error = await failure(() => step(tensor([1, -1])).item());
    expect(error).toMatchObject({ code: 'NUMERIC', op: 'log' });
    expect(error.message).toMatch(/my loss is NaN .*first op that made one: log \(node \d+, of f32\[2\]\)/);
    expect(await w.array()).toEqual([2, 3]);
    expect(await step(tensor([1, 1])).item()).toBeCloseTo(Math.log(2) + Math.log(3), 5);
  });

  it('says which argument, variable or captured tensor was not finite to begin with', async () => {
    const w = new Variable(tensor([1, Number.POSITIVE_INFINITY]), { name: 'scale' });
    const step = jit((x: Tensor) => checkFinite(mul(w.value, x).sum(), 'it'));
    expect((await failure(() => step(tensor([1, 1])).item())).message).toMatch(/variable scale .*held an infinity itself/);
    w.assign([1, 1]);
    expect((await failure(() => step(tensor([1, Number.NaN])).item())).message).toMatch(/argument 0 .*held NaN itself/);
  });

  it('names the op when nothing was recorded by jit', async () => {
    const error = await failure(() => checkFinite(log(tensor([-1])), 'x').data());
    expect(error).toMatchObject({ code: 'NUMERIC', op: 'log' });
  });
});

describe('errors found while running', () => {
  it('name op, attributes and node', async () => {
    const ids = tensor([0, 9], { dtype: 'i32' });
    const table = tensor([[1], [2]]);
    const eager = await failure(() => table.gather(ids, { axis: 0 }).data());
    expect(eager).toMatchObject({ code: 'SHAPE', op: 'gather' });
    expect(eager.message).toMatch(/at gather \(node \d+, of f32\[2,1\], i32\[2\]; .*axis=0/);
    const recorded = await failure(() => jit((i: Tensor) => table.gather(i, { axis: 0 }))(ids).data());
    expect(recorded.message).toMatch(/at gather \(node \d+, of f32\[2,1\], i32\[2\]; .*axis=0/);
  });

  it("name the user's line under setDebug(true)", async () => {
    const ids = tensor([0, 9], { dtype: 'i32' });
    const table = tensor([[1], [2]]);
    setDebug(true);
    try {
      const eager = table.gather(ids);
      const step = jit((i: Tensor) => table.gather(i).add(1));
      expect((await failure(() => eager.data())).message).toMatch(/recorded at .*not-finite\.test\.ts:\d+:\d+$/);
      expect((await failure(() => step(ids).data())).message).toMatch(/recorded at .*not-finite\.test\.ts:\d+:\d+$/);
    } finally {
      setDebug(false);
    }
  });
});
