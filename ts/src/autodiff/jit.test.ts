// jit over sizes that differ from call to call: one plan with symbols, and no wrong number where code reads a size.
import { describe, expect, it } from 'vitest';
import { concat, grad, jit, matmul, memory, mul, reshape, scan, softmax, sub, type Tensor, tensor, Variable } from '../index.js';
import { meanSquaredError } from '../losses/index.js';
import { Dense, relu } from '../nn/index.js';
import { Adam } from '../optimizers/index.js';
import { Sequential } from '../train/index.js';
import { fits, patternOf } from './sizes.js';

const rows = (n: number, columns = 3): Tensor =>
  tensor(Array.from({ length: n }, (_, i) => Array.from({ length: columns }, (_, k) => Math.sin(i + 2 * k))));

/** `fn` counted: how often it was recorded. */
function counted<R>(fn: (x: Tensor) => R): { fn: (x: Tensor) => R; count: () => number } {
  let n = 0;
  return {
    fn: (x) => {
      n += 1;
      return fn(x);
    },
    count: () => n,
  };
}

describe('a size that is seen with a second value', () => {
  const cases: [string, (x: Tensor) => Tensor][] = [
    ['elementwise', (x) => mul(x, 2).add(1)],
    [
      'a product and a mean',
      (x) =>
        matmul(x, tensor([[1], [2], [3]]))
          .square()
          .mean(),
    ],
    ['softmax over the other axis', (x) => softmax(x).sum({ axis: 0 })],
    [
      'a mean over the axis itself',
      (x) =>
        sub(x, x.mean({ axis: 0 }))
          .square()
          .sum({ axis: 1 }),
    ],
    [
      'reshape with a rest',
      (x) =>
        reshape(x, [-1, 1])
          .mul(reshape(x, [1, -1]))
          .sum(),
    ],
    ['concat with itself', (x) => concat([x, x], { axis: 0 }).sum({ axis: 1 })],
    ['a gradient', (x) => grad((w: Tensor) => matmul(x, w).square().mean())(tensor([[1], [2], [3]]))],
  ];
  for (const [name, fn] of cases) {
    it(`is a symbol in ${name}: later sizes replay`, async () => {
      const { fn: body, count } = counted(fn);
      const step = jit(body as (x: Tensor) => Tensor);
      for (const n of [8, 5, 13, 2, 8, 40]) {
        const [got, want] = [step(rows(n)), fn(rows(n))];
        expect(got.shape).toEqual(want.shape);
        const [a, b] = [await got.data(), await want.data()];
        expect(a.length).toBe(b.length);
        a.forEach((v, i) => expect(Number(v)).toBeCloseTo(Number(b[i]), 4));
      }
      expect(count()).toBe(2);
    });
  }

  it('is recorded for each value where the code reads it, and is right', async () => {
    const { fn, count } = counted((x: Tensor) => {
      const n = x.shape[0] as number;
      return reshape(x, [n * 3])
        .mul(1 / n)
        .sum();
    });
    const step = jit(fn as (x: Tensor) => Tensor);
    for (const n of [8, 5, 13, 5, 8]) {
      expect(await step(rows(n)).item()).toBeCloseTo(Number(await rows(n).sum().item()) / n, 5);
    }
    // 8; 5 with a symbol (given up) and without; 13.
    expect(count()).toBe(4);
  });

  it('is read by no accident where the code catches the refusal', async () => {
    const step = jit((x: Tensor) => {
      let n = 1;
      try {
        n = x.shape[0] as number;
      } catch {
        n = 1;
      }
      return x.sum().mul(n);
    });
    for (const n of [4, 6, 9]) expect(await step(rows(n)).item()).toBeCloseTo(Number(await rows(n).sum().item()) * n, 4);
  });

  it('of 1 is not taken for another', async () => {
    const table = rows(3);
    const step = jit((x: Tensor) => x.add(table));
    expect(step(rows(3)).shape).toEqual([3, 3]);
    expect(step(rows(1)).shape).toEqual([3, 3]);
    expect(() => step(rows(2))).toThrow(/sizes 2 and 3/);
    expect(await step(rows(1)).array()).toEqual(await rows(1).add(table).array());
  });

  it('is right along and across a scan, and in its gradient', async () => {
    const along = (x: Tensor) => scan((c: Tensor, row: Tensor) => [c.add(row), c.mul(row)] as const, tensor([0, 0, 0]), x)[1];
    const across = (x: Tensor) => scan((c: Tensor, row: Tensor) => [c.add(row), c] as const, x.mean({ axis: 1 }), x.transpose())[0];
    const slope = (x: Tensor) => grad((w: Tensor) => along(x.mul(w)).square().sum())(tensor([1, 2, 3]));
    for (const fn of [along, across, slope]) {
      const step = jit(fn as (x: Tensor) => Tensor);
      for (const n of [3, 5, 4, 9]) {
        const [got, want] = [await step(rows(n)).data(), await fn(rows(n)).data()];
        expect(got.length).toBe(want.length);
        got.forEach((v, i) => expect(Number(v)).toBeCloseTo(Number(want[i]), 3));
      }
    }
  });

  it('assigns variables', async () => {
    const total = new Variable(tensor([0, 0, 0]));
    const step = jit((x: Tensor) => {
      total.assign(total.value.add(x.sum({ axis: 0 })));
      return x.mean();
    });
    let want = [0, 0, 0];
    for (const n of [8, 5, 13]) {
      step(rows(n)).dispose();
      const part = (await rows(n).sum({ axis: 0 }).array()) as number[];
      want = want.map((v, i) => v + part[i]!);
    }
    ((await total.array()) as number[]).forEach((v, i) => expect(v).toBeCloseTo(want[i]!, 4));
  });
});

