// A callback from plain functions.
import { Callback, type Logs, type RunInfo, type StepLogs } from './callback.js';

/** What {@link LambdaCallback} calls. */
export type LambdaCallbacks = Partial<
  Pick<Callback, 'onTrainBegin' | 'onTrainEnd' | 'onEpochBegin' | 'onEpochEnd' | 'onTrainStepEnd' | 'onEvaluateStepEnd'>
>;

/** Calls the functions it was given. */
export class LambdaCallback extends Callback {
  constructor(private readonly functions: LambdaCallbacks) {
    super();
  }
  override onTrainBegin(run: RunInfo): void | Promise<void> {
    return this.functions.onTrainBegin?.(run);
  }
  override onTrainEnd(logs: Logs, run: RunInfo): void | Promise<void> {
    return this.functions.onTrainEnd?.(logs, run);
  }
  override onEpochBegin(epoch: number, run: RunInfo): void | Promise<void> {
    return this.functions.onEpochBegin?.(epoch, run);
  }
  override onEpochEnd(epoch: number, logs: Logs, run: RunInfo): void | Promise<void> {
    return this.functions.onEpochEnd?.(epoch, logs, run);
  }
  override onTrainStepEnd(step: number, logs: StepLogs, run: RunInfo): void | Promise<void> {
    return this.functions.onTrainStepEnd?.(step, logs, run);
  }
  override onEvaluateStepEnd(step: number, logs: StepLogs, run: RunInfo): void | Promise<void> {
    return this.functions.onEvaluateStepEnd?.(step, logs, run);
  }
}
