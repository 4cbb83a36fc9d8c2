// npm test: sets up, builds, runs every Rust and TypeScript test, and adds up: `N passed, N failed, N skipped`.

import { spawn } from 'node:child_process';
import { addon, dependencies, root, step, tool, typescript } from './steps.mjs';

step('dependencies', dependencies);
step('native add-on', addon);
step('TypeScript', typescript);

const total = { passed: 0, failed: 0, skipped: 0 };

/** Runs a program, shows what it prints, and adds what its lines count. */
function count(name, command, args, read) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const own = { passed: 0, failed: 0, skipped: 0 };
    let rest = '';
    const lines = (chunk) => {
      process.stdout.write(chunk);
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) read(line, own);
    };
    child.stdout.setEncoding('utf8').on('data', lines);
    child.stderr.setEncoding('utf8').on('data', (chunk) => process.stderr.write(chunk));
    child.on('close', (code) => {
      read(rest, own);
      if (code !== 0 && own.failed === 0) own.failed = 1;
      for (const key of Object.keys(total)) total[key] += own[key];
      console.log(`target ${name}: ${own.passed} passed, ${own.failed} failed, ${own.skipped} skipped`);
      resolve();
    });
    child.on('error', (e) => {
      console.error(`${command} cannot be started: ${e.message}`);
    });
  });
}

await count('rust', 'cargo', ['test', '--release', '--workspace', '--no-fail-fast'], (line, own) => {
  const m = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
  if (m === null) return;
  own.passed += Number(m[1]);
  own.failed += Number(m[2]);
  own.skipped += Number(m[3]);
});

await count(
  'node',
  process.execPath,
  [tool('vitest').replace(/\.bin.vitest(\.cmd)?$/, 'vitest/vitest.mjs'), 'run', '--reporter=default'],
  (line, own) => {
    const m = /^\s*Tests\s+(.*)\(\d+\)/.exec(line);
    if (m === null) return;
    const of = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(m[1])?.[1] ?? 0);
    own.passed += of('passed');
    own.failed += of('failed');
    own.skipped += of('skipped') + of('todo');
  },
);

console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
