// Ends training quietly where a loss is no number.
import { Callback, type RunInfo, type StepLogs } from './callback.js';

/** Stops training at a NaN or infinite loss. Without it `fit` throws `NUMERIC` there, naming the step. */
export class TerminateOnNaN extends Callback {
  override onTrainStepEnd(step: number, { failure }: StepLogs, run: RunInfo): void {
    if (failure !== undefined) run.stop(`the loss was no finite number at step ${step}: ${failure.message}`);
  }
}
