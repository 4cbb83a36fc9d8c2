// Callbacks that set the learning rate between epochs.
import { TalrayError } from '../index.js';
import type { AnyOptimizer } from '../optimizers/any.js';
import { Callback, type Logs, type RunInfo } from './callback.js';
import { better, checkWatched, isHigher, type Mode, watched } from './watch.js';

function rateOf(optimizer: AnyOptimizer, who: string): number {
  if (typeof optimizer.learningRate !== 'number')
    throw new TalrayError('OPTION', `${who} sets a rate, but the optimizer follows a schedule`);
  return optimizer.learningRate;
}

/** Sets the rate of every optimizer to `schedule(epoch, rate)` before each epoch. */
export class LearningRateScheduler extends Callback {
  constructor(
    /** Gives the rate of an epoch, counted from 0, from the rate so far. */
    readonly schedule: (epoch: number, learningRate: number) => number,
  ) {
    super();
  }

  override onEpochBegin(epoch: number, run: RunInfo): void {
    for (const optimizer of run.model.optimizers) optimizer.learningRate = this.schedule(epoch, rateOf(optimizer, 'LearningRateScheduler'));
  }
}

/** Options of {@link ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions {
  /** Default `'valLoss'`. */
  monitor?: string;
  /** What the rate is multiplied by. Default 0.1. */
  factor?: number;
  /** Epochs without a better value before that. Default 10. */
  patience?: number;
  /** Default `'auto'`. */
  mode?: Mode;
  /** Smaller changes count as none. Default 1e-4. */
  minDelta?: number;
  /** Epochs of rest after a reduction. Default 0. */
  cooldown?: number;
  /** Default 0. */
  minLr?: number;
}

/** Multiplies the rate by `factor` when the watched value has not got better for `patience` epochs. */
export class ReduceLROnPlateau extends Callback {
  #best: number | undefined;
  #wait = 0;
  #rest = 0;

  constructor(private readonly options: ReduceLROnPlateauOptions = {}) {
    super();
    if ((options.factor ?? 0.1) >= 1) throw new TalrayError('OPTION', `ReduceLROnPlateau: factor must be below 1, got ${options.factor}`);
  }

  override onTrainBegin(run: RunInfo): void {
    checkWatched(run, this.options.monitor ?? 'valLoss', 'ReduceLROnPlateau');
  }

  override onEpochEnd(_epoch: number, logs: Logs, run: RunInfo): void {
    const { monitor = 'valLoss', factor = 0.1, patience = 10, mode = 'auto', minDelta = 1e-4, cooldown = 0, minLr = 0 } = this.options;
    const value = watched(logs, monitor, 'ReduceLROnPlateau');
    if (this.#rest > 0) [this.#rest, this.#wait] = [this.#rest - 1, 0];
    if (better(value, this.#best, isHigher(mode, monitor, run), minDelta)) {
      [this.#best, this.#wait] = [value, 0];
      return;
    }
    if (this.#rest > 0) return;
    this.#wait += 1;
    if (this.#wait < patience) return;
    for (const optimizer of run.model.optimizers) {
      const rate = rateOf(optimizer, 'ReduceLROnPlateau');
      if (rate > minLr) optimizer.learningRate = Math.max(rate * factor, minLr);
    }
    [this.#rest, this.#wait] = [cooldown, 0];
  }

  override state(): unknown {
    return { best: this.#best ?? null, wait: this.#wait, rest: this.#rest };
  }

  override restore(state: unknown): void {
    const { best, wait, rest } = state as { best: number | null; wait: number; rest: number };
    [this.#best, this.#wait, this.#rest] = [best ?? undefined, wait, rest];
  }
}
