// Ends training when a value no longer gets better.
import type { Tensor } from '../index.js';
import { Callback, type Logs, type RunInfo } from './callback.js';
import { better, checkWatched, isHigher, type Mode, watched } from './watch.js';

/** Options of {@link EarlyStopping}. */
export interface EarlyStoppingOptions {
  /** Default `'valLoss'`. */
  monitor?: string;
  /** Smaller changes count as none. Default 0. */
  minDelta?: number;
  /** Epochs without a better value after which training ends. Default 0. */
  patience?: number;
  /** Default `'auto'`. */
  mode?: Mode;
  /** A value that must be passed at all. Default none. */
  baseline?: number;
  /** Whether the weights of the best epoch come back. Default false. */
  restoreBestWeights?: boolean;
  /** The first epoch that counts. Default 0. */
  startFromEpoch?: number;
}

/** Stops after `patience` epochs in which the watched value did not get better. */
export class EarlyStopping extends Callback {
  /** The best value so far. */
  best: number | undefined;
  /** Its epoch. */
  bestEpoch = 0;
  #wait = 0;
  #weights: Tensor[] | undefined;

  constructor(private readonly options: EarlyStoppingOptions = {}) {
    super();
  }

  override onTrainBegin(run: RunInfo): void {
    checkWatched(run, this.options.monitor ?? 'valLoss', 'EarlyStopping');
    this.best = undefined;
    this.#wait = 0;
    this.#weights = undefined;
  }

  override onEpochEnd(epoch: number, logs: Logs, run: RunInfo): void {
    const {
      monitor = 'valLoss',
      minDelta = 0,
      patience = 0,
      mode = 'auto',
      baseline,
      startFromEpoch = 0,
      restoreBestWeights = false,
    } = this.options;
    if (epoch < startFromEpoch) return;
    const value = watched(logs, monitor, 'EarlyStopping');
    const higher = isHigher(mode, monitor, run);
    if (restoreBestWeights && this.#weights === undefined) this.#weights = run.model.getWeights();
    this.#wait += 1;
    if (better(value, this.best, higher, minDelta)) {
      [this.best, this.bestEpoch] = [value, epoch];
      if (restoreBestWeights) this.#weights = run.model.getWeights();
      if (better(value, baseline, higher, minDelta)) this.#wait = 0;
      return;
    }
    if (this.#wait >= patience && epoch > 0) run.stop(`${monitor} did not get better for ${this.#wait} epochs`);
  }

  override onTrainEnd(_logs: Logs, run: RunInfo): void {
    if (this.#weights !== undefined) run.model.setWeights(this.#weights);
  }

  override state(): unknown {
    return { best: this.best ?? null, bestEpoch: this.bestEpoch, wait: this.#wait };
  }

  override restore(state: unknown): void {
    const { best, bestEpoch, wait } = state as { best: number | null; bestEpoch: number; wait: number };
    [this.best, this.bestEpoch, this.#wait] = [best ?? undefined, bestEpoch, wait];
  }
}
