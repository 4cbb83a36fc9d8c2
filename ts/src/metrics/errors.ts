// Losses as metrics: their mean over all examples.
import { neg } from '../index.js';
import {
  type BinaryCrossentropyOptions,
  binaryCrossentropy,
  type CategoricalCrossentropyOptions,
  categoricalCrossentropy,
  categoricalHinge,
  cosineSimilarity,
  hinge,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  type SparseCategoricalCrossentropyOptions,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from '../losses/index.js';
import { MeanMetricWrapper } from './mean.js';
import type { MetricOptions } from './metric.js';

/** The mean squared error. */
export class MeanSquaredError extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(meanSquaredError, { name: options.name ?? 'meanSquaredError' });
  }
}

/** The mean absolute error. */
export class MeanAbsoluteError extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(meanAbsoluteError, { name: options.name ?? 'meanAbsoluteError' });
  }
}

/** The mean absolute error in percent of the target. */
export class MeanAbsolutePercentageError extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(meanAbsolutePercentageError, { name: options.name ?? 'meanAbsolutePercentageError' });
  }
}

/** The mean squared error of logarithms. */
export class MeanSquaredLogarithmicError extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(meanSquaredLogarithmicError, { name: options.name ?? 'meanSquaredLogarithmicError' });
  }
}

/** The mean of `log cosh` of errors. */
export class LogCoshError extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(logCosh, { name: options.name ?? 'logCosh' });
  }
}

/** The mean Poisson loss. */
export class Poisson extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(poisson, { name: options.name ?? 'poisson' });
  }
}

/** The mean hinge loss. */
export class Hinge extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(hinge, { name: options.name ?? 'hinge' });
  }
}

/** The mean squared hinge loss. */
export class SquaredHinge extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(squaredHinge, { name: options.name ?? 'squaredHinge' });
  }
}

/** The mean categorical hinge loss. */
export class CategoricalHinge extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(categoricalHinge, { name: options.name ?? 'categoricalHinge' });
  }
}

/** The mean Kullback-Leibler divergence. */
export class KLDivergence extends MeanMetricWrapper {
  constructor(options: MetricOptions = {}) {
    super(klDivergence, { name: options.name ?? 'klDivergence' });
  }
}

/** Options of {@link CosineSimilarity}. */
export interface CosineSimilarityOptions extends MetricOptions {
  /** The axis of a vector. Default -1. */
  axis?: number;
}

/** The mean cosine similarity: 1 for the same direction (the loss of that name has the other sign). */
export class CosineSimilarity extends MeanMetricWrapper {
  constructor(options: CosineSimilarityOptions = {}) {
    super((y, p) => neg(cosineSimilarity(y, p, { axis: options.axis ?? -1 })), {
      name: options.name ?? 'cosineSimilarity',
      higherIsBetter: true,
    });
  }
}

/** The mean log loss of yes/no targets. */
export class BinaryCrossentropy extends MeanMetricWrapper {
  constructor(options: MetricOptions & BinaryCrossentropyOptions = {}) {
    super((y, p) => binaryCrossentropy(y, p, options), { name: options.name ?? 'binaryCrossentropy' });
  }
}

/** {@link BinaryCrossentropy} under the name that rankers use. */
export class LogLoss extends BinaryCrossentropy {
  constructor(options: MetricOptions & BinaryCrossentropyOptions = {}) {
    super({ name: 'logLoss', ...options });
  }
}

/** The mean cross-entropy of one-hot targets. */
export class CategoricalCrossentropy extends MeanMetricWrapper {
  constructor(options: MetricOptions & CategoricalCrossentropyOptions = {}) {
    super((y, p) => categoricalCrossentropy(y, p, options), { name: options.name ?? 'categoricalCrossentropy' });
  }
}

/** The mean cross-entropy of class ids. */
export class SparseCategoricalCrossentropy extends MeanMetricWrapper {
  constructor(options: MetricOptions & SparseCategoricalCrossentropyOptions = {}) {
    super((y, p) => sparseCategoricalCrossentropy(y, p, options), { name: options.name ?? 'sparseCategoricalCrossentropy' });
  }
}
