// `talray/metrics`: Keras's metrics, and exact and grouped AUC.
export {
  Accuracy,
  accuracy,
  BinaryAccuracy,
  binaryAccuracy,
  type BinaryAccuracyOptions,
  CategoricalAccuracy,
  categoricalAccuracy,
  SparseCategoricalAccuracy,
  sparseCategoricalAccuracy,
  SparseTopKCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  TopKCategoricalAccuracy,
  topKCategoricalAccuracy,
  type TopKOptions,
} from './accuracy.js';
export { Auc, type AucOptions } from './auc.js';
export {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  CategoricalHinge,
  CosineSimilarity,
  type CosineSimilarityOptions,
  Hinge,
  KLDivergence,
  LogCoshError,
  LogLoss,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SparseCategoricalCrossentropy,
  SquaredHinge,
} from './errors.js';
export { F1Score, type F1ScoreOptions, FBetaScore, type FBetaScoreOptions } from './f-score.js';
export { exactAuc, GroupedAuc, type GroupedAucOptions } from './grouped-auc.js';
export { type HostBatch, HostMetric } from './host-metric.js';
export { Mean, type MetricFunction, MeanMetricWrapper, RootMeanSquaredError, Sum, type WrapperOptions } from './mean.js';
export { Metric, type MetricOptions, type MetricShapes } from './metric.js';
export {
  type AtValueOptions,
  FalseNegatives,
  FalsePositives,
  Precision,
  PrecisionAtRecall,
  Recall,
  RecallAtPrecision,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
  type ThresholdOptions,
  TrueNegatives,
  TruePositives,
} from './precision-recall.js';
export { R2Score, type R2ScoreOptions } from './r2-score.js';
