// `talray/nn`: layers, activations, initializers, regularizers and constraints under Keras's names.
export * from './activations.js';
export * from './constraints/index.js';
export { decodeLayer, encodeLayer, type Json, type LayerClass, type LayerConfig } from './core/config.js';
export {
  type CallContext,
  type CallOptions,
  type Feed,
  Layer,
  type LayerOptions,
  type SymbolicFeed,
  type WeightOptions,
} from './core/layer.js';
export { maskOf, withMask } from './core/mask.js';
export { addLoss } from './core/penalties.js';
export { type DTypePolicy, dtypePolicy, type FloatDType, type PolicyLike, setDtypePolicy } from './core/policy.js';
export type { PartialShape } from './core/shapes.js';
export { input, type InputOptions, SymbolicTensor } from './core/symbolic.js';
export { type RowUpdate, setTraits, traitsOf, type VariableTraits } from './core/traits.js';
export { layersByPath, weightsByPath } from './core/weights.js';
export * from './initializers/index.js';
export { Activation } from './layers/activation.js';
export { BatchNormalization, type BatchNormalizationOptions } from './layers/batch-normalization.js';
export { Bidirectional, type BidirectionalOptions } from './layers/bidirectional.js';
export { Conv1D, type Conv1DOptions, Conv2D, type Conv2DOptions } from './layers/convolution.js';
export { Dense, type DenseOptions, type KernelOptions } from './layers/dense.js';
export { Dropout, type DropoutOptions } from './layers/dropout.js';
export { Embedding, type EmbeddingOptions } from './layers/embedding.js';
export { GRU, type GRUOptions } from './layers/gru.js';
export { LayerNormalization, type LayerNormalizationOptions } from './layers/layer-normalization.js';
export { LSTM, type LSTMOptions } from './layers/lstm.js';
export { Add, Concatenate, type ConcatenateOptions, Multiply } from './layers/merging.js';
export { MultiHeadAttention, type MultiHeadAttentionOptions } from './layers/multi-head-attention.js';
export {
  AveragePooling2D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  type GlobalPoolingOptions,
  MaxPooling2D,
  type Pooling2DOptions,
} from './layers/pooling.js';
export { Recurrent, type RecurrentOptions, type RunOptions } from './layers/recurrent.js';
export { Flatten, type FlattenOptions, Reshape } from './layers/reshaping.js';
export * from './regularizers/index.js';
export { Model, type ModelOptions, Sequential, type SequentialOptions } from '../train/index.js';