describe('fit', () => {
  it('over batches of many sizes makes few plans', async () => {
    let recordings = 0;
    const counting = (x: Tensor): Tensor => {
      recordings++;
      return relu(x);
    };
    const model = new Sequential([new Dense(8, { activation: counting }), new Dense(1)]);
    model.compile({ optimizer: new Adam(0.02), loss: meanSquaredError });
    const batch = (n: number) => ({ x: rows(n), y: rows(n, 1) });
    await model.trainOnBatch(batch(32).x, batch(32).y);
    await model.trainOnBatch(batch(20).x, batch(20).y);
    const [before, handles] = [recordings, memory().handles];
    for (let n = 2; n < 60; n++) await model.trainOnBatch(batch(n).x, batch(n).y);
    expect(recordings).toBe(before);
    expect(memory().handles - handles).toBeLessThan(300);
  });

  it('with a smaller last batch gives what a model that records each size gives', async () => {
    const weights = async (jitted: boolean): Promise<unknown> => {
      const model = new Sequential([
        new Dense(8, { activation: relu, kernelInitializer: { make: (shape: readonly number[]) => rows(shape[0]!, shape[1]!) } as never }),
        new Dense(1, { kernelInitializer: { make: (shape: readonly number[]) => rows(shape[0]!, shape[1]!) } as never }),
      ]);
      model.compile({ optimizer: new Adam(0.02), loss: meanSquaredError, jit: jitted });
      await model.fit(rows(50), rows(50, 1), { batchSize: 16, epochs: 3, verbose: 0, shuffle: false });
      return Promise.all(model.getWeights().map((w) => w.array()));
    };
    const [recorded, plain] = (await Promise.all([weights(true), weights(false)])) as [number[][], number[][]];
    recorded.flat(3).forEach((v, i) => expect(v).toBeCloseTo(plain.flat(3)[i] as number, 4));
  });
});

describe('patterns of sizes', () => {
  it('have one symbol for what was equal in both calls', () => {
    expect(patternOf([8, 3, 8, 1], [5, 3, 5, 1])).toEqual([-1, 3, -1, 1]);
    expect(patternOf([8, 3, 7], [5, 3, 5])).toEqual([-1, 3, -2]);
    expect(patternOf([8, 3], [8, 3])).toBeUndefined();
    expect(patternOf([8, 1], [8, 2])).toBeUndefined();
  });

  it('fit equal sizes of at least 2', () => {
    expect(fits([-1, 3, -1], [9, 3, 9])).toBe(true);
    expect(fits([-1, 3, -1], [9, 3, 8])).toBe(false);
    expect(fits([-1, 3], [9, 4])).toBe(false);
    expect(fits([-1, 3], [1, 3])).toBe(false);
  });
});

describe('a plan that keeps every bit', () => {
  const x = rows(40, 7);
  const bits = async (t: Tensor): Promise<Uint32Array> => new Uint32Array((await t.data()).slice().buffer);
  const third = (t: Tensor): Tensor => t.div(3);

  it('divides as the op alone does, and may multiply where exact is false', async () => {
    expect(await bits(jit(third)(x))).toEqual(await bits(third(x)));
    expect(await bits(jit(third, { exact: true })(x))).toEqual(await bits(third(x)));
    const loose = jit(third, { exact: false })(x);
    expect(await bits(loose)).not.toEqual(await bits(third(x)));
    const far = Array.from(await third(x).data(), Number);
    Array.from(await loose.data(), Number).forEach((near, i) =>
      expect(Math.abs(near - far[i]!)).toBeLessThanOrEqual(2 ** -23 * Math.abs(far[i]!)),
    );
  });

  it('sums products in the order of the copy that was recorded', async () => {
    const y = rows(7, 300);
    const fn = (a: Tensor): Tensor => matmul(y.transpose().mul(1), a.transpose().mul(1));
    expect(await bits(jit(fn)(x))).toEqual(await bits(fn(x)));
    const loose = jit(fn, { exact: false });
    expect(jit(fn).explain(x)).toContain('fused[');
    expect(loose.explain(x)).not.toContain('fused[');
    const far = Array.from(await fn(x).data(), Number);
    Array.from(await loose(x).data(), Number).forEach((near, i) => expect(near).toBeCloseTo(far[i]!, 5));
  });

  it('takes the turns of a recurrent layer once, as they are without a plan', async () => {
    const [steps, w] = [tensor(Float32Array.from({ length: 60 }, (_, i) => Math.cos(i))).reshape([5, 4, 3]), rows(3, 3)];
    const loss = (w: Tensor): Tensor => {
      const [state, states] = scan(
        (state: Tensor, x: Tensor): [Tensor, Tensor] => {
          const next = state.matmul(w).add(x).tanh();
          return [next, next];
        },
        tensor(new Float32Array(12)).reshape([4, 3]),
        steps,
      );
      return state.square().sum().add(states.mean());
    };
    const slope = jit(grad(loss));
    expect(slope.explain(w).match(/= scan/g)).toHaveLength(2);
    expect(await bits(slope(w))).toEqual(await bits(grad(loss)(w)));
  });
});
