// Moments, ranges and shapes of initializers; orthogonality; penalties and projections.
import { describe, expect, it } from 'vitest';
import { close, goldens, type GoldenArray } from '../../testing/golden.js';
import { conv1d, tensor } from '../../index.js';
import { constraintFrom, MaxNorm, MinMaxNorm, NonNeg, UnitNorm } from '../constraints/index.js';
import { L1, L1L2, L2, OrthogonalRegularizer, regularizerFrom } from '../regularizers/index.js';
import {
  Constant,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  type Initializer,
  initializerFrom,
  LecunNormal,
  LecunUniform,
  Ones,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  STFT,
  TruncatedNormal,
  VarianceScaling,
  Zeros,
} from './index.js';

async function moments(
  initializer: Initializer,
  shape: readonly number[],
): Promise<{ mean: number; variance: number; low: number; high: number }> {
  const values = Array.from((await initializer.make(shape, 'f32').data()) as Float32Array);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, variance, low: Math.min(...values), high: Math.max(...values) };
}

interface Statistics {
  initializer: string;
  options: Record<string, unknown>;
  shape: number[];
  mean: number;
  stddev: number;
  low: number;
  high: number;
}

interface Fixed {
  initializer: string;
  options: Record<string, unknown>;
  shape: number[];
  values: GoldenArray;
}

describe('initializers draw as Keras draws', () => {
  for (const [i, c] of goldens<Statistics | Fixed>('initializers').entries()) {
    it(`${c.initializer} ${JSON.stringify(c.options)} of [${c.shape.join(', ')}] (${i})`, async () => {
      const initializer = initializerFrom({ type: c.initializer, ...c.options });
      expect(initializerFrom(initializer.config()).config()).toEqual(initializer.config());
      if ('values' in c) return close(initializer.make(c.shape, 'f64'), c.values, 1e-6);
      const got = await moments(initializer, c.shape);
      const size = c.shape.reduce((a, b) => a * b, 1);
      // Two samples: six standard errors of a mean, and of a standard deviation, apart at most.
      expect(Math.abs(got.mean - c.mean)).toBeLessThan((8.5 * c.stddev) / Math.sqrt(size));
      expect(Math.abs(Math.sqrt(got.variance) / c.stddev - 1)).toBeLessThan(8.5 / Math.sqrt(2 * size));
      const bounded = !/^RandomNormal$/.test(c.initializer) && c.options['distribution'] !== 'untruncatedNormal';
      if (!bounded) return undefined;
      // Bounds are met from within, nearly: of a truncated normal the outermost draws are rarer.
      expect(Math.abs(got.low - c.low)).toBeLessThan(0.02 * (c.high - c.low));
      expect(Math.abs(got.high - c.high)).toBeLessThan(0.02 * (c.high - c.low));
    });
  }

  it('STFT gives the spectrum of a tone through a convolution', async () => {
    const [steps, bins] = [16, 9];
    const tone = Array.from({ length: steps }, (_, t) => [Math.cos((2 * Math.PI * 3 * t) / steps)]);
    const kernel = new STFT({ window: null, scaling: null }).make([steps, 1, bins], 'f32');
    const spectrum = ((await conv1d(tensor([tone]), kernel).array()) as number[][][])[0]![0]!;
    spectrum.forEach((value, bin) => expect(value).toBeCloseTo(bin === 3 ? steps / 2 : 0, 4));
  });

  it('refuse what has no meaning', () => {
    expect(() => new STFT({ window: 'hat' as never })).toThrow(/no window is called hat; known: boxcar/);
    expect(() => new STFT().make([4, 2, 3], 'f32')).toThrow(/\[steps, 1, bins\].*got \[4, 2, 3\]/);
    expect(() => new STFT({ window: [1, 2] }).make([4, 1, 3], 'f32')).toThrow(/2 values, the kernel 4 steps/);
    expect(() => new VarianceScaling({ inputAxes: [0] })).toThrow(/go together/);
    expect(() => new VarianceScaling({ scale: 0 })).toThrow(/scale must be above 0/);
    expect(() => new GlorotUniform({ inputAxes: [0], outputAxes: [4] }).make([2, 3], 'f32')).toThrow(/axis 4 of a weight \[2, 3\]/);
  });
});

