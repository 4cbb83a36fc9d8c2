// Every layer against Keras with the same weights, and what each layer promises beside its numbers.
import { describe, expect, it } from 'vitest';
import { close, goldens, type GoldenArray, type Precision, tensorOf } from '../../testing/golden.js';
import { gradients, sum, tensor, type Tensor } from '../../index.js';
import { meanSquaredError } from '../../losses/index.js';
import { SGD } from '../../optimizers/index.js';
import * as nn from '../index.js';

interface Case {
  layer: string;
  args: unknown[];
  options: Record<string, unknown>;
  x: GoldenArray | GoldenArray[];
  training: boolean;
  mask: GoldenArray | null;
  weights: GoldenArray[];
  want: GoldenArray;
  after: GoldenArray[];
}

type Made = nn.Layer<never, Tensor>;
const classes = nn as unknown as Record<string, new (...args: unknown[]) => Made>;
const known = new Map(
  Object.values(nn)
    .filter((value) => typeof value === 'function' && 'type' in value && typeof value.type === 'string')
    .map((value) => [(value as unknown as nn.LayerClass).type, value as unknown as nn.LayerClass]),
);

const activations = nn as unknown as Record<string, nn.ActivationFunction>;

function make({ layer, args, options }: Case, dtype: Precision): Made {
  const { activation, inner, innerOptions, ...rest } = options;
  const own = { ...rest, dtype, ...(activation ? { activation: activations[activation as string] } : {}) };
  const given = args.map((arg) => (typeof arg === 'string' ? activations[arg] : arg));
  const first = inner ? [new classes[inner as string]!(given[0], { ...(innerOptions as object), dtype })] : given;
  return new classes[layer]!(...first, own);
}

const inputs = (c: Case, dtype: Precision): Tensor | Tensor[] =>
  Array.isArray(c.x) ? c.x.map((part) => tensorOf(part, dtype)) : tensorOf(c.x, dtype);
const run = (layer: Made, c: Case, dtype: Precision): Tensor =>
  layer.apply(inputs(c, dtype) as never, {
    training: c.training,
    ...(c.mask ? { mask: tensorOf(c.mask, 'bool') } : {}),
  }) as unknown as Tensor;

// Keras rounds the scale of attention and the constants of gelu (the only activation here) to f32.
const ROUNDED = new Set(['MultiHeadAttention', 'Activation']);

describe.each([
  ['f32', 1e-4],
  ['f64', 1e-12],
] as const)('layers give what Keras gives in %s', (dtype, tolerance) => {
  for (const [i, c] of goldens<Case>('layers', dtype).entries()) {
    it(`${c.layer} ${JSON.stringify(c.options)} (${i})`, async () => {
      const layer = make(c, dtype);
      const shapes = Array.isArray(c.x) ? c.x.map((part) => part.shape) : c.x.shape;
      const bound = ROUNDED.has(c.layer) ? Math.max(tolerance, 1e-6) : tolerance;
      layer.ensureBuilt(shapes);
      expect(layer.weights.map((weight) => weight.shape)).toEqual(c.weights.map((weight) => weight.shape));
      layer.setWeights(c.weights.map((weight) => tensorOf(weight, dtype)));
      await close(run(layer, c, dtype), c.want, bound);
      for (const [k, weight] of layer.weights.entries()) await close(weight.value, c.after[k]!, tolerance);
      expect(layer.outputShape(shapes)).toEqual(c.want.shape);
    });

    it(`${c.layer} is made again from its config, and every weight gets a gradient (${i})`, async () => {
      const layer = make(c, dtype);
      const again = nn.decodeLayer(JSON.parse(JSON.stringify(nn.encodeLayer(layer))) as nn.LayerConfig, known) as unknown as Made;
      run(again, c, dtype);
      again.setWeights(c.weights.map((weight) => tensorOf(weight, dtype)));
      const y = run(again, c, dtype);
      const grads = gradients(sum(y.mul(y)), again.trainableWeights);
      await close(y, c.want, 1e-4);
      expect(grads.map((grad) => grad !== null)).toEqual(again.trainableWeights.map(() => true));
    });
  }
});

