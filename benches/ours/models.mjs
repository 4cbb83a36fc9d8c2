// Small training steps of every kind of layer, as a user would write them: what memory is measured on.

import { gradients, jit, mean, scope, square, sub, tensor } from 'talray';
import { BatchNormalization, Conv2D, Dense, Embedding, Flatten, GRU, LSTM, MaxPooling2D, MultiHeadAttention, relu } from 'talray/nn';
import { Adam } from 'talray/optimizers';
import { Tower } from 'talray/recsys';

const numbers = (shape) =>
  tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i)),
    { shape },
  );
const ids = (shape, below) =>
  tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 7919) % below),
    { shape },
  );

/** One layer after another. */
const chain = (layers) => ({ layers, forward: (x) => layers.reduce((value, layer) => layer.apply(value, { training: true }), x) });

function attention() {
  const [mixed, last] = [new MultiHeadAttention(4, 16), new Dense(1)];
  return { layers: [mixed, last], forward: (x) => last.apply(mixed.apply([x, x], { training: true })) };
}

function embedding(fields, dim) {
  const [vectors, deep, last] = [new Embedding(20_000, dim, { update: 'lazy' }), new Tower([256, 128]), new Dense(1)];
  return {
    layers: [vectors, deep, last],
    forward: (x) => last.apply(deep.apply(vectors.apply(x).reshape([-1, fields * dim]), { training: true })),
  };
}

/** By name: `batch` rows of what the model reads (`x`) and should give (`y`), its layers, and how they are applied. */
const kinds = {
  /** The deep part of Wide & Deep on Criteo's columns. */
  tower: (batch = 512) => ({ ...chain([new Tower([1024, 512, 256]), new Dense(1)]), x: numbers([batch, 429]), y: numbers([batch, 1]) }),
  convolution: (batch = 64) => {
    const convolved = (filters) => [
      new Conv2D(filters, 3, { padding: 'same', activation: relu }),
      new BatchNormalization(),
      new MaxPooling2D(),
    ];
    const layers = [...convolved(16), ...convolved(32), new Flatten(), new Dense(10)];
    return { ...chain(layers), x: numbers([batch, 28, 28, 3]), y: numbers([batch, 10]) };
  },
  lstm: (batch = 64) => ({ ...chain([new LSTM(64), new Dense(1)]), x: numbers([batch, 50, 32]), y: numbers([batch, 1]) }),
  gru: (batch = 64) => ({ ...chain([new GRU(64), new Dense(1)]), x: numbers([batch, 50, 32]), y: numbers([batch, 1]) }),
  attention: (batch = 32) => ({ ...attention(), x: numbers([batch, 64, 64]), y: numbers([batch, 64, 1]) }),
  embedding: (batch = 512) => ({ ...embedding(26, 16), x: ids([batch, 26], 20_000), y: numbers([batch, 1]) }),
};

/** Names of the models. */
export const names = Object.keys(kinds);

/** The recorded training step of a model by Adam on the squared error, with what it is fed. */
export function training(name, batch) {
  const { layers, forward, x, y } = kinds[name](batch);
  // Builds the weights.
  scope(() => {
    forward(x);
  });
  const weights = layers.flatMap((layer) => layer.trainableWeights);
  const optimizer = new Adam(1e-3);
  const step = jit((x, y) => {
    const loss = mean(square(sub(forward(x), y)));
    optimizer.apply(gradients(loss, weights), weights);
    return loss;
  });
  return { step, x, y };
}
