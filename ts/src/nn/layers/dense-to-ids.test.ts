// A dense layer applied to ids: what it gives, and its gradients, against vectors that are looked up and laid out.
import { describe, expect, it } from 'vitest';
import { concat, type Gradient, gradients, RowGradient, setSeed, sum, tensor, type Tensor } from '../../index.js';
import { Dense, Embedding, relu } from '../index.js';

const ids = tensor(
  [
    [4, 0, 9],
    [4, 1, 3],
    [4, 1, 3],
    [2, 1, 3],
    [0, 1, 9],
  ],
  { dtype: 'i32' },
);
const x = tensor([
  [0.5, -1],
  [0.25, 2],
  [1, 1],
  [-2, 0.125],
  [3, 0],
]);

function parts(numbers = 0): { embedding: Embedding; dense: Dense } {
  setSeed(3);
  const made = { embedding: new Embedding(10, 6), dense: new Dense(5, { activation: relu }) };
  made.embedding.ensureBuilt([5, 3]);
  made.dense.ensureBuilt([5, 18 + numbers]);
  return made;
}

const laidOut = ({ embedding, dense }: ReturnType<typeof parts>, rest?: Tensor): Tensor => {
  const vectors = embedding.apply(ids).reshape([5, 18]);
  return dense.apply(rest === undefined ? vectors : concat([vectors, rest], { axis: 1 }));
};

const whole = (gradient: Gradient): Tensor => (gradient instanceof RowGradient ? gradient.dense() : (gradient as Tensor));

async function close(got: Tensor, wanted: Tensor): Promise<void> {
  expect(got.shape).toEqual(wanted.shape);
  const [a, b] = [await got.data(), await wanted.data()];
  a.forEach((value, i) => expect(Number(value)).toBeCloseTo(Number(b[i]), 5));
}

describe('Dense.applyToIds', () => {
  it.each([undefined, x])('gives what the layer gives for the vectors, and the same gradients', async (rest) => {
    const numbers = rest === undefined ? 0 : 2;
    const [a, b] = [parts(numbers), parts(numbers)];
    const [got, wanted] = [a.dense.applyToIds(a.embedding, ids, rest), laidOut(b, rest)];
    const weights = ({ embedding, dense }: typeof a) => [dense.kernel, dense.bias!, embedding.embeddings];
    const [mine, theirs] = [gradients(sum(got.square()), weights(a)), gradients(sum(wanted.square()), weights(b))];
    await close(got, wanted);
    for (let i = 0; i < 3; i++) await close(whole(mine[i]!), whole(theirs[i]!));
  });

  it('lays vectors out where the table is of another dtype than the layer computes in', async () => {
    setSeed(3);
    const embedding = new Embedding(10, 6);
    const dense = new Dense(5, { dtype: 'f64' });
    const y = dense.applyToIds(embedding, ids, x);
    expect(y.dtype).toBe('f64');
    await close(y, dense.apply(concat([embedding.apply(ids).reshape([5, 18]), x], { axis: 1 })));
  });

  it('names an id outside the table', async () => {
    const { embedding, dense } = parts();
    await expect(dense.applyToIds(embedding, tensor([[1, 10, 0]], { dtype: 'i32' })).data()).rejects.toThrow(/10.*position 1/);
  });
});
