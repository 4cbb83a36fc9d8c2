// `talray/callbacks`.
export { Callback, type Logs, type RunInfo, type StepLogs } from './callback.js';
export { CsvLogger, type CsvLoggerOptions } from './csv-logger.js';
export { EarlyStopping, type EarlyStoppingOptions } from './early-stopping.js';
export { History } from './history.js';
export { LambdaCallback, type LambdaCallbacks } from './lambda-callback.js';
export { LearningRateScheduler, ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './learning-rate.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './model-checkpoint.js';
export { type BarStream, ProgressBar, type ProgressBarOptions } from './progress-bar.js';
export { TerminateOnNaN } from './terminate-on-nan.js';
export type { Mode } from './watch.js';
