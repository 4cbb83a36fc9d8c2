// npm run fixtures -- FOLDER…: builds what is missing, then judges every case found below the folders.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, run, setUp, step, tool } from './steps.mjs';

await setUp();
await step('fixtures', () => run(tool('tsc'), ['-p', join('tests', 'fixtures', 'tsconfig.json')]));
const done = spawnSync(process.execPath, [join(root, 'dist', 'fixtures', 'run.js'), ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? root,
  stdio: 'inherit',
});
process.exit(done.status ?? 1);
