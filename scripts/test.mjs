// npm test: sets up, builds, runs every Rust and TypeScript test, says what was skipped and why, and adds up:
// `N passed, N failed, N skipped`. A target that crashes before it says how it went counts as one failure.

import { spawn } from 'node:child_process';
import { root, setUp, tool } from './steps.mjs';
import CountReporter from './vitest-count.mjs';
import { wasm } from './wasm.mjs';

delete process.env.TALRAY_BACKEND;
await setUp();
const noWasm = await wasm();

const total = { passed: 0, failed: 0, skipped: 0 };
const why = [];

/** Adds what a target counted, and says it. */
function add(name, own) {
  for (const key of Object.keys(total)) total[key] += own[key];
  why.push(...own.why.map((line) => `${name}: ${line}`));
  console.log(`target ${name}: ${own.passed} passed, ${own.failed} failed, ${own.skipped} skipped`);
}

/** Runs a program, shows what it prints, and adds what `reader` makes of its lines. */
function count(name, command, args, reader, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env, FORCE_COLOR: '0', NO_COLOR: '1', CARGO_TERM_COLOR: 'never' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = (stream, shown, read) => {
      let rest = '';
      stream.setEncoding('utf8').on('data', (chunk) => {
        shown.write(chunk);
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        for (const line of parts) read(line);
      });
      stream.on('end', () => read(rest));
    };
    lines(child.stdout, process.stdout, (line) => reader.out(line));
    lines(child.stderr, process.stderr, (line) => reader.error(line));
    const done = (code) => {
      const own = reader.total();
      if (code !== 0 && own.failed === 0) own.failed = 1;
      add(name, own);
      resolve();
    };
    child.on('close', done);
    child.on('error', (e) => {
      console.error(`${command} cannot be started: ${e.message}`);
      done(1);
    });
  });
}

/** Reads `cargo test`: each target is announced on one stream and judged on the other. */
function cargoReader() {
  const own = { passed: 0, failed: 0, skipped: 0, why: [] };
  let [announced, judged] = [0, 0];
  return {
    out(line) {
      const ignored = /^test (.+) \.\.\. ignored(?:, (.*))?$/.exec(line);
      if (ignored !== null) own.why.push(`${ignored[1]}: ${ignored[2] ?? 'marked #[ignore]'}`);
      const m = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/.exec(line);
      if (m === null) return;
      judged += 1;
      own.passed += Number(m[1]);
      own.failed += Number(m[2]);
      own.skipped += Number(m[3]);
    },
    error(line) {
      if (/^\s+(Running (unittests |tests\/|benches\/|examples\/)|Doc-tests )/.test(line)) announced += 1;
    },
    total() {
      own.failed += Math.max(0, announced - judged);
      return own;
    },
  };
}

/** Reads vitest by the line of its count reporter. */
function vitestReader() {
  let own = { passed: 0, failed: 0, skipped: 0, why: [] };
  return {
    out(line) {
      if (line.startsWith(CountReporter.mark)) own = JSON.parse(line.slice(CountReporter.mark.length));
    },
    error() {},
    total: () => own,
  };
}

await count('rust', 'cargo', ['test', '--release', '--workspace', '--no-fail-fast'], cargoReader());
const vitest = tool('vitest').replace(/\.bin.vitest(\.cmd)?$/, 'vitest/vitest.mjs');
const suite = [vitest, 'run', '--reporter=default', '--reporter=./scripts/vitest-count.mjs'];
await count('node', process.execPath, suite, vitestReader(), { TALRAY_BACKEND: 'native' });
if (noWasm === undefined) await count('node-wasm', process.execPath, suite, vitestReader(), { TALRAY_BACKEND: 'wasm' });
else add('node-wasm', { passed: 0, failed: 0, skipped: 1, why: [noWasm.split('\n')[0]] });

for (const line of why) console.log(`skipped ${line}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
