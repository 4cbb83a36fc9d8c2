// `talray/schedules`: learning rates as functions of the step, and how a saved one is made again.
import { TalrayError } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import { CosineDecay, CosineDecayRestarts } from './cosine.js';
import { ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay } from './decay.js';
import type { LearningRateSchedule } from './schedule.js';
import { WarmUp, type WarmUpOptions } from './warm-up.js';

export { CosineDecay, type CosineDecayOptions, CosineDecayRestarts, type CosineDecayRestartsOptions } from './cosine.js';
export {
  type DecayOptions,
  ExponentialDecay,
  InverseTimeDecay,
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
  PolynomialDecay,
  type PolynomialDecayOptions,
} from './decay.js';
export type { LearningRateSchedule } from './schedule.js';
export { WarmUp, type WarmUpOptions } from './warm-up.js';

const makers: Record<string, (options: never) => LearningRateSchedule> = {
  ExponentialDecay: (o: ConstructorParameters<typeof ExponentialDecay>[0]) => new ExponentialDecay(o),
  InverseTimeDecay: (o: ConstructorParameters<typeof InverseTimeDecay>[0]) => new InverseTimeDecay(o),
  PolynomialDecay: (o: ConstructorParameters<typeof PolynomialDecay>[0]) => new PolynomialDecay(o),
  PiecewiseConstantDecay: (o: ConstructorParameters<typeof PiecewiseConstantDecay>[0]) => new PiecewiseConstantDecay(o),
  CosineDecay: (o: ConstructorParameters<typeof CosineDecay>[0]) => new CosineDecay(o),
  CosineDecayRestarts: (o: ConstructorParameters<typeof CosineDecayRestarts>[0]) => new CosineDecayRestarts(o),
  WarmUp: ({ after, ...o }: WarmUpOptions & { after: number | ThingConfig }) =>
    new WarmUp(typeof after === 'number' ? after : scheduleFrom(after), o),
};

/** The schedule that `config()` described; throws `FORMAT` for a type that is not known. */
export function scheduleFrom(config: ThingConfig): LearningRateSchedule {
  const { type, ...options } = config;
  const make = makers[type];
  if (make === undefined) throw new TalrayError('FORMAT', `no schedule is called ${type}; known: ${Object.keys(makers).join(', ')}`);
  return make(options as never);
}
