// `talray/optimizers`: Keras's optimizers and a few of TensorFlow's, and how a saved one is made again.
import { TalrayError } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import { scheduleFrom } from '../schedules/index.js';
import { Adadelta } from './adadelta.js';
import { Adagrad } from './adagrad.js';
import { Adam, AdamW } from './adam.js';
import { Adamax } from './adamax.js';
import { Ftrl } from './ftrl.js';
import { Lamb } from './lamb.js';
import { Lion } from './lion.js';
import { Nadam } from './nadam.js';
import type { LearningRate } from './optimizer.js';
import { AdagradDA, ProximalAdagrad, ProximalGradientDescent } from './proximal.js';
import { RMSprop } from './rmsprop.js';
import { SGD } from './sgd.js';
import type { AnyOptimizer } from './any.js';

export { Adadelta, type AdadeltaOptions } from './adadelta.js';
export { Adagrad, type AdagradOptions } from './adagrad.js';
export { Adam, type AdamOptions, AdamW, type AdamWOptions } from './adam.js';
export { Adamax, type AdamaxOptions } from './adamax.js';
export type { AnyOptimizer } from './any.js';
export { Ftrl, type FtrlOptions } from './ftrl.js';
export { Lamb, type LambOptions } from './lamb.js';
export { Lion, type LionOptions } from './lion.js';
export { Nadam, type NadamOptions } from './nadam.js';
export { type LearningRate, Optimizer, type OptimizerOptions } from './optimizer.js';
export {
  AdagradDA,
  type AdagradDAOptions,
  ProximalAdagrad,
  type ProximalAdagradOptions,
  ProximalGradientDescent,
  type ProximalOptions,
} from './proximal.js';
export { RMSprop, type RMSpropOptions } from './rmsprop.js';
export type { Row, Scalars, SlotSpec, Update } from './rule.js';
export { SGD, type SGDOptions } from './sgd.js';

const known: readonly { readonly type: string; new (rate: LearningRate, options: object): AnyOptimizer }[] = [
  SGD,
  Adagrad,
  Adam,
  AdamW,
  RMSprop,
  Adamax,
  Nadam,
  Adadelta,
  Ftrl,
  Lion,
  Lamb,
  ProximalGradientDescent,
  ProximalAdagrad,
  AdagradDA,
];

/** The optimizer that `config()` described, not built; throws `FORMAT` for a type that is not known. */
export function optimizerFrom(config: ThingConfig): AnyOptimizer {
  const found = known.find(({ type }) => type === config.type);
  if (found === undefined)
    throw new TalrayError('FORMAT', `no optimizer is called ${config.type}; known: ${known.map(({ type }) => type).join(', ')}`);
  const { learningRate, options } = config as unknown as { learningRate: number | ThingConfig; options: object };
  return new found(typeof learningRate === 'number' ? learningRate : scheduleFrom(learningRate), options);
}
