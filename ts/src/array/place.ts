// Where in the user's program ops are recorded, so that errors found while running can say it.
import { native } from './native.js';

let outer: string | undefined;
let debugging = false;

/** Errors of ops recorded while `work` runs name `place` ("in layer hidden"). */
export function placed<T>(place: string, work: () => T): T {
  const before = outer;
  outer = place;
  native.setPlace(place);
  try {
    return work();
  } finally {
    outer = before;
    native.setPlace(before);
  }
}

/**
 * With `true`, errors found while running also name the line that recorded the op. Recording gets slower: a stack is
 * looked at for each op.
 */
export function setDebug(on: boolean): void {
  debugging = on;
  if (!on) native.setPlace(outer);
}

/** Is the user's line recorded with each op? */
export function isDebugging(): boolean {
  return debugging;
}

/** Says that the next op is recorded at the line of the user's that is being run. */
export function markLine(): void {
  const line = callerLine(new Error().stack ?? '');
  const at = line === undefined ? undefined : `at ${line}`;
  native.setPlace(outer === undefined ? at : at === undefined ? outer : `${outer}, ${at}`);
}

/** The folder of this library, whose frames are not the user's. */
const own = new URL('../', import.meta.url).href;

/** The first place of a stack that is outside of this library: file, line and column. */
function callerLine(stack: string): string | undefined {
  for (const frame of stack.split('\n').slice(1)) {
    const at = /\(?((?:file:\/\/)?[^\s()]+:\d+:\d+)\)?$/.exec(frame)?.[1];
    if (at === undefined || at.startsWith('node:')) continue;
    const url = at.startsWith('/') ? `file://${at}` : at;
    if (!url.startsWith(own) || /\.test\.[jt]s:/.test(url)) return at;
  }
  return undefined;
}
