// Square f32 matrix products in onnxruntime-web or tfjs, both in WebAssembly, their results read: GFLOP/s.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { main } from '../../protocol.mjs';

const require = createRequire(import.meta.url);

/** A field of a protobuf message: text, bytes of a message, or a small number. */
function field(number, value) {
  if (typeof value === 'number') return [number << 3, value];
  const bytes = typeof value === 'string' ? [...Buffer.from(value)] : value;
  const length = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    length.push((rest & 127) | (rest > 127 ? 128 : 0));
    if (rest <= 127) break;
  }
  return [(number << 3) | 2, ...length, ...bytes];
}

/** The ONNX file of `c = MatMul(a, b)` over f32 matrices of any size. */
function model() {
  const value = (name) => {
    const size = (symbol) => field(1, field(2, symbol));
    const type = field(1, [...field(1, 1), ...field(2, [...size('rows'), ...size('columns')])]);
    return [...field(1, name), ...field(2, type)];
  };
  const product = [...field(1, 'a'), ...field(1, 'b'), ...field(2, 'c'), ...field(4, 'MatMul')];
  const graph = [...field(1, product), ...field(2, 'matmul'), ...field(11, value('a')), ...field(11, value('b')), ...field(12, value('c'))];
  return Uint8Array.from([...field(1, 10), ...field(7, graph), ...field(8, field(2, 21))]);
}

async function onnxruntime(a, b, size, threads) {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(model());
  const feeds = { a: new ort.Tensor('float32', a, [size, size]), b: new ort.Tensor('float32', b, [size, size]) };
  return async () => (await session.run(feeds)).c.data[0];
}

async function tfjs(a, b, size, threads) {
  const tf = await import('@tensorflow/tfjs-core');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setThreadsCount(threads);
  wasm.setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist')}/`);
  await tf.setBackend('wasm');
  const [x, y] = [tf.tensor2d(a, [size, size]), tf.tensor2d(b, [size, size])];
  return () => tf.tidy(() => tf.matMul(x, y).dataSync()[0]);
}

await main({
  options: { size: { type: 'string', default: '512' } },
  params: ({ size }) => ({ size: Number(size) }),
  make:
    ({ framework, threads }) =>
    async ({ size }) => {
      const matrix = () => Float32Array.from({ length: size * size }, () => Math.random() - 0.5);
      const start = framework === 'onnxruntime-web' ? onnxruntime : tfjs;
      const step = await start(matrix(), matrix(), size, Number(threads ?? 1));
      return { step, value: (seconds) => (2 * size ** 3) / seconds / 1e9, unit: 'GFLOP/s' };
    },
});
