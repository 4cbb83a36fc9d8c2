// talray/data: datasets and feature columns.

export { type Column, ColumnBatch, type Lists, type Row, type Value } from './column-batch.js';
export type { ColumnInput, ColumnsInput, RowInput, ValueInput } from './column-input.js';
export {
  Dataset,
  type DatasetIterator,
  type IterateOptions,
  type Label,
  type LabelValue,
  type ShuffleOptions,
  type SplitOptions,
} from './dataset.js';
export { type EncodedIterator, EncodedSource, type EncodedTensors, encodedTensors, type Inputs } from './encoded-source.js';
export { type EncodedBatch, Encoder, type FitEncoderOptions, type KeyOutput, type Layout } from './encoder.js';
export {
  type CategoricalOptions,
  type CrossOptions,
  categorical,
  cross,
  type Feature,
  type FeatureOptions,
  hashed,
  type KeyOptions,
  type Missing,
  type MultiValuedOptions,
  multiValued,
  type NumericOptions,
  numeric,
  type OutOfVocabulary,
  type SequenceOptions,
  sequence,
  type VocabularySource,
} from './features.js';
export {
  type ColumnSpec,
  type ColumnType,
  type CsvOptions,
  csv,
  fromColumns,
  fromRows,
  type ParquetOptions,
  type Paths,
  parquet,
} from './sources.js';