describe('initializers', () => {
  // Variances by definition: 2/(in+out), 2/in, 1/in; a uniform over ±l has l²/3.
  const kernel = [3, 3, 40, 60];
  const [fanIn, fanOut] = [9 * 40, 9 * 60];
  const wanted: [Initializer, number][] = [
    [new GlorotUniform(), 2 / (fanIn + fanOut)],
    [new GlorotNormal(), 2 / (fanIn + fanOut)],
    [new HeUniform(), 2 / fanIn],
    [new HeNormal(), 2 / fanIn],
    [new LecunUniform(), 1 / fanIn],
    [new LecunNormal(), 1 / fanIn],
    [new VarianceScaling({ scale: 3, mode: 'fanOut', distribution: 'untruncatedNormal' }), 3 / fanOut],
    [new RandomNormal({ stddev: 0.2 }), 0.04],
    [new RandomUniform(), 0.05 ** 2 / 3],
    // A normal truncated at ±2 has 0.7737 of its variance.
    [new TruncatedNormal({ stddev: 1 }), 0.7737],
  ];
  for (const [initializer, variance] of wanted) {
    it(`${JSON.stringify(initializer.config())} has its variance`, async () => {
      const got = await moments(initializer, kernel);
      expect(got.variance / variance).toBeGreaterThan(0.95);
      expect(got.variance / variance).toBeLessThan(1.05);
      expect(Math.abs(got.mean)).toBeLessThan(0.05 * Math.sqrt(variance));
      expect(initializerFrom(initializer.config()).config()).toEqual(initializer.config());
    });
  }

  it('GlorotUniform stays within its limit', async () => {
    const { low, high } = await moments(new GlorotUniform(), [50, 70]);
    const limit = Math.sqrt(6 / 120);
    expect(low).toBeGreaterThanOrEqual(-limit);
    expect(high).toBeLessThanOrEqual(limit);
    expect(high).toBeGreaterThan(0.9 * limit);
  });

  it('Orthogonal has orthonormal rows or columns', async () => {
    for (const [rows, columns] of [
      [4, 10],
      [10, 4],
      [6, 6],
    ] as const) {
      const w = new Orthogonal({ gain: 2 }).make([rows, columns], 'f64');
      const product = rows <= columns ? w.matmul(w, { transposeB: true }) : w.matmul(w, { transposeA: true });
      const values = (await product.array()) as number[][];
      values.forEach((row, i) => row.forEach((value, j) => expect(value).toBeCloseTo(i === j ? 4 : 0, 5)));
    }
  });

  it('make constants', async () => {
    expect(await new Zeros().make([2], 'f32').array()).toEqual([0, 0]);
    expect(await new Ones().make([2], 'f64').array()).toEqual([1, 1]);
    expect(await new Constant([1, 2]).make([1, 2], 'f32').array()).toEqual([[1, 2]]);
    expect(await new Identity({ gain: 3 }).make([2, 3], 'f32').array()).toEqual([
      [3, 0, 0],
      [0, 3, 0],
    ]);
    expect(() => new Constant([1, 2]).make([3], 'f32')).toThrow(/expected 3 values/);
  });
});

describe('regularizers', () => {
  const w = tensor([
    [1, -2],
    [3, 4],
  ]);
  it('add what their formulas say', async () => {
    expect(await new L1(0.1).penalty(w).item()).toBeCloseTo(1, 6);
    expect(await new L2(0.1).penalty(w).item()).toBeCloseTo(3, 6);
    expect(await new L1L2({ l1: 0.1, l2: 0.1 }).penalty(w).item()).toBeCloseTo(4, 6);
    // Unit rows (1,−2)/√5 and (3,4)/5 have product −1/√5; one pair, both off-diagonals, halved: 0.01/√5.
    expect(await new OrthogonalRegularizer().penalty(w).item()).toBeCloseTo(0.01 / Math.sqrt(5), 7);
    for (const r of [new L1(), new L2(0.3), new L1L2({ l1: 1 }), new OrthogonalRegularizer({ mode: 'columns' })])
      expect(regularizerFrom(r.config()).config()).toEqual(r.config());
  });
});

describe('constraints', () => {
  const w = tensor([
    [3, -0.3],
    [4, 0.4],
  ]);
  it('project as their formulas say', async () => {
    const rows = async (t: { array(): Promise<unknown> }): Promise<number[]> => ((await t.array()) as number[][]).flat();
    const near = (got: number[], want: number[]): void => got.forEach((value, i) => expect(value).toBeCloseTo(want[i]!, 5));
    near(await rows(new MaxNorm().project(w)), [1.2, -0.3, 1.6, 0.4]);
    near(await rows(new UnitNorm().project(w)), [0.6, -0.6, 0.8, 0.8]);
    near(await rows(new NonNeg().project(w)), [3, 0, 4, 0.4]);
    near(await rows(new MinMaxNorm({ minValue: 1, maxValue: 2, rate: 0.5 }).project(w)), [2.1, -0.45, 2.8, 0.6]);
    for (const c of [new MaxNorm({ axis: 1 }), new UnitNorm(), new NonNeg(), new MinMaxNorm({ rate: 0.5 })])
      expect(constraintFrom(c.config()).config()).toEqual(c.config());
  });
});
