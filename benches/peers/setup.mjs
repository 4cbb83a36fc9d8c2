// Sets the peers up, apart from measuring: a Python virtual environment in benches/.venv and the Node peers in benches/peers/node.
// Each part leaves a stamp with what was installed, so that a second run does nothing and an interrupted one goes on.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const venv = join(here, '..', '.venv');

/** The interpreter that runs the Python peers. */
export const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Runs one command to its end; throws with its last words when it fails. */
function must(command, args, cwd = here) {
  const done = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'pipe'], encoding: 'utf8' });
  if (done.error) throw new Error(`${command} could not be started: ${done.error.message}`);
  if (done.status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${done.status}:\n${done.stderr.trim().split('\n').slice(-8).join('\n')}`);
}

/** Runs `install` unless the stamp says that it ran for the same `files`. */
function once(stamp, files, log, what, install) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(here, file)));
  const wanted = hash.digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  log(`setting up: ${what}`);
  install();
  writeFileSync(stamp, wanted);
}

/**
 * Installs what is missing. `log` gets one line a step.
 * Needs Python 3.10 or newer on the path (`PYTHON` names another) and about 6 GB of disk; throws when a step fails.
 */
export function setup(log = console.log) {
  if (!existsSync(python)) {
    log('setting up: a Python virtual environment in benches/.venv');
    must(process.env.PYTHON ?? 'python3', ['-m', 'venv', venv]);
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  once(join(venv, 'peers.stamp'), ['requirements.txt'], log, 'TensorFlow, NumPy, onnxruntime', () => {
    must(python, [...pip, '-r', 'requirements.txt']);
  });
  once(join(venv, 'torch.stamp'), ['requirements-torch.txt'], log, 'PyTorch (about 2 GB to download)', () => {
    must(python, [...pip, '--no-deps', '-r', 'requirements-torch.txt']);
    must(python, ['-c', 'import torch; torch.ones(2) + 1']);
  });
  const node = join(here, 'node');
  once(
    join(node, 'node_modules', '.stamp'),
    ['node/package.json', 'node/package-lock.json'],
    log,
    'onnxruntime-node, onnxruntime-web, tfjs',
    () => {
      // onnxruntime-node's install script fetches GPU libraries; the CPU ones are in the package.
      must('npm', ['ci', '--silent', '--ignore-scripts', '--no-audit', '--no-fund'], node);
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    setup();
    console.log('the peers are set up');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 3;
  }
}
