// Initializers, and how a saved one is made again.
import { TalrayError } from '../../index.js';
import { Constant, Identity, Ones, Zeros } from './constant.js';
import type { Initializer, ThingConfig } from './initializer.js';
import { Orthogonal } from './orthogonal.js';
import { RandomNormal, RandomUniform, TruncatedNormal } from './random.js';
import { STFT } from './stft.js';
import { GlorotNormal, GlorotUniform, HeNormal, HeUniform, LecunNormal, LecunUniform, VarianceScaling } from './variance-scaling.js';

export { Constant, Identity, type IdentityOptions, Ones, Zeros } from './constant.js';
export type { Initializer, SeedOption, ThingConfig } from './initializer.js';
export { Orthogonal, type OrthogonalOptions } from './orthogonal.js';
export { type NormalOptions, RandomNormal, RandomUniform, TruncatedNormal, type UniformOptions } from './random.js';
export { STFT, type STFTOptions, type WindowName } from './stft.js';
export {
  type FanOptions,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
  type VarianceScalingOptions,
} from './variance-scaling.js';

const makers: Record<string, (options: never) => Initializer> = {
  Zeros: () => new Zeros(),
  Ones: () => new Ones(),
  Constant: (options: { value: number | number[] }) => new Constant(options.value),
  Identity: (options: object) => new Identity(options),
  RandomNormal: (options: object) => new RandomNormal(options),
  RandomUniform: (options: object) => new RandomUniform(options),
  TruncatedNormal: (options: object) => new TruncatedNormal(options),
  VarianceScaling: (options: object) => new VarianceScaling(options),
  GlorotUniform: (options: object) => new GlorotUniform(options),
  GlorotNormal: (options: object) => new GlorotNormal(options),
  HeUniform: (options: object) => new HeUniform(options),
  HeNormal: (options: object) => new HeNormal(options),
  LecunUniform: (options: object) => new LecunUniform(options),
  LecunNormal: (options: object) => new LecunNormal(options),
  Orthogonal: (options: object) => new Orthogonal(options),
  STFT: (options: object) => new STFT(options),
};

/** The initializer that `config()` described; throws `FORMAT` for a type that is not known. */
export function initializerFrom(config: ThingConfig): Initializer {
  const { type, ...options } = config;
  const make = makers[type];
  if (make === undefined) throw new TalrayError('FORMAT', `no initializer is called ${type}; known: ${Object.keys(makers).join(', ')}`);
  return make(options as never);
}
