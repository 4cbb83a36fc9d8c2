// DotInteraction against products worked out by hand, in each of its four forms.
import { describe, expect, it } from 'vitest';
import { grad, tensor, type Tensor } from '../index.js';
import { DotInteraction, type DotInteractionOptions } from './index.js';

const inputs = () => [
  tensor([
    [1, 2],
    [0, 1],
  ]),
  tensor([
    [
      [3, -1],
      [2, 5],
    ],
    [
      [4, 4],
      [-1, 1],
    ],
  ]),
];

describe('DotInteraction', () => {
  it.each<[DotInteractionOptions, number[][]]>([
    [
      {},
      [
        [1, 12, 1],
        [4, 1, 0],
      ],
    ],
    [
      { selfInteraction: true },
      [
        [5, 1, 10, 12, 1, 29],
        [1, 4, 32, 1, 0, 2],
      ],
    ],
    [
      { skipGather: true },
      [
        [0, 0, 0, 1, 0, 0, 12, 1, 0],
        [0, 0, 0, 4, 0, 0, 1, 0, 0],
      ],
    ],
    [
      { selfInteraction: true, skipGather: true },
      [
        [5, 0, 0, 1, 10, 0, 12, 1, 29],
        [1, 0, 0, 4, 32, 0, 1, 0, 2],
      ],
    ],
  ])('multiplies pairs of vectors with %o', async (options, products) => {
    const layer = new DotInteraction(options);
    const y = layer.apply(inputs());
    expect(await y.array()).toEqual(products);
    expect(layer.outputShape(inputs().map(({ shape }) => shape))).toEqual(y.shape);
  });

  it('gives each vector the sum of its partners as gradient', async () => {
    const [vector, vectors] = inputs() as [Tensor, Tensor];
    const slope = grad((a: Tensor) => new DotInteraction().apply([a, vectors]).sum())(vector);
    expect(await slope.array()).toEqual([
      [5, 4],
      [3, 5],
    ]);
  });

  it('refuses inputs that are not vectors', () => {
    expect(() => new DotInteraction().apply([tensor([1, 2])])).toThrow(/expected inputs \[batch, dim\] or \[batch, k, dim\].*got \[2\]/);
  });
});
