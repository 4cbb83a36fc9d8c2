// Learning rates of a config: a number, or a schedule by name.

import {
  CosineDecay,
  type CosineDecayOptions,
  CosineDecayRestarts,
  type CosineDecayRestartsOptions,
  type DecayOptions,
  ExponentialDecay,
  InverseTimeDecay,
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
  PolynomialDecay,
  type PolynomialDecayOptions,
  WarmUp,
} from '../../schedules/index.js';
import type { LearningRate } from '../../optimizers/index.js';
import { type Fields, flag, list, named, number, object, type Reader, whole } from './fields.js';

const decay = object<DecayOptions>({ initialLearningRate: number, decaySteps: number, decayRate: number, staircase: flag }, [
  'initialLearningRate',
  'decaySteps',
  'decayRate',
]);
const cosine = object<CosineDecayOptions>(
  { initialLearningRate: number, decaySteps: number, alpha: number, warmupTarget: number, warmupSteps: number },
  ['initialLearningRate', 'decaySteps'],
);
const restarts = object<CosineDecayRestartsOptions>(
  { initialLearningRate: number, firstDecaySteps: number, tMul: number, mMul: number, alpha: number },
  ['initialLearningRate', 'firstDecaySteps'],
);
const polynomial = object<PolynomialDecayOptions>(
  { initialLearningRate: number, decaySteps: number, endLearningRate: number, power: number, cycle: flag },
  ['initialLearningRate', 'decaySteps'],
);
const piecewise = object<PiecewiseConstantDecayOptions>({ boundaries: list(number), values: list(number) }, ['boundaries', 'values']);
type WarmUpFields = { after: LearningRate; steps: number; from?: number };
const warmUp: Fields<WarmUpFields> = { after: (value, place) => learningRate(value, place), steps: whole(1), from: number };

const schedule = named<LearningRate>('schedule', {
  ExponentialDecay: (options, place) => new ExponentialDecay(decay(options, place)),
  InverseTimeDecay: (options, place) => new InverseTimeDecay(decay(options, place)),
  PolynomialDecay: (options, place) => new PolynomialDecay(polynomial(options, place)),
  PiecewiseConstantDecay: (options, place) => new PiecewiseConstantDecay(piecewise(options, place)),
  CosineDecay: (options, place) => new CosineDecay(cosine(options, place)),
  CosineDecayRestarts: (options, place) => new CosineDecayRestarts(restarts(options, place)),
  WarmUp: (options, place) => {
    const { after, ...rest } = object(warmUp, ['after', 'steps'])(options, place);
    return new WarmUp(after, rest);
  },
});

/** A number, or a schedule such as `{ "name": "CosineDecay", "initialLearningRate": 0.1, "decaySteps": 1000 }`. */
export const learningRate: Reader<LearningRate> = (value, place) =>
  typeof value === 'number' ? number(value, place) : schedule(value, place);
