// The engine from worker threads: ended in the middle of a step, and shared by several at once.
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { matmul, memory, scope, tensor } from '../../ts/src/index.js';

const script = fileURLToPath(new URL('./steps.mjs', import.meta.url));
const start = (workerData: object): Worker => new Worker(script, { workerData, execArgv: [] });

/** Bytes and buffers that are live once the engine has nothing left to do. */
async function settled(): Promise<{ live: number; buffers: number }> {
  let before = memory();
  for (let i = 0; i < 100; i++) {
    await new Promise((go) => setTimeout(go, 20));
    const now = memory();
    if (now.buffers === before.buffers && now.live === before.live && i > 2) return now;
    before = now;
  }
  return before;
}

describe('a worker that is terminated during a step', () => {
  it('harms nobody and leaves nothing behind, twenty times', async () => {
    const { live, buffers } = await settled();
    for (let i = 0; i < 20; i++) {
      const worker = start({ task: 'train', size: 160, seed: i });
      await once(worker, 'message');
      // Another moment of the step each time.
      await new Promise((go) => setTimeout(go, i));
      expect(await worker.terminate()).toBe(1);
      // The engine goes on for those who are left.
      expect(scope(() => matmul(tensor([[1, 2]]), tensor([[3], [4]])).arraySync())).toEqual([[11]]);
    }
    const after = await settled();
    expect(after.buffers - buffers).toBeLessThanOrEqual(0);
    expect(after.live - live).toBeLessThanOrEqual(0);
  }, 120_000);
});

describe('an engine that several workers share', () => {
  it('gives each its own right results', async () => {
    const size = 96;
    const workers = [1, 2, 3].map((seed) => ({ seed, worker: start({ task: 'compute', size, seed }) }));
    const answers = await Promise.all(
      workers.map(async ({ seed, worker }) => {
        const [answer] = (await once(worker, 'message')) as [{ last: Float32Array; handles: number }];
        await worker.terminate();
        return { seed, ...answer };
      }),
    );
    for (const { seed, last, handles } of answers) {
      const a = tensor(Float32Array.from({ length: size * size }, (_, i) => Math.sin(i + seed) / 10)).reshape([size, size]);
      expect(last).toEqual(await matmul(a, a).sum({ axis: 0 }).data());
      expect(handles).toBeLessThan(10);
    }
  }, 60_000);
});
