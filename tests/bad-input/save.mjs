// Loads the model in a folder, trains it on, and saves it there; says how that ended. Run where files cannot grow.
import { Adam } from '../../dist/ts/optimizers/index.js';
import { meanSquaredError } from '../../dist/ts/losses/index.js';
import { Sequential } from '../../dist/ts/train/index.js';

const [, , path] = process.argv;
const model = await Sequential.load(path);
model.compile({ optimizer: new Adam(0.1), loss: meanSquaredError });
await model.trainOnBatch([Array.from({ length: 64 }, (_, i) => i / 64)], [Array.from({ length: 64 }, () => 1)]);
const ended = await model.save(path).then(
  () => ({ saved: true }),
  ({ name, code, message }) => ({ name, code, message }),
);
console.log(JSON.stringify(ended));
