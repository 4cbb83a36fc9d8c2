// Loads the model with an embedding table in a folder, and then trains it and saves it there again and again, a line before
// each save. Run to be killed meanwhile.
import { tensor } from '../../dist/ts/index.js';
import { meanSquaredError } from '../../dist/ts/losses/index.js';
import { Adam } from '../../dist/ts/optimizers/index.js';
import { EmbeddingTable } from '../../dist/ts/recsys/index.js';
import { Sequential } from '../../dist/ts/train/index.js';

const [, , path] = process.argv;
const model = await Sequential.load(path, { classes: [EmbeddingTable] });
model.compile({ optimizer: new Adam(0.1), loss: meanSquaredError });
const keys = tensor(
  Int32Array.from({ length: 4096 }, (_, i) => i),
  { shape: [1024, 4] },
);
const targets = tensor(new Float32Array(1024).fill(1), { shape: [1024, 1] });
for (;;) {
  await model.trainOnBatch(keys, targets);
  console.log('saving');
  await model.save(path);
}
