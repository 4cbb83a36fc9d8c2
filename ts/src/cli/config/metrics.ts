// Metrics of a config, by the names of their classes.

import type { BinaryCrossentropyOptions } from '../../losses/index.js';
import {
  type AtValueOptions,
  Auc,
  type AucOptions,
  BinaryAccuracy,
  BinaryCrossentropy,
  FalseNegatives,
  FalsePositives,
  GroupedAuc,
  HostMetric,
  LogLoss,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Metric,
  type MetricOptions,
  Poisson,
  Precision,
  PrecisionAtRecall,
  R2Score,
  Recall,
  RecallAtPrecision,
  RootMeanSquaredError,
  SensitivityAtSpecificity,
  SpecificityAtSensitivity,
  type ThresholdOptions,
  TrueNegatives,
  TruePositives,
} from '../../metrics/index.js';
import type { MetricLike } from '../../train/index.js';
import { type Fields, flag, list, type Maker, named, number, object, oneOf, oneOrMore, type Reader, text, whole } from './fields.js';

/** Options under their own names, but for the metric's key in logs, which is `as`: `name` names the metric. */
type Own<O extends MetricOptions> = Fields<Omit<O, 'name'>>;

/** Reads the options of a metric and hands them to `make`. */
function made<O extends MetricOptions>(make: (options: O) => MetricLike, own: Own<O>, required: readonly string[] = []): Maker<MetricLike> {
  const read = object<Record<string, unknown>>({ as: text, ...own } as never, required);
  return (given, place) => {
    const { as, ...options } = read(given, place);
    return make({ ...options, ...(as === undefined ? {} : { name: as }) } as O);
  };
}

function maker<O extends MetricOptions>(Made: new (options: O) => MetricLike, own: Own<O>): Maker<MetricLike> {
  return made((options) => new Made(options), own);
}

/** Metrics whose first argument is the `value` of another that they are taken at. */
function makerAt(Made: new (value: number, options: AtValueOptions) => MetricLike): Maker<MetricLike> {
  return made<AtValueOptions & { value: number }>(
    ({ value, ...options }) => new Made(value, options),
    { value: number, numThresholds: whole(1), classId: whole() },
    ['value'],
  );
}

const thresholds: Own<ThresholdOptions> = { thresholds: oneOrMore(number), topK: whole(1), classId: whole() };
const crossentropy: Fields<BinaryCrossentropyOptions> = { fromLogits: flag, labelSmoothing: number, axis: whole(-8) };

const makers: Readonly<Record<string, Maker<MetricLike>>> = {
  Auc: maker<AucOptions>(Auc, {
    numThresholds: whole(2),
    thresholds: list(number),
    curve: oneOf('ROC', 'PR'),
    summationMethod: oneOf('interpolation', 'minoring', 'majoring'),
    fromLogits: flag,
  }),
  GroupedAuc: maker<MetricOptions & { average?: 'size' | 'even' }>(GroupedAuc, { average: oneOf('size', 'even') }),
  LogLoss: maker<MetricOptions & BinaryCrossentropyOptions>(LogLoss, crossentropy),
  BinaryCrossentropy: maker<MetricOptions & BinaryCrossentropyOptions>(BinaryCrossentropy, crossentropy),
  BinaryAccuracy: maker<MetricOptions & { threshold?: number }>(BinaryAccuracy, { threshold: number }),
  Precision: maker<ThresholdOptions>(Precision, thresholds),
  Recall: maker<ThresholdOptions>(Recall, thresholds),
  TruePositives: maker<ThresholdOptions>(TruePositives, thresholds),
  FalsePositives: maker<ThresholdOptions>(FalsePositives, thresholds),
  TrueNegatives: maker<ThresholdOptions>(TrueNegatives, thresholds),
  FalseNegatives: maker<ThresholdOptions>(FalseNegatives, thresholds),
  SensitivityAtSpecificity: makerAt(SensitivityAtSpecificity),
  SpecificityAtSensitivity: makerAt(SpecificityAtSensitivity),
  PrecisionAtRecall: makerAt(PrecisionAtRecall),
  RecallAtPrecision: makerAt(RecallAtPrecision),
  MeanSquaredError: maker<MetricOptions>(MeanSquaredError, {}),
  RootMeanSquaredError: maker<MetricOptions>(RootMeanSquaredError, {}),
  MeanAbsoluteError: maker<MetricOptions>(MeanAbsoluteError, {}),
  MeanAbsolutePercentageError: maker<MetricOptions>(MeanAbsolutePercentageError, {}),
  MeanSquaredLogarithmicError: maker<MetricOptions>(MeanSquaredLogarithmicError, {}),
  Poisson: maker<MetricOptions>(Poisson, {}),
  R2Score: maker<MetricOptions>(R2Score, {}),
};

const byName = named('metric', makers);

/** `"Auc"`, or `{ "name": "Auc", "curve": "PR", "as": "prAuc" }`, where `as` is the key in logs. */
export const metric: Reader<MetricLike> = (value, place) => {
  // A config module may bring a metric of its own.
  if (value instanceof Metric || value instanceof HostMetric || typeof value === 'function') return value as MetricLike;
  return byName(value, place);
};
