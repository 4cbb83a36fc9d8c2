import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['talray-source', 'node'] },
  ssr: { resolve: { conditions: ['talray-source', 'node'] } },
  test: { include: ['ts/src/**/*.test.ts', 'tests/**/*.test.ts'], testTimeout: 60_000, pool: 'forks', maxWorkers: 2 },
});
