// The one-table model with a lazy Adam: milliseconds a step, 26 Zipf ids a row, width 16, 416 -> 64 relu -> 1, batch 2048.

import { gradients, jit, mean, scope, sigmoidCrossEntropy, tensor } from 'talray';
import { Dense, Embedding, Layer, RandomUniform, relu } from 'talray/nn';
import { Adam } from 'talray/optimizers';
import { main } from '../protocol.mjs';
import { batches, oneTable } from './recipe.mjs';

const DIM = 16;
const FIELDS = 26;

class OneTable extends Layer {
  constructor(rows) {
    super();
    this.table = new Embedding(rows, DIM, { update: 'lazy', embeddingsInitializer: new RandomUniform({ minval: -0.05, maxval: 0.05 }) });
    this.hidden = new Dense(64, { activation: relu });
    this.out = new Dense(1);
  }
  call(ids) {
    return this.out.apply(this.hidden.apply(this.table.apply(ids).reshape([ids.shape[0], FIELDS * DIM])));
  }
}

await main({
  options: { batch: { type: 'string', default: '2048' }, rows: { type: 'string', default: '100000' } },
  params: ({ batch, rows }) => ({ batch: Number(batch), rows: Number(rows) }),
  make:
    () =>
    ({ batch, rows }) => {
      const model = new OneTable(rows);
      const fed = batches((start, count) => oneTable(start, count, rows), batch).map(({ ids, label }) => ({
        ids: tensor(ids, { shape: [batch, FIELDS] }),
        label: tensor(label, { shape: [batch, 1] }),
      }));
      scope(() => model.apply(fed[0].ids));
      const adam = new Adam(1e-3);
      const weights = model.trainableWeights;
      const train = jit(({ ids, label }) => {
        const loss = mean(sigmoidCrossEntropy(model.apply(ids), label));
        adam.apply(gradients(loss, weights), weights);
        return loss;
      });
      let next = 0;
      const step = async () => {
        const loss = train(fed[next++ % fed.length]);
        const value = await loss.item();
        loss.dispose();
        return value;
      };
      return { step, value: (seconds) => seconds * 1e3, unit: 'ms' };
    },
});
