// The training loop: epochs, steps, callbacks, stopping, resuming.
import { TalrayError } from '../index.js';
import type { Callback, Logs, RunInfo, StepLogs } from '../callbacks/callback.js';
import { History } from '../callbacks/history.js';
import { ProgressBar } from '../callbacks/progress-bar.js';
import { TerminateOnNaN } from '../callbacks/terminate-on-nan.js';
import { type Batch, type BatchData, batchOf, type BatchSource } from './batches.js';
import type { EvaluateOptions, Model } from './model.js';

/** Options of `fit`. */
export interface FitOptions {
  /** The epoch at which training ends, counted from 1. Default 1. */
  epochs?: number;
  /** Rows a step, for arrays in memory. Default 32. */
  batchSize?: number;
  /** Data evaluated after each epoch; its values get keys such as `valLoss`. */
  validation?: BatchData;
  /** The last share of arrays in memory, kept for validation. */
  validationSplit?: number;
  /** Rows a step of validation, for arrays in memory. Default `batchSize`. */
  validationBatchSize?: number;
  /** Validation runs after every so many epochs. Default 1. */
  validationFreq?: number;
  /** Whether arrays in memory come in an order of (seed, epoch). Default true. */
  shuffle?: boolean;
  /** Of the shuffle. Default 0. */
  seed?: number;
  /** Weights of classes by id. */
  classWeight?: Readonly<Record<number, number>>;
  /** The first epoch, counted from 0. Default 0. */
  initialEpoch?: number;
  /** Ends an epoch after so many steps; data go on in the next. Default: all of the data. */
  stepsPerEpoch?: number;
  callbacks?: readonly Callback[];
  /** 1: a progress bar; 2: a line an epoch; 0: nothing. Default 1. */
  verbose?: 0 | 1 | 2;
  /** Stops after the running step; the model is consistent and can be saved and resumed. */
  signal?: AbortSignal;
  /** Goes on where a stopped or loaded model was, to the bit. Default false. */
  resume?: boolean;
}

/** Where training is, as checkpoints keep it. */
export interface TrainingPlace {
  readonly epoch: number;
  readonly step: number;
  readonly iterator: string | undefined;
  /** States of callbacks, the history first. */
  readonly callbacks: readonly unknown[];
}

/** What the loop needs of a model beside its public face. */
export interface Trainable {
  readonly model: Model;
  /** Runs one step and gives its loss. */
  step(batch: Batch, classWeight: FitOptions['classWeight']): Promise<{ loss: number; rows: number; failure?: TalrayError }>;
  results(): Promise<Logs>;
  resetMetrics(): void;
  evaluate(data: BatchData, options: EvaluateOptions): Promise<Logs>;
  /** The keys of what `results` gives. */
  readonly keys: readonly string[];
  higherIsBetter(key: string): boolean;
  /** What made the loss no number, for the message. */
  explainNaN(batch: Batch, failure: TalrayError): Promise<string>;
  place: (() => TrainingPlace) | undefined;
  resumed: TrainingPlace | undefined;
}

/** Runs epochs over `source`. */
export async function runEpochs(
  trainee: Trainable,
  source: BatchSource,
  validation: BatchData | undefined,
  options: FitOptions,
): Promise<History> {
  return new Run(trainee, source, validation, options).all();
}

