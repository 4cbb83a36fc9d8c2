import { describe, expect, it } from 'vitest';
import { spawnSync } from 'node:child_process';
import { checkEnvironment, unreadVariables } from './environment.js';

describe('the environment', () => {
  it('is accepted where variables are unset or hold what the engine knows', () => {
    checkEnvironment({});
    for (const backend of ['native', 'wasm']) checkEnvironment({ TALRAY_BACKEND: backend });
    for (const level of ['portable', 'avx2', 'avx512']) checkEnvironment({ TALRAY_SIMD: level, TALRAY_THREADS: '8' });
  });

  it.each([
    { TALRAY_SIMD: 'avx-2' },
    { TALRAY_SIMD: '' },
    { TALRAY_BACKEND: 'webassembly' },
    { TALRAY_THREADS: '0' },
    { TALRAY_THREADS: 'two' },
    { TALRAY_THREADS: '-1' },
    { TALRAY_THREADS: '1.5' },
  ])('is refused for %j, which would otherwise be ignored', (environment) => {
    const [[name, value]] = Object.entries(environment) as [[string, string]];
    expect(() => checkEnvironment(environment)).toThrow(expect.objectContaining({ code: 'OPTION' }));
    expect(() => checkEnvironment(environment)).toThrow(new RegExp(`${name}: expected .*received '${value}'`));
  });

  it('may hold variables that begin as ours do and that nothing reads', () => {
    expect(unreadVariables({ TALRAY_THREADS: '2', PATH: '', TALRAY_THREAD: '2', talray_simd: 'avx2', MY_TALRAY: '' })).toEqual([
      'TALRAY_THREAD',
      'talray_simd',
    ]);
  });

  it('is looked at before an engine is made', () => {
    const index = new URL('../../../dist/ts/index.js', import.meta.url).href;
    const program = `import('${index}').catch((e) => console.log(e.code, e.message))`;
    const { stdout } = spawnSync(process.execPath, ['-e', program], {
      encoding: 'utf8',
      env: { ...process.env, TALRAY_SIMD: 'sse9' },
    });
    expect(stdout).toMatch(/OPTION .*TALRAY_SIMD: expected one of portable, avx2, avx512, received 'sse9'/);
  });
});
