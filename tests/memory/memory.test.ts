// What training takes of memory, measured in processes of their own by the program that the benches run.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../benches/ours/memory.mjs', import.meta.url));

/** The figure of a model on so many threads. */
async function measured(figure: 'peak' | 'growth', model: string, threads: number, batch?: number): Promise<number> {
  const options = ['--figure', figure, '--model', model, ...(batch === undefined ? [] : ['--batch', String(batch)])];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...options, '--seconds', '0.01', '--json'], {
    env: { ...process.env, NODE_OPTIONS: '', TALRAY_THREADS: String(threads) },
  });
  const { value, calls } = JSON.parse(stdout) as { value: number; calls: number };
  expect(calls).toBeGreaterThanOrEqual(3);
  return value;
}

describe('the most bytes that are live during a training step', () => {
  const models = ['tower', 'convolution', 'lstm', 'gru', 'attention', 'embedding'];
  it.each(models.flatMap((model) => [1, 2].map((threads) => [model, threads] as const)))(
    'are at most 1.15 times what it has to hold: %s, threads: %i',
    async (model, threads) => {
      const ratio = await measured('peak', model, threads);
      expect(ratio).toBeGreaterThan(0.3);
      expect(ratio).toBeLessThanOrEqual(1.15);
    },
  );
});

describe('a process that trains', () => {
  it.each([
    ['attention', 2],
    ['embedding', 16],
    ['convolution', 2],
  ])(
    'grows by less than a hundredth over 1,000 steps: %s, rows: %i',
    async (model, batch) => {
      expect(await measured('growth', model, 2, batch)).toBeLessThan(1);
    },
    120_000,
  );
});
