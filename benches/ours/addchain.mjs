// A chain of 1,000 adds of ten elements, leaves made anew and the result read: microseconds an op.

import { scope, tensor } from 'talray';
import { main } from '../protocol.mjs';

const LENGTH = 1000;

await main({
  make: () => () => {
    const zeros = new Float32Array(10);
    const ones = new Float32Array(10).fill(1);
    const step = () =>
      scope(() => {
        let total = tensor(zeros);
        const one = tensor(ones);
        for (let i = 0; i < LENGTH; i++) total = total.add(one);
        return total.dataSync()[0];
      });
    if (step() !== LENGTH) throw new Error('the chain gives a wrong sum');
    return { step, value: (seconds) => (seconds * 1e6) / LENGTH, unit: 'us' };
  },
});