/** The key in logs of a value over the validation data. */
function ofValidation(key: string): string {
  return `val${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

class Run {
  readonly #history = new History();
  readonly #callbacks: Callback[];
  readonly #info: RunInfo;
  #place: Omit<TrainingPlace, 'callbacks'>;
  #stopped: string | undefined;
  #logs: Logs = {};

  constructor(
    private readonly trainee: Trainable,
    private readonly source: BatchSource,
    private readonly validation: BatchData | undefined,
    private readonly options: FitOptions,
  ) {
    const { callbacks = [], verbose = 1, epochs = 1, stepsPerEpoch, initialEpoch = 0 } = options;
    const bar =
      verbose > 0 && !callbacks.some((callback) => callback instanceof ProgressBar)
        ? [new ProgressBar(verbose === 2 ? { everyMs: Infinity } : {})]
        : [];
    this.#callbacks = [this.#history, ...bar, ...callbacks];
    this.#info = {
      model: trainee.model,
      epochs,
      steps: stepsPerEpoch ?? source.batches,
      verbose,
      keys: [...trainee.keys, ...(validation === undefined ? [] : trainee.keys.map(ofValidation))],
      higherIsBetter: (key) => trainee.higherIsBetter(key),
      stop: (reason = 'stopped by a callback') => {
        this.#stopped ??= reason;
      },
    };
    this.#place = { epoch: initialEpoch, step: 0, iterator: undefined };
  }

  async all(): Promise<History> {
    const { epochs = 1 } = this.options;
    const from = this.options.resume ? this.trainee.resumed : undefined;
    if (this.options.resume && from === undefined)
      throw new TalrayError('OPTION', 'resume: true, but the model was not stopped in a training');
    if (from !== undefined) this.#place = { epoch: from.epoch, step: from.step, iterator: from.iterator };
    this.trainee.place = () => ({ ...this.#place, callbacks: this.#kept.map((callback) => callback.state() ?? null) });
    for (const callback of this.#callbacks) await callback.onTrainBegin(this.#info);
    from?.callbacks.forEach((state, i) => {
      if (state !== null && state !== undefined) this.#kept[i]?.restore(state);
    });
    let going = from !== undefined && from.step > 0;
    while (this.#place.epoch < epochs && this.#stopped === undefined) {
      await this.#epoch(going);
      going = false;
    }
    for (const callback of this.#callbacks) await callback.onTrainEnd(this.#logs, this.#info);
    this.#history.stopped = this.#stopped;
    return this.#history;
  }

  /** Callbacks whose state is kept: the history and the caller's, whether or not there is a bar. */
  get #kept(): Callback[] {
    return [this.#history, ...(this.options.callbacks ?? [])];
  }

  async #epoch(going: boolean): Promise<void> {
    const { signal, stepsPerEpoch } = this.options;
    const { epoch, iterator: state } = this.#place;
    if (!going) this.trainee.resetMetrics();
    for (const callback of this.#callbacks) await callback.onEpochBegin(epoch, this.#info);
    const iterator = this.source.iterate({ epoch, state, ...(signal ? { signal } : {}) });
    let step = this.#place.step;
    let next = this.#aborted() ? undefined : await iterator.next();
    while (next !== undefined && next.done !== true && !this.#aborted() && this.#stopped === undefined) {
      const batch = batchOf(next.value);
      const place = iterator.state;
      const last = stepsPerEpoch !== undefined && step + 1 >= stepsPerEpoch;
      const running = this.trainee.step(batch, this.options.classWeight);
      const ahead = last ? undefined : iterator.next();
      ahead?.catch(() => undefined);
      const { loss, rows, failure } = await running;
      if (failure !== undefined) await this.#refuse(failure, step, epoch, batch);
      this.#place = { epoch, step: step + 1, iterator: place };
      const logs: StepLogs = { loss, rows, failure, metrics: () => this.trainee.results() };
      for (const callback of this.#callbacks) await callback.onTrainStepEnd(step, logs, this.#info);
      step += 1;
      next = this.#aborted() ? undefined : await ahead;
    }
    await iterator.return?.();
    if (step === 0 && !this.#aborted())
      throw new TalrayError('OPTION', `epoch ${epoch} has no batches: the data are empty, or an iterator that was used up`);
    if (this.#aborted() || (this.#stopped !== undefined && next?.done !== true)) return;
    this.#place = { epoch: epoch + 1, step: 0, iterator: undefined };
    await this.#end(epoch);
  }

  async #end(epoch: number): Promise<void> {
    const { validationFreq = 1, validationBatchSize, batchSize, signal } = this.options;
    const logs: Record<string, number> = { ...(await this.trainee.results()) };
    if (this.validation !== undefined && (epoch + 1) % validationFreq === 0) {
      const size = validationBatchSize ?? batchSize;
      const values = await this.trainee.evaluate(this.validation, {
        ...(size === undefined ? {} : { batchSize: size }),
        ...(signal ? { signal } : {}),
      });
      for (const [key, value] of Object.entries(values)) logs[ofValidation(key)] = value;
    }
    this.#logs = logs;
    for (const callback of this.#callbacks) await callback.onEpochEnd(epoch, logs, this.#info);
  }

  #aborted(): boolean {
    if (this.options.signal?.aborted !== true) return false;
    this.#stopped ??= 'aborted';
    return true;
  }

  /** Throws the failure of a step, unless a callback ends training at it. */
  async #refuse(failure: TalrayError, step: number, epoch: number, batch: Batch): Promise<void> {
    if (this.#callbacks.some((callback) => callback instanceof TerminateOnNaN)) return;
    const why = await this.trainee.explainNaN(batch, failure);
    const message = `the loss was no finite number at step ${step} of epoch ${epoch + 1}, which changed nothing: ${why}`;
    throw new TalrayError('NUMERIC', message, { op: failure.op, cause: failure });
  }
}
