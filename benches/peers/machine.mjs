// What the figures depend on: processor, SIMD level, cores, load, versions. And which cores a run is held to.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { python } from './setup.mjs';

function output(command, args, options = {}) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], ...options }).trim();
  } catch {
    return '';
  }
}

/** 'avx512', 'avx2', 'neon' or 'none': the widest level that the processor has. */
export function simdLevel() {
  if (process.arch === 'arm64') return 'neon';
  const flags = existsSync('/proc/cpuinfo')
    ? readFileSync('/proc/cpuinfo', 'utf8')
    : output('sysctl', ['-n', 'machdep.cpu.leaf7_features']).toLowerCase();
  if (/\bavx512f\b/.test(flags)) return 'avx512';
  return /\bavx2\b/.test(flags) ? 'avx2' : 'none';
}

/** Whether `taskset` can hold a process to cores here. */
const pins = spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** `count` logical processors on different cores, or undefined where processes cannot be held to cores. */
export function cores(count) {
  if (!pins) return undefined;
  const seen = new Map();
  for (const line of output('lscpu', ['-p=CPU,CORE']).split('\n')) {
    const [cpu, core] = line.split(',');
    if (/^\d+$/.test(cpu) && !seen.has(core)) seen.set(core, cpu);
  }
  const chosen = [...seen.values()].slice(0, count);
  return chosen.length === count ? chosen.join(',') : undefined;
}

/** `[command, args]` held to `threads` cores where that can be done. */
export function pinned(command, args, threads) {
  const list = cores(threads);
  return list === undefined ? [command, args] : ['taskset', ['-c', list, command, ...args]];
}

/** The facts that stand above the table. */
export function facts() {
  const versions = output(python, [
    '-c',
    'from importlib.metadata import version as v; print(", ".join(f"{n} {v(m)}" for n, m in (("TensorFlow", "tensorflow-cpu"), ("PyTorch", "torch"), ("NumPy", "numpy"), ("onnxruntime", "onnxruntime"))))',
  ]);
  return {
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    simd: simdLevel(),
    cores: os.availableParallelism(),
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()} ${process.arch}`,
    node: process.version,
    rust: output('rustc', ['--version']),
    peers: `${versions}, onnxruntime-node 1.30.0, tfjs 4.22.0`,
    commit: output('git', ['rev-parse', '--short', 'HEAD']),
    pinned: pins,
  };
}
