// Every metric over two batches against Keras; exact and grouped AUC against pairs counted by hand.
import { describe, expect, it } from 'vitest';
import { close, goldens, type GoldenArray, tensorOf } from '../testing/golden.js';
import { tensor } from '../index.js';
import * as metrics from './index.js';

interface Case {
  metric: string;
  options: Record<string, unknown>;
  batches: [GoldenArray, GoldenArray, GoldenArray | null][];
  want: GoldenArray | number;
}

const classes = metrics as unknown as Record<string, new (...args: unknown[]) => metrics.Metric>;

describe('metrics give what Keras gives', () => {
  for (const [i, c] of goldens<Case>('metrics').entries()) {
    it(`${c.metric} ${JSON.stringify(c.options)} (${i})`, async () => {
      const { value, ...options } = c.options;
      const metric = value === undefined ? new classes[c.metric]!(options) : new classes[c.metric]!(value, options);
      for (let round = 0; round < 2; round++) {
        for (const [y, p, w] of c.batches) metric.updateState(tensorOf(y), tensorOf(p), w ? tensorOf(w) : undefined);
        await close(metric.result(), c.want, 1e-5);
        metric.reset();
      }
    });
  }
});

describe('exactAuc', () => {
  it('counts pairs, ties half', () => {
    // Positives .8 and .5, negatives .5 and .1: pairs won 1, 1, ½, 1 of 4.
    expect(metrics.exactAuc([1, 0, 1, 0], [0.8, 0.5, 0.5, 0.1])).toBeCloseTo(3.5 / 4, 12);
    expect(metrics.exactAuc([1, 1], [0.1, 0.2])).toBeNaN();
  });
});

describe('GroupedAuc', () => {
  it('weighs groups by size and leaves out those of one class', async () => {
    const metric = new metrics.GroupedAuc({ group: (x: { user: string[] }) => x.user });
    const user = ['a', 'a', 'b', 'b', 'b', 'c'];
    await metric.updateState({
      x: { user },
      yTrue: tensor([1, 0, 1, 0, 0, 1]),
      yPred: tensor([0.9, 0.1, 0.3, 0.4, 0.2, 0.5]),
      sampleWeight: undefined,
    });
    expect(metric.result()).toBeCloseTo((2 * 1 + 3 * 0.5) / 5, 12);
  });
});
