// What is measured: groups of programs that take turns, and the cells (parameters) that each group goes through.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simdLevel } from './machine.mjs';
import { python } from './setup.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const model = join(here, 'mlp.onnx');

const py = (file, framework, mode = 'plain', ...rest) => [
  python,
  [join(here, `${file}.py`), '--framework', framework, '--mode', mode, ...rest],
];
const node = (file, framework, ...rest) => [process.execPath, [join(here, 'node', `${file}.mjs`), '--framework', framework, ...rest]];
const ours = (file, ...rest) => [process.execPath, [join(root, 'benches', 'ours', `${file}.mjs`), ...rest]];
const rust = (workload, ...rest) => [join(root, 'target', 'release', 'talray-bench-peers'), [workload, ...rest]];

/**
 * A group: `name`, `threads`, `programs` (name to command, `ours` among them, with an
 * environment of its own where it has one), `seconds` a turn, `rounds`, and `cells`
 * (`name`, `params`, `unit`, `higher` = whether more is better, and `bar` = what ours is held to where there are no peers).
 */
function group(name, threads, settings) {
  return { name, threads, seconds: 1.5, rounds: 5, env: {}, ...settings };
}

function recommenders(workload, threads) {
  return group(`${workload}.${threads}t`, threads, {
    programs: {
      ours: ours(workload),
      TensorFlow: py(workload, 'tf'),
      'TensorFlow XLA': py(workload, 'tf', 'xla'),
      'TensorFlow fused tables': py(workload, 'tf', 'fused'),
      PyTorch: py(workload, 'torch'),
      'PyTorch compile': py(workload, 'torch', 'compile'),
      'PyTorch fused tables': py(workload, 'torch', 'fused'),
      'PyTorch fused tables, compile': py(workload, 'torch', 'fused-compile'),
    },
    cells: [512, 2048].map((batch) => ({ name: `${workload}.b${batch}.${threads}t`, params: { batch }, unit: 'rows/s', higher: true })),
  });
}

function oneTable(threads) {
  return group(`onetable.${threads}t`, threads, {
    programs: {
      ours: ours('onetable'),
      'TensorFlow scatter ops': py('onetable', 'tf', 'lazy'),
      'PyTorch SparseAdam': py('onetable', 'torch', 'lazy'),
    },
    cells: [1e5, 1e7].map((rows) => ({
      name: `onetable.rows1e${Math.log10(rows)}.${threads}t`,
      params: { batch: 2048, rows },
      unit: 'ms',
      higher: false,
    })),
  });
}

function kerasAdam() {
  return group('onetable.keras.1t', 1, {
    rounds: 3,
    programs: { ours: ours('onetable'), 'Keras Adam, every row': py('onetable', 'tf', 'dense') },
    cells: [1e5, 1e7].map((rows) => ({
      name: `onetable.keras.rows1e${Math.log10(rows)}.1t`,
      params: { batch: 2048, rows },
      unit: 'ms',
      higher: false,
    })),
  });
}

function matmul(threads, isa) {
  const peer = (framework) => py('matmul', framework, 'plain', '--isa', isa);
  return group(`matmul.${isa}.${threads}t`, threads, {
    seconds: 0.6,
    programs: {
      ours: rust('matmul', '--isa', isa),
      NumPy: peer('numpy'),
      PyTorch: peer('torch'),
      // onnxruntime has no switch that holds it to AVX2 on a wider processor.
      ...(isa === simdLevel() ? { onnxruntime: peer('onnxruntime') } : {}),
    },
    cells: [256, 512, 1024, 2048].map((size) => ({
      name: `matmul.${size}.${isa}.${threads}t`,
      params: { size },
      unit: 'GFLOP/s',
      higher: true,
    })),
  });
}

function adam(threads) {
  return group(`adam10m.${threads}t`, threads, {
    seconds: 1,
    programs: {
      ours: ours('adam'),
      'PyTorch foreach': py('adam', 'torch', 'foreach'),
      'PyTorch fused': py('adam', 'torch', 'fused'),
      TensorFlow: py('adam', 'tf'),
      NumPy: py('adam', 'numpy'),
      'copy bandwidth': py('adam', 'numpy', 'copy'),
    },
    // A bandwidth among the times: used by the derived rows, never a peer of its own.
    aside: ['copy bandwidth'],
    cells: [{ name: `adam10m.${threads}t`, params: {}, unit: 'ms', higher: false }],
  });
}

