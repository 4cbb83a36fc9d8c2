// Optimizers of a config, by name.

import {
  Adadelta,
  type AdadeltaOptions,
  Adagrad,
  AdagradDA,
  type AdagradDAOptions,
  type AdagradOptions,
  Adam,
  Adamax,
  type AdamaxOptions,
  type AdamOptions,
  AdamW,
  type AnyOptimizer,
  Ftrl,
  type FtrlOptions,
  Lamb,
  type LearningRate,
  Lion,
  type LionOptions,
  Nadam,
  type OptimizerOptions,
  ProximalAdagrad,
  type ProximalAdagradOptions,
  ProximalGradientDescent,
  type ProximalOptions,
  RMSprop,
  type RMSpropOptions,
  SGD,
  type SGDOptions,
} from '../../optimizers/index.js';
import { type Fields, flag, isPlain, list, type Maker, named, number, object, oneOf, type Reader, text, whole } from './fields.js';
import { learningRate } from './schedules.js';

const common: Fields<OptimizerOptions> = {
  clipnorm: number,
  clipvalue: number,
  globalClipnorm: number,
  weightDecay: number,
  excludeFromWeightDecay: list(text),
  useEma: flag,
  emaMomentum: number,
  emaOverwriteFrequency: whole(1),
  rounding: oneOf('exact', 'keras'),
  update: oneOf('dense', 'lazy'),
};
const adamax: Fields<Omit<AdamaxOptions, keyof OptimizerOptions>> = { beta1: number, beta2: number, epsilon: number };
const adam: Fields<Omit<AdamOptions, keyof OptimizerOptions>> = { ...adamax, amsgrad: flag, epsilonMode: oneOf('raw', 'corrected') };
const epsilonMode = oneOf('inside', 'outside');

function maker<O extends OptimizerOptions>(
  Made: new (rate?: LearningRate, options?: O) => AnyOptimizer,
  own: Fields<Omit<O, keyof OptimizerOptions>>,
): Maker<AnyOptimizer> {
  const read = object<Record<string, unknown> & { learningRate?: LearningRate }>({ learningRate, ...common, ...own } as never);
  return (given, place) => {
    const { learningRate: rate, ...options } = read(given, place);
    return new Made(rate, options as unknown as O);
  };
}

const makers: Readonly<Record<string, Maker<AnyOptimizer>>> = {
  SGD: maker<SGDOptions>(SGD, { momentum: number, nesterov: flag, velocity: oneOf('scaled', 'raw') }),
  Adagrad: maker<AdagradOptions>(Adagrad, { initialAccumulatorValue: number, epsilon: number, epsilonMode, updateAccumulator: flag }),
  Adam: maker<AdamOptions>(Adam, adam),
  AdamW: maker<AdamOptions>(AdamW, adam),
  RMSprop: maker<RMSpropOptions>(RMSprop, { rho: number, momentum: number, epsilon: number, centered: flag, epsilonMode }),
  Adamax: maker<AdamaxOptions>(Adamax, adamax),
  Nadam: maker<AdamaxOptions>(Nadam, adamax),
  Adadelta: maker<AdadeltaOptions>(Adadelta, { rho: number, epsilon: number }),
  Ftrl: maker<FtrlOptions>(Ftrl, {
    learningRatePower: number,
    initialAccumulatorValue: number,
    l1: number,
    l2: number,
    l2Shrinkage: number,
    beta: number,
    multiplyLinearByLr: flag,
  }),
  Lion: maker<LionOptions>(Lion, { beta1: number, beta2: number }),
  Lamb: maker<AdamaxOptions>(Lamb, adamax),
  ProximalGradientDescent: maker<ProximalOptions>(ProximalGradientDescent, { l1: number, l2: number }),
  ProximalAdagrad: maker<ProximalAdagradOptions>(ProximalAdagrad, { l1: number, l2: number, initialAccumulatorValue: number }),
  AdagradDA: maker<AdagradDAOptions>(AdagradDA, { l1: number, l2: number, initialAccumulatorValue: number, stepOffset: number }),
};

const single = named('optimizer', makers);

/** One for the whole model, or one a part of it: `{ "wide": "Ftrl", "deep": { "name": "Adam", "learningRate": 0.001 } }`. */
export const optimizer: Reader<AnyOptimizer | Record<string, AnyOptimizer>> = (value, place) => {
  if (isOptimizer(value)) return value;
  if (!isPlain(value) || 'name' in value) return single(value, place);
  return Object.fromEntries(Object.entries(value).map(([part, own]) => [part, isOptimizer(own) ? own : single(own, `${place}.${part}`)]));
};

/** Whether a config module brought an optimizer of its own. */
function isOptimizer(value: unknown): value is AnyOptimizer {
  return typeof value === 'object' && value !== null && 'apply' in value && typeof value.apply === 'function';
}
