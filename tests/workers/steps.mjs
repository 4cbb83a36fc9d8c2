// A worker thread with an engine state of its own: trains without end, or computes what it is asked for.
import { parentPort, workerData } from 'node:worker_threads';
import { jit, matmul, memory, mul, sub, tensor, Variable } from '../../dist/ts/index.js';

const { task, size, seed } = workerData;
const numbers = (n) => Float32Array.from({ length: n }, (_, i) => Math.sin(i + seed) / 10);

if (task === 'train') {
  const w = new Variable(tensor(numbers(size * size)).reshape([size, size]), { name: 'w' });
  const step = jit((x) => {
    const y = matmul(x, w.value);
    w.assign(sub(w.value, mul(matmul(x, y, { transposeA: true }), 1e-6)));
    return y.square().mean();
  });
  const x = tensor(numbers(size * size)).reshape([size, size]);
  parentPort.postMessage('ready');
  // Several steps are under way at any time, so that the worker ends in the middle of one.
  for (;;) {
    const losses = Array.from({ length: 4 }, () => step(x));
    await losses[3].item();
    for (const loss of losses) loss.dispose();
    parentPort.postMessage('step');
  }
} else if (task === 'compute') {
  const a = tensor(numbers(size * size)).reshape([size, size]);
  const product = jit((x) => matmul(x, x).sum({ axis: 0 }));
  let last;
  for (let i = 0; i < 20; i++) {
    const result = product(a);
    last = await result.data();
    result.dispose();
  }
  parentPort.postMessage({ last, handles: memory().handles });
}
