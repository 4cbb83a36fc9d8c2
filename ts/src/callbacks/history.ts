// The course of training as numbers.
import { Callback, type Logs } from './callback.js';

/** What `fit` returns: the logs of each epoch. */
export class History extends Callback {
  /** Which epochs were run, counted from 0. */
  readonly epochs: number[] = [];
  /** Values by key, one an epoch. */
  readonly history: Record<string, number[]> = {};
  /** Why training ended before its last epoch; undefined where it did not. */
  stopped: string | undefined;

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epochs.push(epoch);
    for (const [key, value] of Object.entries(logs)) (this.history[key] ??= []).push(value);
  }

  /** The last value of a key. */
  last(key: string): number | undefined {
    return this.history[key]?.at(-1);
  }

  override state(): unknown {
    return { epochs: this.epochs, history: this.history };
  }

  override restore(state: unknown): void {
    const { epochs, history } = state as { epochs: number[]; history: Record<string, number[]> };
    this.epochs.splice(0, this.epochs.length, ...epochs);
    for (const key of Object.keys(this.history)) delete this.history[key];
    Object.assign(this.history, structuredClone(history));
  }
}
