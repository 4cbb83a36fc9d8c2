// What a command is, and how its arguments are read and explained.

import { parseArgs } from 'node:util';
import { suggestion } from './config/nearest.js';
import type { Output } from './output.js';

/** An option of a command. */
export interface Option {
  /** What its value is, such as `FILE`; absent: a switch. */
  readonly value?: string;
  readonly doc: string;
}

/** One command of `talray`. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Positional arguments: name and what it is. All are required. */
  readonly positionals: readonly (readonly [name: string, doc: string])[];
  readonly options: Readonly<Record<string, Option>>;
  /** What else a user should know, with an example. */
  readonly notes: string;
  /** Does it; gives the exit code. */
  run(given: Given, output: Output): Promise<number>;
}

/** Arguments as they were given. */
export interface Given {
  readonly positionals: readonly string[];
  /** The value of an option, where it was given. */
  value(name: string): string | undefined;
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** The value of an option as a whole number of at least 1. */
  count(name: string, absent: number): number;
}

/** Exit codes. */
export const exit = { done: 0, failed: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

/** The command line does not make sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options that every command has. */
const everywhere: Readonly<Record<string, Option>> = {
  json: { doc: 'print lines of JSON for machines' },
  help: { doc: 'show this help' },
};

/** Reads the arguments of a command. Throws {@link UsageError} for those it does not take. */
export function read(command: Command, args: readonly string[]): Given {
  const options = { ...command.options, ...everywhere };
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(
        Object.entries(options).map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
  });
  const positionals: string[] = [];
  const values = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw new UsageError(`unknown option ${token.rawName}${suggestion(token.name, Object.keys(options))}`);
    if (option.value !== undefined && token.value === undefined) throw new UsageError(`--${token.name} needs a value: ${option.value}`);
    if (option.value === undefined && token.value !== undefined) throw new UsageError(`--${token.name} takes no value`);
    values.set(token.name, token.value);
  }
  if (!values.has('help')) checkCount(command, positionals);
  return {
    positionals,
    value: (name) => values.get(name),
    has: (name) => values.has(name),
    count: (name, absent) => {
      const text = values.get(name);
      if (text === undefined) return absent;
      if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--${name}: expected a whole number from 1, received '${text}'`);
      return Number(text);
    },
  };
}

function checkCount({ name, positionals }: Command, given: readonly string[]): void {
  const missing = positionals[given.length];
  if (missing !== undefined) throw new UsageError(`talray ${name} needs <${missing[0]}>: ${missing[1]}`);
  const extra = given[positionals.length];
  if (extra !== undefined) throw new UsageError(`talray ${name}: '${extra}' is one argument too many`);
}

/** The help of a command. */
export function help({ name, summary, positionals, options, notes }: Command): string {
  const own = Object.entries({ ...options, ...everywhere }).map(
    ([option, { value, doc }]) => [`--${option}${value === undefined ? '' : ` ${value}`}`, doc] as const,
  );
  const rows = [...positionals.map(([argument, doc]) => [`<${argument}>`, doc] as const), ...own];
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  const usage = ['talray', name, ...positionals.map(([argument]) => `<${argument}>`), '[options]'].join(' ');
  return [`${usage}`, '', `${summary}.`, '', ...rows.map(([left, doc]) => `  ${left.padEnd(width)}${doc}`), '', notes.trim(), ''].join(
    '\n',
  );
}
