// One Adam step over 10 million dense f32 parameters (20 arrays of 500,000): milliseconds a step.

import { jit, random, Variable } from 'talray';
import { Adam } from 'talray/optimizers';
import { main } from '../protocol.mjs';

const ARRAYS = 20;
const LENGTH = 500_000;

await main({
  make: () => () => {
    const uniform = () => random.uniform([LENGTH], { low: -0.5, high: 0.5 });
    const weights = Array.from({ length: ARRAYS }, () => new Variable(uniform()));
    const grads = Array.from({ length: ARRAYS }, uniform);
    const adam = new Adam(1e-3, { epsilon: 1e-8 });
    adam.build(weights);
    const update = jit((given) => {
      adam.apply(given, weights);
      return adam.iterations.value;
    });
    const step = async () => {
      const count = update(grads);
      await count.item();
      count.dispose();
    };
    return { step, value: (seconds) => seconds * 1e3, unit: 'ms' };
  },
});
