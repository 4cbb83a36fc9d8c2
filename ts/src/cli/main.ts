#!/usr/bin/env node
// The `talray` command: finds the command that was asked for, and turns what happens into an exit code.

import { readFileSync } from 'node:fs';
import { type Command, exit, help, read, UsageError } from './command.js';
import { suggestion } from './config/nearest.js';
import { Output } from './output.js';

// Loaded when asked for: `--help` is quick, and `doctor` works where the engine does not load.
const commands: Readonly<Record<string, { summary: string; load: () => Promise<{ command: Command }> }>> = {
  train: { summary: 'Train a model as a config file says', load: () => import('./train.js') },
  evaluate: { summary: 'Judge a saved model on labelled rows', load: () => import('./evaluate.js') },
  predict: { summary: 'Give the predictions of a saved model for rows', load: () => import('./predict.js') },
  inspect: { summary: 'Show what is in the folder of a saved model', load: () => import('./inspect.js') },
  doctor: { summary: 'Say what works on this machine, and how to get what is missing', load: () => import('./doctor.js') },
};

function overview(): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length)) + 2;
  return [
    'talray <command> [options]',
    '',
    'Deep learning for TypeScript, recommenders first.',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}${summary}`),
    '',
    '  talray <command> --help says more; talray --version gives the version.',
    '',
    'Exit codes: 0 done; 1 failed; 2 wrong usage (an argument, or a key or value of a config);',
    '130 interrupted by Ctrl-C, 143 by a SIGTERM: what was reached is saved.',
    '',
  ].join('\n');
}

function version(): string {
  const manifest = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const output = new Output(args.includes('--json'));
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      (name === undefined ? process.stderr : process.stdout).write(overview());
      return name === undefined ? exit.usage : exit.done;
    }
    if (name === '--version') {
      process.stdout.write(`${version()}\n`);
      return exit.done;
    }
    const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (found === undefined) throw new UsageError(`unknown command '${name}'${suggestion(name, Object.keys(commands))}`);
    const { command } = await found.load();
    const given = read(command, rest);
    if (given.has('help')) {
      process.stdout.write(help(command));
      return exit.done;
    }
    return await command.run(given, output);
  } catch (error) {
    const { code = 'INTERNAL', message, stack } = error as Error & { code?: string };
    if (error instanceof UsageError) output.failure('USAGE', `${message}\nSee talray ${found(name)}--help.`);
    else if ((error as Error).name === 'TalrayError') output.failure(code, message);
    else output.failure('INTERNAL', `${stack ?? message} (a bug in Talray: please report it)`);
    return error instanceof UsageError || code === 'OPTION' ? exit.usage : exit.failed;
  }
}

function found(name: string | undefined): string {
  return name !== undefined && Object.hasOwn(commands, name) ? `${name} ` : '';
}

// A reader such as `head` that has had enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? exit.done : exit.failed);
});
process.exitCode = await run(process.argv.slice(2));
