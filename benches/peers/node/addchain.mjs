// A chain of 1,000 adds of ten elements in tfjs on its CPU backend, leaves made anew and the result read: microseconds an op.

import { main } from '../../protocol.mjs';

const LENGTH = 1000;

await main({
  make: () => async () => {
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    const step = () =>
      tf.tidy(() => {
        let total = tf.zeros([10]);
        const one = tf.ones([10]);
        for (let i = 0; i < LENGTH; i++) total = tf.add(total, one);
        return total.dataSync()[0];
      });
    return { step, value: (seconds) => (seconds * 1e6) / LENGTH, unit: 'us' };
  },
});
