// Square f32 matrix products through the TypeScript API, their results read: GFLOP/s.

import { scope, tensor } from 'talray';
import { main } from '../protocol.mjs';

await main({
  options: { size: { type: 'string', default: '512' } },
  params: ({ size }) => ({ size: Number(size) }),
  make:
    () =>
    ({ size }) => {
      const matrix = () =>
        tensor(
          Float32Array.from({ length: size * size }, () => Math.random() - 0.5),
          { shape: [size, size] },
        );
      const [a, b] = [matrix(), matrix()];
      const step = () => scope(() => a.matmul(b).dataSync()[0]);
      return { step, value: (seconds) => (2 * size ** 3) / seconds / 1e9, unit: 'GFLOP/s' };
    },
});
