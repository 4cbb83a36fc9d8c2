// `talray/recsys`: recommenders.
export { DLRM, type DLRMInput, type DLRMOptions } from './dlrm.js';
export { DotInteraction, type DotInteractionOptions } from './dot-interaction.js';
export { EmbeddingGroup, type EmbeddingGroupOptions, type GroupInput } from './embedding-group.js';
export { FeatureDLRM, type FeatureDLRMOptions } from './feature-dlrm.js';
export { FeatureInput, type KeyFeature } from './feature-input.js';
export { FeatureModel, type FeatureModelOptions, type FeatureTensors } from './feature-model.js';
export { KeyIndex } from './key-index.js';
export { Tower, type TowerOptions } from './tower.js';
export { DeepPart, WideAndDeep, type WideAndDeepOptions } from './wide-and-deep.js';
export {
  EmbeddingTable,
  type EmbeddingTableOptions,
  type GroupFeature,
  type Keys,
  keysOf,
  lookupGroup,
  type LookupOptions,
} from './embedding-table.js';
