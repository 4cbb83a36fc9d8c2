// Losses of a config, by the names of their functions or classes.

import {
  BinaryCrossentropy,
  type BinaryCrossentropyOptions,
  BinaryFocalCrossentropy,
  type BinaryFocalCrossentropyOptions,
  Hinge,
  Huber,
  type HuberOptions,
  LogCosh,
  Loss,
  type LossOptions,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SquaredHinge,
} from '../../losses/index.js';
import type { LossLike } from '../../train/index.js';
import { type Fields, flag, type Maker, named, number, object, oneOf, type Reader, whole } from './fields.js';

const common: Fields<LossOptions> = { reduction: oneOf('sumOverBatchSize', 'mean', 'meanWithSampleWeight', 'sum', 'none') };
const crossentropy: Fields<BinaryCrossentropyOptions> = { fromLogits: flag, labelSmoothing: number, axis: whole(-8) };

function maker<O extends object>(Made: new (options?: O & LossOptions) => Loss, own: Fields<Omit<O, keyof LossOptions>>): Maker<LossLike> {
  const read = object<O & LossOptions>({ ...common, ...own } as unknown as Fields<O & LossOptions>);
  return (options, place) => new Made(read(options, place));
}

/** Losses that judge one number a row. */
const classes: Readonly<Record<string, Maker<LossLike>>> = {
  BinaryCrossentropy: maker<BinaryCrossentropyOptions>(BinaryCrossentropy, crossentropy),
  BinaryFocalCrossentropy: maker<BinaryFocalCrossentropyOptions>(BinaryFocalCrossentropy, {
    ...crossentropy,
    applyClassBalancing: flag,
    alpha: number,
    gamma: number,
  }),
  Hinge: maker<LossOptions>(Hinge, {}),
  SquaredHinge: maker<LossOptions>(SquaredHinge, {}),
  MeanSquaredError: maker<LossOptions>(MeanSquaredError, {}),
  MeanAbsoluteError: maker<LossOptions>(MeanAbsoluteError, {}),
  MeanAbsolutePercentageError: maker<LossOptions>(MeanAbsolutePercentageError, {}),
  MeanSquaredLogarithmicError: maker<LossOptions>(MeanSquaredLogarithmicError, {}),
  Huber: maker<HuberOptions>(Huber, { delta: number }),
  LogCosh: maker<LossOptions>(LogCosh, {}),
  Poisson: maker<LossOptions>(Poisson, {}),
};

const functions = Object.fromEntries(Object.entries(classes).map(([name, make]) => [name.charAt(0).toLowerCase() + name.slice(1), make]));
const byName = named<LossLike>('loss', { ...functions, ...classes });

/** `"binaryCrossentropy"`, or `{ "name": "BinaryCrossentropy", "labelSmoothing": 0.1 }`. */
export const loss: Reader<LossLike> = (value, place) => {
  // A config module may bring a loss of its own.
  if (value instanceof Loss || typeof value === 'function') return value as LossLike;
  return byName(value, place);
};
