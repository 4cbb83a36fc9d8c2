// What a callback can hear and do.
import type { TalrayError } from '../index.js';
import type { Model } from '../train/model.js';

/** Values of losses and metrics by key, such as `loss`, `auc`, `valLoss`. */
export type Logs = Readonly<Record<string, number>>;

/** What a callback knows about the run it is in. */
export interface RunInfo {
  readonly model: Model;
  readonly epochs: number;
  /** Steps in an epoch, where known. */
  readonly steps: number | undefined;
  /** `0`: silent. */
  readonly verbose: 0 | 1 | 2;
  /** The keys that logs will have: the loss, metrics, and those of validation. */
  readonly keys: readonly string[];
  /** Whether a larger value of that key is better, as its metric says. */
  higherIsBetter(key: string): boolean;
  /** Ends the run after this step or epoch. */
  stop(reason?: string): void;
}

/** What is known after a step. Metrics are computed only when asked for. */
export interface StepLogs {
  /** The loss of this batch. */
  readonly loss: number;
  /** Examples in this batch. */
  readonly rows: number;
  /** Why the loss is no number, with the first op that made one. The step changed nothing then. */
  readonly failure?: TalrayError | undefined;
  /** Running means of loss and metrics over the epoch so far. */
  metrics(): Promise<Logs>;
}

/** Hears of the course of training. Every method may be async; training waits for it. */
export abstract class Callback {
  /** Before the first epoch. */
  onTrainBegin(_run: RunInfo): void | Promise<void> {}
  /** After the last epoch, also when training was stopped. */
  onTrainEnd(_logs: Logs, _run: RunInfo): void | Promise<void> {}
  /** Before an epoch, counted from 0. */
  onEpochBegin(_epoch: number, _run: RunInfo): void | Promise<void> {}
  /** After an epoch and its validation. */
  onEpochEnd(_epoch: number, _logs: Logs, _run: RunInfo): void | Promise<void> {}
  /** After a training step, counted from 0 in its epoch. */
  onTrainStepEnd(_step: number, _logs: StepLogs, _run: RunInfo): void | Promise<void> {}
  /** After a step of `evaluate`. */
  onEvaluateStepEnd(_step: number, _logs: StepLogs, _run: RunInfo): void | Promise<void> {}
  /** State that a checkpoint keeps, as JSON; undefined: none. */
  state(): unknown {
    return undefined;
  }
  /** Takes up what `state` gave. */
  restore(_state: unknown): void {}
}
