// `talray/losses`: Keras's losses as functions (one value an example) and as classes (with a reduction).
export {
  BinaryCrossentropy,
  binaryCrossentropy,
  type BinaryCrossentropyOptions,
  BinaryFocalCrossentropy,
  binaryFocalCrossentropy,
  type BinaryFocalCrossentropyOptions,
} from './binary-crossentropy.js';
export {
  CategoricalCrossentropy,
  categoricalCrossentropy,
  type CategoricalCrossentropyOptions,
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
  type CategoricalFocalCrossentropyOptions,
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
  type CategoricalGeneralizedCrossEntropyOptions,
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyOptions,
} from './categorical-crossentropy.js';
export { Circle, circle, type CircleOptions } from './circle.js';
export { CTC, ctc } from './ctc.js';
export { CosineSimilarity, cosineSimilarity, type CosineSimilarityOptions, KLDivergence, klDivergence } from './distribution.js';
export { CategoricalHinge, categoricalHinge, Hinge, hinge, SquaredHinge, squaredHinge } from './hinge.js';
export { FunctionLoss, Loss, type LossFunction, type LossOptions, reduceLoss, type Reduction } from './loss.js';
export { Dice, dice, type DiceOptions, Tversky, tversky, type TverskyOptions } from './overlap.js';
export {
  Huber,
  huber,
  type HuberOptions,
  LogCosh,
  logCosh,
  MeanAbsoluteError,
  meanAbsoluteError,
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
  MeanSquaredError,
  meanSquaredError,
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
  Poisson,
  poisson,
} from './regression.js';
