// Ctrl-C: the first asks the running work to stop after its step, the second ends the process.

import { exit } from './command.js';

/** Signals that were caught while some work ran. */
export interface Interrupts {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** The exit code of the signal that came; undefined where none did. */
  code(): number | undefined;
  /** Lets signals have their usual effect again. */
  release(): void;
}

/** Catches SIGINT and SIGTERM until `release`; `heard` is told of the first. */
export function interrupts(heard: () => void): Interrupts {
  const abort = new AbortController();
  let code: number | undefined;
  const on = (name: NodeJS.Signals): void => {
    const own = name === 'SIGTERM' ? exit.terminated : exit.interrupted;
    if (code !== undefined) process.exit(own);
    code = own;
    heard();
    abort.abort();
  };
  process.on('SIGINT', on).on('SIGTERM', on);
  return {
    signal: abort.signal,
    code: () => code,
    release: () => {
      process.off('SIGINT', on).off('SIGTERM', on);
    },
  };
}
