// The network 10 -> 128 -> 128 -> 5 with tanh, batch 1, in onnxruntime-node (the file that ../mlp.py wrote) or tfjs: microseconds a call.

import { main } from '../../protocol.mjs';

const SIZES = [10, 128, 128, 5];

async function onnxruntime(path) {
  const { default: ort } = await import('onnxruntime-node');
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const x = new ort.Tensor(
    'float32',
    Float32Array.from({ length: SIZES[0] }, (_, i) => -1 + (2 * i) / (SIZES[0] - 1)),
    [1, SIZES[0]],
  );
  return async () => (await session.run({ x })).y.data[0];
}

async function tfjs() {
  const tf = await import('@tensorflow/tfjs-core');
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
  const layers = SIZES.slice(1).map((columns, i) => [tf.randomUniform([SIZES[i], columns], -0.2, 0.2), tf.zeros([columns])]);
  const input = Float32Array.from({ length: SIZES[0] }, (_, i) => -1 + (2 * i) / (SIZES[0] - 1));
  return () =>
    tf.tidy(() => {
      let value = tf.tensor2d(input, [1, SIZES[0]]);
      layers.forEach(([w, b], i) => {
        value = tf.add(tf.matMul(value, w), b);
        if (i < layers.length - 1) value = tf.tanh(value);
      });
      return value.dataSync()[0];
    });
}

await main({
  options: { model: { type: 'string', default: 'mlp.onnx' } },
  make: (values) => async () => {
    const step = values.framework === 'onnxruntime-node' ? await onnxruntime(values.model) : await tfjs();
    return { step, value: (seconds) => seconds * 1e6, unit: 'us' };
  },
});
