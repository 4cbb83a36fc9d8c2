// Models and their training.
export {
  type Batch,
  type BatchData,
  type BatchIterator,
  type BatchLike,
  type BatchRequest,
  type BatchSource,
  type ColumnSource,
  MemorySource,
} from './batches.js';
export type { FitOptions } from './fit.js';
export { type EvaluateOptions, type ExtraState, Model, type ModelOptions, type PredictOptions } from './model.js';
export type { CompileOptions, LossLike, MetricLike } from './objective.js';
export { readSafetensors, writeSafetensors } from './safetensors.js';
export { Sequential, type SequentialOptions } from './sequential.js';
export type { Tensors, TensorsLike } from './tree.js';