const small = [
  group('addchain', 1, {
    programs: {
      ours: ours('addchain'),
      NumPy: py('addchain', 'numpy'),
      PyTorch: py('addchain', 'torch'),
      'tfjs-cpu': node('addchain', 'tfjs'),
    },
    cells: [{ name: 'addchain', params: {}, unit: 'us', higher: false }],
  }),
  group('mlp', 1, {
    programs: {
      ours: ours('mlp'),
      onnxruntime: py('mlp', 'onnxruntime', 'plain', '--model', model),
      'onnxruntime-node': node('mlp', 'onnxruntime-node', '--model', model),
      NumPy: py('mlp', 'numpy'),
      'PyTorch jit': py('mlp', 'torch'),
      'tfjs-cpu': node('mlp', 'tfjs'),
    },
    cells: [{ name: 'mlp.batch1', params: {}, unit: 'us', higher: false }],
  }),
];

/** Runs with this engine, whatever the group says. */
const on = (backend, [command, args]) => [command, args, { TALRAY_BACKEND: backend }];

/** Our engine in WebAssembly: products against what else multiplies there, a training step against the native add-on. */
const wasm = [
  group('wasm.matmul', 1, {
    seconds: 0.8,
    programs: {
      ours: on('wasm', ours('matmul')),
      'onnxruntime-web': node('matmul', 'onnxruntime-web'),
      'tfjs-wasm': node('matmul', 'tfjs-wasm'),
    },
    cells: [256, 512, 1024, 2048].map((size) => ({ name: `wasm.matmul.${size}`, params: { size }, unit: 'GFLOP/s', higher: true })),
  }),
  group('wasm.wdl', 1, {
    rounds: 3,
    programs: { ours: on('wasm', ours('wdl')), 'our native add-on': on('native', ours('wdl')) },
    cells: [{ name: 'wasm.wdl.b512', params: { batch: 512 }, unit: 'rows/s', higher: true }],
  }),
];

/** A training step whose kernels do nothing: what is left is ours alone. */
const replay = group('replay', 1, {
  seconds: 1,
  programs: { ours: rust('replay') },
  cells: [{ name: 'replay.300', params: { ops: 300 }, unit: 'us', higher: false, bar: 50 }],
});

/** Peak bytes of a training step, against the sum of what it has to hold. */
function peaks(threads) {
  const models = ['tower', 'convolution', 'lstm', 'gru', 'attention', 'embedding'];
  return group(`memory.peak.${threads}t`, threads, {
    seconds: 0.1,
    rounds: 1,
    programs: { ours: ours('memory') },
    cells: models.map((model) => ({
      name: `memory.peak.${model}.${threads}t`,
      params: { figure: 'peak', model },
      unit: 'times',
      higher: false,
      bar: 1.15,
    })),
  });
}

/** How much a process that trains grows over 1,000 steps; one model a process, so that none hides in what another holds. */
function grows(model, batch) {
  return group(`memory.growth.${model}`, 2, {
    seconds: 1,
    rounds: 1,
    programs: { ours: ours('memory') },
    cells: [{ name: `memory.growth.${model}.2t`, params: { figure: 'growth', model, batch }, unit: '%', higher: false, bar: 1 }],
  });
}

/** The SIMD levels at which matmul is compared: the machine's own, and AVX2 where that is wider. */
const levels = simdLevel() === 'avx512' ? ['avx512', 'avx2'] : [simdLevel()];

/** Every group, in the order in which they run. */
export const groups = [
  ...small,
  ...wasm,
  replay,
  peaks(1),
  peaks(2),
  grows('attention', 2),
  grows('embedding', 16),
  grows('lstm', 2),
  ...levels.flatMap((isa) => [matmul(1, isa), matmul(2, isa)]),
  adam(1),
  adam(2),
  recommenders('wdl', 1),
  recommenders('wdl', 2),
  recommenders('dlrm', 1),
  recommenders('dlrm', 2),
  oneTable(1),
  oneTable(2),
  kerasAdam(),
];
