// What callbacks share that watch one value: which way is better, and by how much.
import { TalrayError } from '../index.js';
import type { Logs, RunInfo } from './callback.js';

/** Which way a watched value is better; `'auto'` asks its metric (losses: lower). */
export type Mode = 'auto' | 'min' | 'max';

/** Whether `value` is better than `best` by more than `minDelta`. */
export function better(value: number, best: number | undefined, higher: boolean, minDelta = 0): boolean {
  if (best === undefined || Number.isNaN(best)) return !Number.isNaN(value);
  return higher ? value > best + minDelta : value < best - minDelta;
}

/** Whether higher is better for `key`. */
export function isHigher(mode: Mode, key: string, run: RunInfo): boolean {
  return mode === 'auto' ? run.higherIsBetter(key) : mode === 'max';
}

/** Throws `OPTION` before the first step where `who` watches a key that logs will not have. */
export function checkWatched(run: RunInfo, key: string, who: string): void {
  if (!run.keys.includes(key)) throw unknown(run.keys, key, who);
}

/** The watched value; throws `OPTION` for a key that logs do not have. */
export function watched(logs: Logs, key: string, who: string): number {
  const value = logs[key];
  if (value === undefined) throw unknown(Object.keys(logs), key, who);
  return value;
}

function unknown(keys: readonly string[], key: string, who: string): TalrayError {
  return new TalrayError('OPTION', `${who} watches ${key}; logs have ${keys.join(', ')}`);
}
