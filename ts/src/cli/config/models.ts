// Models that a config can name, and the classes that a saved model may be of.

import type { Feature } from '../../data/index.js';
import { TalrayError } from '../../index.js';
import { activationNamed, type LayerOptions } from '../../nn/index.js';
import {
  EmbeddingTable,
  FeatureDLRM,
  type FeatureDLRMOptions,
  FeatureModel,
  WideAndDeep,
  type WideAndDeepOptions,
} from '../../recsys/index.js';
import { type Fields, flag, list, type Maker, named, number, object, oneOf, type Reader, text, whole } from './fields.js';

/** Makes a model of features. */
export type ModelMaker = (features: readonly Feature[]) => FeatureModel;

const activation: Reader<ReturnType<typeof activationNamed>> = (value, place) => {
  try {
    return activationNamed(text(value, place));
  } catch (error) {
    throw new TalrayError('OPTION', `${place}: ${(error as Error).message}`, { cause: error });
  }
};

const wideAndDeep: Fields<Omit<WideAndDeepOptions, keyof LayerOptions | 'features'>> = {
  hidden: list(whole(1)),
  dim: whole(1),
  wide: list(text),
  deep: list(text),
  activation,
  dropout: number,
  minCount: whole(1),
  update: oneOf('dense', 'lazy'),
};

const dlrm: Fields<Omit<FeatureDLRMOptions, keyof LayerOptions | 'features'>> = {
  dim: whole(1),
  bottom: list(whole(1)),
  top: list(whole(1)),
  normalize: flag,
  minCount: whole(1),
  update: oneOf('dense', 'lazy'),
};

const makers: Readonly<Record<string, Maker<ModelMaker>>> = {
  WideAndDeep: (given, place) => {
    const options = object<Omit<WideAndDeepOptions, keyof LayerOptions | 'features'>>(wideAndDeep, ['hidden'])(given, place);
    return (features) => new WideAndDeep({ ...options, features });
  },
  DLRM: (given, place) => {
    const options = object<Omit<FeatureDLRMOptions, keyof LayerOptions | 'features'>>(dlrm)(given, place);
    return (features) => new FeatureDLRM({ ...options, features });
  },
};

const byName = named('model', makers);

/** `{ "name": "WideAndDeep", "hidden": [100, 50] }`; a config module may bring a model of its own. */
export const model: Reader<ModelMaker> = (value, place) => (value instanceof FeatureModel ? () => value : byName(value, place));

/** Classes of models and layers that the command loads beside those of talray/nn and talray/train. */
export const classes = [WideAndDeep, FeatureDLRM, EmbeddingTable];