describe('Layer', () => {
  it('computes in f64 where asked', () => {
    const layer = new nn.Dense(2, { dtype: 'f64' });
    expect(layer.apply([[1, 2, 3]]).dtype).toBe('f64');
    expect(layer.kernel.dtype).toBe('f64');
  });

  it('keeps f32 weights under a mixed policy', () => {
    const layer = new nn.Dense(2, { dtype: { variable: 'f32', compute: 'bf16' } });
    expect(layer.apply([[1, 2, 3]]).dtype).toBe('bf16');
    expect(layer.kernel.dtype).toBe('f32');
  });

  it('names weights by path, in arrays and Maps too', () => {
    class Two extends nn.Layer {
      readonly list = [new nn.Dense(1), new nn.Dense(1)];
      readonly map = new Map([['a', new nn.Dense(1)]]);
      call(x: Tensor): Tensor {
        return this.map.get('a')!.apply(this.list[1]!.apply(this.list[0]!.apply(x)));
      }
    }
    const layer = new Two();
    layer.apply([[1, 2]]);
    expect([...layer.weightsByPath().keys()]).toEqual([
      'list.0.kernel',
      'list.0.bias',
      'list.1.kernel',
      'list.1.bias',
      'map.a.kernel',
      'map.a.bias',
    ]);
  });

  it('leaves frozen layers out of the trainable weights', () => {
    const layer = new nn.Bidirectional(new nn.GRU(2));
    layer.apply([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(layer.trainableWeights).toHaveLength(6);
    layer.forwardLayer.trainable = false;
    expect(layer.trainableWeights).toHaveLength(3);
    expect(layer.nonTrainableWeights).toHaveLength(3);
  });

  it('hands a mask from Embedding through to pooling', async () => {
    const embedding = new nn.Embedding(5, 1, { maskZero: true, embeddingsInitializer: new nn.Constant([10, 1, 2, 3, 4]) });
    const y = new nn.GlobalAveragePooling1D().apply(embedding.apply(tensor([[1, 3, 0, 0]], { dtype: 'i32' })));
    expect(((await y.array()) as number[][])[0]![0]).toBeCloseTo(2, 6);
  });

  it('drops and scales in training only', async () => {
    const layer = new nn.Dropout(0.5);
    const x = tensor(new Float32Array(1000).fill(1));
    expect([...((await layer.apply(x).data()) as Float32Array)].every((v) => v === 1)).toBe(true);
    const kept = [...((await layer.apply(x, { training: true }).data()) as Float32Array)];
    expect(kept.every((v) => v === 0 || v === 2)).toBe(true);
    expect(kept.filter((v) => v === 2).length).toBeGreaterThan(350);
  });

  it("adds an activity regularizer's penalty of the output to the loss, also when made again", async () => {
    const make = () => new nn.Dense(1, { kernelInitializer: new nn.Constant(2), activityRegularizer: new nn.L2(0.5) });
    const again = nn.decodeLayer(JSON.parse(JSON.stringify(nn.encodeLayer(make()))) as nn.LayerConfig, known) as unknown as nn.Dense;
    for (const layer of [make(), again]) {
      const model = new nn.Sequential([layer]);
      model.compile({ optimizer: new SGD(0.01), loss: meanSquaredError });
      // The output is 2 and so is the target: 0.5 · 2² is left.
      expect(await model.trainOnBatch([[1]], [[2]])).toBeCloseTo(2, 6);
      expect(((await layer.kernel.array()) as number[][])[0]![0]).toBeLessThan(2);
    }
  });

  it('refuses weights of another shape before setting any', async () => {
    const layer = new nn.Dense(2, { kernelInitializer: new nn.Ones() });
    layer.apply([[1]]);
    expect(() => layer.setWeights([tensor([[5, 5]]), tensor([1])])).toThrow(/bias has shape \[2\]/);
    expect(await layer.kernel.array()).toEqual([[1, 1]]);
  });

  it('applies symbolically, with shapes', () => {
    const x = nn.input([6, 5, 2]);
    const y = new nn.Flatten().apply(new nn.MaxPooling2D().apply(new nn.Conv2D(4, 3, { padding: 'same' }).apply(x)));
    expect(y.shape).toEqual([null, 3 * 2 * 4]);
  });
});
