// Every loss against what Keras gives (tests/golden/keras).
import { describe, expect, it } from 'vitest';
import { close, goldens, type GoldenArray, tensorOf } from '../testing/golden.js';
import { tensor } from '../index.js';
import * as losses from './index.js';

interface Case {
  loss: keyof typeof classes;
  options: Record<string, unknown>;
  reduction: string;
  yTrue: GoldenArray;
  yPred: GoldenArray;
  weight: GoldenArray | null;
  want: GoldenArray;
}

const classes = losses as unknown as Record<string, new (options: object) => losses.Loss>;
const reductions: Record<string, losses.Reduction> = {
  none: 'none',
  sum: 'sum',
  sum_over_batch_size: 'sumOverBatchSize',
  mean_with_sample_weight: 'meanWithSampleWeight',
};

// Keras takes the logarithm of 2 in f32.
const ROUNDED = new Set(['LogCosh']);

describe.each([
  ['f32', 2e-5],
  ['f64', 1e-12],
] as const)('losses give what Keras gives in %s', (dtype, tolerance) => {
  for (const [i, c] of goldens<Case>('losses', dtype).entries()) {
    it(`${c.loss} ${JSON.stringify(c.options)} ${c.reduction} (${i})`, async () => {
      const loss = new classes[c.loss]!({ ...c.options, reduction: reductions[c.reduction] });
      const got = loss.apply(tensorOf(c.yTrue, dtype), tensorOf(c.yPred, dtype), c.weight ? tensorOf(c.weight, dtype) : undefined);
      expect(got.dtype).toBe(dtype);
      await close(got, c.want, ROUNDED.has(c.loss) ? Math.max(tolerance, 1e-7) : tolerance);
    });
  }
});

describe('losses', () => {
  it('take [n] targets for [n, 1] predictions', async () => {
    const value = losses.reduceLoss(losses.meanSquaredError, tensor([1, 2]), tensor([[1], [4]]), undefined);
    expect(await value.item()).toBeCloseTo(2, 6);
  });

  it('stay finite at extreme logits', async () => {
    const value = losses.binaryCrossentropy(tensor([[0], [1]]), tensor([[500], [-500]]), { fromLogits: true });
    expect([...((await value.data()) as Float32Array)]).toEqual([500, 500]);
  });
});
