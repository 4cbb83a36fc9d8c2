// The network 10 -> 128 -> 128 -> 5 with tanh, batch 1, called synchronously: microseconds a call, its input made and its output read.

import { jit, scope, tensor } from 'talray';
import { Dense, tanh } from 'talray/nn';
import { main } from '../protocol.mjs';

await main({
  make: () => () => {
    const layers = [new Dense(128, { activation: tanh }), new Dense(128, { activation: tanh }), new Dense(5)];
    const forward = jit((x) => layers.reduce((value, layer) => layer.apply(value), x));
    const input = Float32Array.from({ length: 10 }, (_, i) => -1 + (2 * i) / 9);
    const step = () => scope(() => forward(tensor(input, { shape: [1, 10] })).dataSync()[0]);
    scope(() => layers.reduce((value, layer) => layer.apply(value), tensor(input, { shape: [1, 10] })));
    return { step, value: (seconds) => seconds * 1e6, unit: 'us' };
  },
});
