// Saves the model while it trains.
import { Callback, type Logs, type RunInfo, type StepLogs } from './callback.js';
import { better, checkWatched, isHigher, type Mode, watched } from './watch.js';

/** Options of {@link ModelCheckpoint}. */
export interface ModelCheckpointOptions {
  /** What `saveBestOnly` watches. Default `'valLoss'`. */
  monitor?: string;
  /** Whether only a better model is saved. Default false. */
  saveBestOnly?: boolean;
  /** Default `'auto'`. */
  mode?: Mode;
  /** With `saveBestOnly`, what the watched value must pass at all. Default none. */
  initialValueThreshold?: number;
  /** Every epoch, or every so many steps. Default `'epoch'`. */
  saveFreq?: 'epoch' | number;
}

/** Saves to `path`, in which `{epoch}` (from 1) and keys of the logs such as `{valLoss}` are filled in. */
export class ModelCheckpoint extends Callback {
  /** The best value so far. */
  best: number | undefined;
  #steps = 0;

  constructor(
    readonly path: string,
    private readonly options: ModelCheckpointOptions = {},
  ) {
    super();
    this.best = options.initialValueThreshold;
  }

  override onTrainBegin(run: RunInfo): void {
    const { monitor = 'valLoss', saveBestOnly = false, saveFreq = 'epoch' } = this.options;
    if (saveBestOnly && saveFreq === 'epoch') checkWatched(run, monitor, 'ModelCheckpoint');
  }

  override async onEpochEnd(epoch: number, logs: Logs, run: RunInfo): Promise<void> {
    const { monitor = 'valLoss', saveBestOnly = false, mode = 'auto', saveFreq = 'epoch' } = this.options;
    if (saveFreq !== 'epoch') return;
    if (saveBestOnly) {
      const value = watched(logs, monitor, 'ModelCheckpoint');
      if (!better(value, this.best, isHigher(mode, monitor, run))) return;
      this.best = value;
    }
    await run.model.save(filled(this.path, epoch, logs));
  }

  override async onTrainStepEnd(_step: number, logs: StepLogs, run: RunInfo): Promise<void> {
    const { saveFreq = 'epoch' } = this.options;
    this.#steps += 1;
    if (saveFreq !== 'epoch' && this.#steps % saveFreq === 0) await run.model.save(filled(this.path, this.#steps - 1, { loss: logs.loss }));
  }

  override state(): unknown {
    return { best: this.best ?? null, steps: this.#steps };
  }

  override restore(state: unknown): void {
    const { best, steps } = state as { best: number | null; steps: number };
    [this.best, this.#steps] = [best ?? undefined, steps];
  }
}

function filled(path: string, epoch: number, logs: Logs): string {
  return path.replace(/\{(\w+)\}/g, (whole, key: string) => (key === 'epoch' ? String(epoch + 1) : (logs[key]?.toFixed(4) ?? whole)));
}
