// Runs the real `talray` command, as `npm run build` left it in dist, in a process of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
/** The Census Income data. */
export const census = join(root, 'examples', 'census', 'data');
/** The example config. */
export const example = join(root, 'examples', 'census', 'census.json');
const main = join(root, 'dist', 'ts', 'cli', 'main.js');

/** What a process left. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** How a process is started. */
export interface RunOptions {
  /** Standard input. Default: none. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Hears of each chunk of standard output. */
  readonly heard?: (out: string, child: ChildProcess) => void;
  /** Is given the process when it is there. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs any program to its end. */
export function runProgram(program: string, args: readonly string[], { input, env, heard, started }: RunOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, NO_COLOR: '', ...env } });
    started?.(child);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      heard?.(out, child);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}

/** Runs `talray`. */
export function talray(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return runProgram(process.execPath, [main, ...args], options);
}

/** Runs `talray` on a terminal; all that it wrote comes as `out`. */
export function talrayOnTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const program = `import os, pty, sys
code = pty.spawn(sys.argv[1:])
sys.exit(os.waitstatus_to_exitcode(code))`;
  return runProgram('python3', ['-c', program, process.execPath, main, ...args], { env: { TERM: 'xterm', ...env } });
}

/** The objects of JSON lines. */
export function events(out: string): Record<string, unknown>[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

type Json = Record<string, unknown>;

/** Writes the example config into `folder`, with its data found from there and with changes; gives its path. */
export async function configIn(folder: string, change: (config: Json) => void = () => undefined): Promise<string> {
  const config = JSON.parse(await readFile(example, 'utf8')) as Json & { data: Json };
  config.data['train'] = join(census, 'adult.data');
  config['output'] = 'model';
  change(config);
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify(config));
  return path;
}
