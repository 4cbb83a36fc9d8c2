// Every optimizer against five steps of Keras, dense and with the same gradient as rows; lazy rows; hyper-parameters.
import { describe, expect, it } from 'vitest';
import { close, goldens, type GoldenArray, tensorOf } from '../testing/golden.js';
import { gather, gradients, mul, sum, tensor, Variable } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import { PiecewiseConstantDecay } from '../schedules/index.js';
import { Adam, type AnyOptimizer, optimizerFrom, SGD } from './index.js';

interface Case {
  optimizer: string;
  learningRate: number;
  options: Record<string, unknown>;
  start: GoldenArray[];
  grads: GoldenArray[][];
  want: GoldenArray[][];
}

/** A lookup's gradient: `scales` a step at `ids` of `table`. Keras was given each row once, as it squares duplicates apart. */
interface RowCase {
  optimizer: string;
  learningRate: number;
  options: Record<string, unknown>;
  table: GoldenArray;
  ids: number[][];
  scales: GoldenArray[];
  want: GoldenArray[];
}

type Described = Pick<Case, 'optimizer' | 'learningRate' | 'options'>;

const make = (c: Described, more: object = {}): AnyOptimizer =>
  optimizerFrom({ type: c.optimizer, learningRate: c.learningRate, options: { ...c.options, ...more } } as ThingConfig);

// In f64 Keras still rounds its hyper-parameters to f32: `rounding: 'keras'` does the same.
describe.each([
  ['f32', 2e-5, 'exact'],
  ['f64', 1e-12, 'keras'],
] as const)('optimizers give what Keras gives in %s', (dtype, tolerance, rounding) => {
  for (const [i, c] of goldens<RowCase>('row-gradients', dtype).entries()) {
    it(`${c.optimizer} ${JSON.stringify(c.options)} with the gradient of a lookup (${i})`, async () => {
      const optimizer = make(c, { update: 'dense', rounding });
      const table = new Variable(tensorOf(c.table, dtype), { dtype });
      for (const [step, ids] of c.ids.entries()) {
        const loss = sum(mul(gather(table, tensor(ids, { dtype: 'i32' })), tensorOf(c.scales[step]!, dtype)));
        optimizer.apply(gradients(loss, [table]), [table]);
        await close(table.value, c.want[step]!, tolerance);
      }
    });
  }

  for (const [i, c] of goldens<Case>('optimizers', dtype).entries()) {
    it(`${c.optimizer} ${JSON.stringify(c.options)} (${i})`, async () => {
      const optimizer = make(c, { rounding });
      const variables = c.start.map((array) => new Variable(tensorOf(array, dtype), { dtype }));
      for (const [step, grads] of c.grads.entries()) {
        optimizer.apply(
          grads.map((array) => tensorOf(array, dtype)),
          variables,
        );
        for (const [k, variable] of variables.entries()) await close(variable.value, c.want[step]![k]!, tolerance);
      }
    });

    it(`${c.optimizer} ${JSON.stringify(c.options)} with row gradients (${i})`, async () => {
      const optimizer = make(c, { update: 'dense', rounding });
      const variables = c.start.map((array) => new Variable(tensorOf(array, dtype), { dtype }));
      for (const [step, grads] of c.grads.entries()) {
        const rows = grads.map((array, k) => rowGradient(variables[k]!, tensorOf(array, dtype)));
        optimizer.apply(rows, variables);
        for (const [k, variable] of variables.entries()) await close(variable.value, c.want[step]![k]!, tolerance);
      }
    });
  }
});

/** The gradient `grad` of all rows, each looked up twice with half of it. */
function rowGradient(variable: Variable, grad: ReturnType<typeof tensorOf>) {
  const ids = Array.from({ length: variable.shape[0]! }, (_, i) => i);
  const all = tensor([...ids, ...ids], { dtype: 'i32' });
  const halves = mul(gather(grad, all), 0.5);
  return gradients(sum(mul(gather(variable, all), halves)), [variable])[0]!;
}

describe('optimizers', () => {
  it('leave idle rows alone when lazy', async () => {
    const table = new Variable(
      tensor([
        [1, 1],
        [2, 2],
        [3, 3],
      ]),
    );
    const optimizer = new Adam(0.1, { update: 'lazy' });
    for (const row of [0, 2]) {
      const loss = sum(gather(table, tensor([row, row], { dtype: 'i32' })));
      optimizer.apply(gradients(loss, [table]), [table]);
    }
    const after = (await table.array()) as number[][];
    expect(after[1]).toEqual([2, 2]);
    expect(after[0]![0]).toBeCloseTo(0.9, 4);
  });

  it('move idle rows when dense', async () => {
    const table = new Variable(tensor([[1], [2]]));
    const optimizer = new Adam(0.1);
    for (const row of [0, 1]) optimizer.apply(gradients(sum(gather(table, tensor([row], { dtype: 'i32' }))), [table]), [table]);
    expect(((await table.array()) as number[][])[0]![0]).toBeLessThan(0.9);
  });

  it('take a changed rate and hyper-parameter', async () => {
    const w = new Variable(tensor([1]));
    const optimizer = new SGD(0.5);
    optimizer.apply([tensor([1])], [w]);
    optimizer.learningRate = 0.1;
    optimizer.apply([tensor([1])], [w]);
    expect(((await w.array()) as number[])[0]).toBeCloseTo(0.4, 6);
    expect(optimizer.learningRate).toBe(0.1);
  });

  it('follow a schedule', async () => {
    const w = new Variable(tensor([0]));
    const optimizer = new SGD(new PiecewiseConstantDecay({ boundaries: [1], values: [1, 0.5] }));
    for (let i = 0; i < 3; i++) optimizer.apply([tensor([-1])], [w]);
    expect(((await w.array()) as number[])[0]).toBeCloseTo(2.5, 6);
  });

  it('exclude weights from decay by their path', async () => {
    const [kernel, bias] = [new Variable(tensor([1])), new Variable(tensor([1]))];
    const optimizer = new SGD(0.1, { weightDecay: 0.5, excludeFromWeightDecay: ['bias'] });
    optimizer.build(
      new Map([
        ['dense.kernel', kernel],
        ['dense.bias', bias],
      ]),
    );
    optimizer.apply([tensor([0]), tensor([0])], [kernel, bias]);
    expect(((await kernel.array()) as number[])[0]).toBeCloseTo(0.95, 6);
    expect(((await bias.array()) as number[])[0]).toBe(1);
  });

  it('name a variable that no gradient reaches', () => {
    const w = new Variable(tensor([1]));
    const optimizer = new SGD();
    optimizer.build(new Map([['lost.kernel', w]]));
    expect(() => optimizer.apply([null], [w])).toThrow(/lost\.kernel/);
  });

  it('refuse a learning rate that leads nowhere, and keep the one they have', () => {
    const optimizer = new SGD(0.1);
    for (const rate of [-0.1, Number.NaN, Infinity]) {
      expect(() => new SGD(rate)).toThrow(/learning rate is a number of at least 0.*received/);
      expect(() => (optimizer.learningRate = rate)).toThrow(/learning rate/);
    }
    expect(optimizer.learningRate).toBe(0.1);
  });

  it('refuse two clips', () => {
    expect(() => new SGD(0.1, { clipnorm: 1, clipvalue: 1 })).toThrow(/at most one/);
  });
});
