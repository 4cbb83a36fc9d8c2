// npm run bench [-- --seconds S]: our side of every benchmark, Rust and TypeScript, without peers.

import { spawnSync } from 'node:child_process';
import { root, run, setUp, step } from './steps.mjs';

const at = process.argv.indexOf('--seconds');
const seconds = at > 0 ? process.argv[at + 1] : '3';

await setUp();
await step('Rust benches', () => run('cargo', ['build', '--release', '--package', 'talray-benches', '--quiet']));

const node = (name, ...options) => [process.execPath, [`benches/ours/${name}.mjs`, ...options]];
const rust = (...options) => ['target/release/talray-bench-peers', options];
const all = [
  rust('matmul', '--size', '1024'),
  rust('replay'),
  ...['insert', 'find', 'lookup', 'adagrad', 'adam'].map((work) => rust('tables', '--work', work)),
  node('memory', '--model', 'tower'),
  node('memory', '--model', 'embedding', '--batch', '16', '--figure', 'growth'),
  node('addchain'),
  node('mlp'),
  node('onetable', '--rows', '100000'),
  node('wdl', '--batch', '512'),
  node('dlrm', '--batch', '512'),
];
let failed = 0;
for (const [command, options] of all) {
  const { status } = spawnSync(command, [...options, '--threads', '1', '--seconds', seconds, '--json'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) failed += 1;
}
process.exit(failed === 0 ? 0 : 1);
