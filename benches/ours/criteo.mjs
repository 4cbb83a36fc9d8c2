// Wide & Deep and DLRM on Criteo-shaped rows, written with layers and optimizers as a user would: rows a second.
// The 26 tables are one with offsets, as talray/recsys has them; Adagrad moves the rows that a batch touches, Adam the dense weights.

import { concat, dotInteraction, expandDims, gradients, jit, mean, scope, sigmoidCrossEntropy, tensor } from 'talray';
import { BatchNormalization, Dense, Embedding, Layer, RandomUniform, relu } from 'talray/nn';
import { Adagrad, Adam } from 'talray/optimizers';
import { main } from '../protocol.mjs';
import { batches, CARDINALITIES, criteo, DENSE } from './recipe.mjs';

const DIM = 16;
const FIELDS = CARDINALITIES.length;

/** Dense layers with relu between; `norm` puts batch normalisation behind each relu. */
class Tower extends Layer {
  constructor(units, { norm = false, last = 'linear' } = {}) {
    super();
    this.layers = units.flatMap((n, i) => {
      const linear = last === 'linear' && i === units.length - 1;
      return [
        new Dense(n, linear ? {} : { activation: relu }),
        ...(norm && !linear ? [new BatchNormalization({ epsilon: 1e-3, momentum: 0.99 })] : []),
      ];
    });
  }
  call(x, { training }) {
    return this.layers.reduce((value, layer) => layer.apply(value, { training }), x);
  }
}

const ROWS = CARDINALITIES.reduce((a, b) => a + b);
/** Where each field's rows begin in the common table. */
const OFFSETS = CARDINALITIES.map((_, f) => CARDINALITIES.slice(0, f).reduce((a, b) => a + b, 0));

const table = (dim) =>
  new Embedding(ROWS, dim, { update: 'lazy', embeddingsInitializer: new RandomUniform({ minval: -0.05, maxval: 0.05 }) });

class WideDeep extends Layer {
  constructor() {
    super();
    this.vectors = table(DIM);
    this.wide = table(1);
    this.first = new Dense(1024, { activation: relu });
    this.deep = new Tower([512, 256, 1]);
  }
  call({ dense, ids }) {
    const first = this.first.applyToIds(this.vectors, ids, dense, { training: true });
    return this.deep.apply(first, { training: true }).add(this.wide.apply(ids).sum({ axis: 1 }));
  }
}

class Dlrm extends Layer {
  constructor() {
    super();
    this.vectors = table(DIM);
    this.bottom = new Tower([512, 256, 64, DIM], { norm: true, last: 'relu' });
    this.top = new Tower([512, 256, 1]);
  }
  call({ dense, ids }) {
    const bottom = this.bottom.apply(dense, { training: true });
    const all = concat([this.vectors.apply(ids), expandDims(bottom, 1)], { axis: 1 });
    return this.top.apply(concat([dotInteraction(all), bottom], { axis: 1 }), { training: true });
  }
}

/** Runs the benchmark of `name`: 'wdl' or 'dlrm'. */
export const bench = (name) =>
  main({
    options: { batch: { type: 'string', default: '512' } },
    params: ({ batch }) => ({ batch: Number(batch) }),
    make: () => {
      const model = name === 'wdl' ? new WideDeep() : new Dlrm();
      const optimizers = { tables: new Adagrad(0.01, { initialAccumulatorValue: 0.1 }), dense: new Adam(1e-3) };
      let step;
      return ({ batch }) => {
        const fed = batches(criteo, batch).map(({ dense, ids, label }) => ({
          dense: tensor(dense, { shape: [batch, DENSE] }),
          ids: tensor(
            ids.map((id, k) => id + OFFSETS[k % FIELDS]),
            { shape: [batch, FIELDS] },
          ),
          label: tensor(label, { shape: [batch, 1] }),
        }));
        if (step === undefined) {
          // Builds the weights, so that they can be divided between the optimizers.
          scope(() => model.call({ dense: fed[0].dense, ids: fed[0].ids }));
          const rows = [model.vectors, ...(model.wide ? [model.wide] : [])].flatMap((layer) => layer.trainableWeights);
          const rest = model.trainableWeights.filter((weight) => !rows.includes(weight));
          step = jit(({ dense, ids, label }) => {
            const loss = mean(sigmoidCrossEntropy(model.call({ dense, ids }), label));
            const grads = gradients(loss, [...rows, ...rest]);
            optimizers.tables.apply(grads.slice(0, rows.length), rows);
            optimizers.dense.apply(grads.slice(rows.length), rest);
            return loss;
          });
        }
        let next = 0;
        return {
          step: async () => {
            const loss = step(fed[next++ % fed.length]);
            const value = await loss.item();
            loss.dispose();
            return value;
          },
          value: (seconds) => batch / seconds,
          unit: 'rows/s',
        };
      };
    },
  });
