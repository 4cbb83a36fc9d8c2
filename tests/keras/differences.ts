// Where names, arguments and defaults are not Keras's, and why. signatures.test.ts holds all else to Keras, and holds
// that what stands here is still a difference.

/** Classes under another name: acronyms are words in TypeScript, and a bar is what it is. */
export const CLASSES: Readonly<Record<string, string>> = { AUC: 'Auc', CSVLogger: 'CsvLogger', ProgbarLogger: 'ProgressBar' };

const IOU = 'judges segmentations, which no model here makes';
const WRAPPER = 'wraps an optimizer; here models take several, and policies scale losses';

/** Classes that are not there. */
export const ABSENT: Readonly<Record<string, string>> = {
  'initializers.Initializer': 'an interface',
  'regularizers.Regularizer': 'an interface',
  'constraints.Constraint': 'an interface',
  'schedules.LearningRateSchedule': 'an interface',
  'metrics.BinaryIoU': IOU,
  'metrics.IoU': IOU,
  'metrics.MeanIoU': IOU,
  'metrics.OneHotIoU': IOU,
  'metrics.OneHotMeanIoU': IOU,
  'metrics.ConcordanceCorrelation': 'not written yet',
  'metrics.PearsonCorrelation': 'not written yet',
  'optimizers.Adafactor': 'not written yet',
  'optimizers.Muon': 'not written yet',
  'optimizers.ScheduleFreeAdamW': 'not written yet',
  'optimizers.LossScaleOptimizer': WRAPPER,
  'optimizers.MultiOptimizer': WRAPPER,
  'optimizers.OptimizerMap': WRAPPER,
  'callbacks.BackupAndRestore': 'fit resumes from a saved model by itself',
  'callbacks.CallbackList': 'fit takes a list',
  'callbacks.OrbaxCheckpoint': 'of JAX',
  'callbacks.RemoteMonitor': 'LambdaCallback posts what is wanted',
  'callbacks.SwapEMAWeights': 'not written yet',
  'callbacks.TensorBoard': 'not written yet',
};

/** Arguments under another name, by class or, with `*`, everywhere. */
export const ARGUMENTS: Readonly<Record<string, string>> = {
  'MultiHeadAttention.output_shape': 'outputDim',
  'Ftrl.l1_regularization_strength': 'l1',
  'Ftrl.l2_regularization_strength': 'l2',
  'Ftrl.l2_shrinkage_regularization_strength': 'l2Shrinkage',
  'CSVLogger.filename': 'path',
  'ModelCheckpoint.filepath': 'path',
  'LambdaCallback.on_train_batch_end': 'onTrainStepEnd',
};

const STATE = 'run() takes and gives the state';
const ONE_ENGINE = 'chooses an implementation, of which there is one';
const LOW_RANK = 'low-rank adaptation and quantised weights are not there';
const NAMELESS = 'losses and optimizers are told apart by their place in compile';
const STREAM = 'masks come from the global stream, or from a Dropout layer with a seed';

/** Arguments that are not there, by class or, with `*`, everywhere in a kind. */
export const MISSING: Readonly<Record<string, string>> = {
  'losses.*.name': NAMELESS,
  'losses.*.dtype': 'a loss is computed in the dtype of its predictions',
  'metrics.*.dtype': 'metrics count in f32',
  'optimizers.*.name': NAMELESS,
  'optimizers.*.loss_scale_factor': 'the policy scales losses',
  'optimizers.*.gradient_accumulation_steps': 'not written yet',
  'schedules.*.name': 'a name for graphs',
  'callbacks.*.verbose': 'callbacks do not print; ProgressBar does',
  'layers.BatchNormalization.renorm': 'batch renormalisation is not written yet',
  'layers.BatchNormalization.renorm_clipping': 'batch renormalisation is not written yet',
  'layers.BatchNormalization.renorm_momentum': 'batch renormalisation is not written yet',
  'layers.BatchNormalization.synchronized': 'a model runs on one device',
  'layers.Bidirectional.weights': 'setWeights gives weights',
  'layers.Embedding.weights': 'setWeights gives weights',
  'layers.Embedding.lora_rank': LOW_RANK,
  'layers.Embedding.lora_alpha': LOW_RANK,
  'layers.Embedding.quantization_config': LOW_RANK,
  'layers.Dense.lora_rank': LOW_RANK,
  'layers.Dense.lora_alpha': LOW_RANK,
  'layers.Dense.quantization_config': LOW_RANK,
  'layers.LSTM.return_state': STATE,
  'layers.GRU.return_state': STATE,
  'layers.LSTM.stateful': STATE,
  'layers.GRU.stateful': STATE,
  'layers.LSTM.unroll': ONE_ENGINE,
  'layers.GRU.unroll': ONE_ENGINE,
  'layers.LSTM.use_cudnn': ONE_ENGINE,
  'layers.GRU.use_cudnn': ONE_ENGINE,
  'layers.LSTM.seed': STREAM,
  'layers.GRU.seed': STREAM,
  'layers.MultiHeadAttention.seed': STREAM,
  'layers.MultiHeadAttention.attention_axes': 'attention is over the one axis of positions',
  'layers.MultiHeadAttention.sliding_window': 'an attention mask says it',
  'layers.MultiHeadAttention.flash_attention': ONE_ENGINE,
  'layers.MultiHeadAttention.use_gate': 'not written yet',
  'metrics.AUC.multi_label': 'one curve over all labels; GroupedAuc takes groups apart',
  'metrics.AUC.num_labels': 'one curve over all labels; GroupedAuc takes groups apart',
  'metrics.AUC.label_weights': 'sample weights say it',
  'metrics.SparseTopKCategoricalAccuracy.from_sorted_ids': 'takes scores only',
  'callbacks.ModelCheckpoint.save_weights_only': 'a saved model holds all that training needs',
  'callbacks.TerminateOnNaN.raise_error': 'fit throws by itself where the callback is not given',
  'callbacks.LambdaCallback.on_train_batch_begin': 'a recorded step has no beginning of its own',
};

/** Defaults that Keras writes another way, or that follow from other arguments, as our docstrings say them. */
export const DEFAULTS: Readonly<Record<string, string>> = {
  '*.data_format': "'channelsLast'",
  'AveragePooling2D.pool_size': '2',
  'Embedding.embeddings_initializer': 'RandomUniform',
  'MultiHeadAttention.value_dim': 'keyDim',
  'FalseNegatives.thresholds': '0.5',
  'FalsePositives.thresholds': '0.5',
  'TrueNegatives.thresholds': '0.5',
  'TruePositives.thresholds': '0.5',
  'Precision.thresholds': '0.5',
  'Recall.thresholds': '0.5',
};
