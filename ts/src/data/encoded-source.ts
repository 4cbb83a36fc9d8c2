// A dataset and an encoder as what `fit`, `evaluate` and `predict` read from: batches of named tensors.

import { tensor } from '../array/create.js';
import { TalrayError } from '../array/errors.js';
import type { Tensor } from '../array/tensor.js';
import type { Dataset } from './dataset.js';
import type { EncodedBatch, Encoder } from './encoder.js';

/** Inputs of a model, by name. */
export type Inputs = Readonly<Record<string, Tensor>>;

/** What a model is fed with. */
export interface EncodedTensors {
  /**
   * `dense`: f32 `[rows, numbers]`, where there are numeric features. Each feature with one key a row: i64 `[rows]` under
   * its name. Each sequence: i64 `[rows, length]` under its name, and f32 `[rows, length]` under `name:mask`, 1 where
   * there is a key.
   */
  readonly x: Inputs;
  /** f32 `[rows, labels]`, where there are labels. */
  readonly y?: Tensor;
  /** f32 `[rows]`, where a weight column is named. */
  readonly sampleWeight?: Tensor;
}

/** One pass; `state` is the place after the batch given last. */
export interface EncodedIterator extends AsyncIterator<EncodedTensors> {
  readonly state: string;
}

/**
 * Batches for training, read and encoded ahead on a thread of the engine.
 *
 * @example
 * await model.fit(new EncodedSource(rows.shuffle({ seed: 1 }).batch(512), encoder), { epochs: 5 });
 */
export class EncodedSource {
  constructor(
    /** The batches; without a `batch` step they have the source's sizes. */
    readonly data: Dataset,
    /** The fitted features. */
    readonly encoder: Encoder,
  ) {
    const ragged = encoder.layout.multi[0];
    if (ragged !== undefined) {
      throw new TalrayError('OPTION', `feature '${ragged.name}' has any number of keys a row: give it a maxLength to feed a model with it`);
    }
  }

  /** The batches of an epoch, or of what is left of it after a state. */
  iterate(request: { epoch: number; state?: string | undefined; signal?: AbortSignal | undefined }): EncodedIterator {
    const batches = this.data.encode(this.encoder, request);
    return {
      get state() {
        return batches.state;
      },
      next: async () => {
        const { done, value } = await batches.next();
        return done === true ? { done: true, value: undefined } : { done: false, value: encodedTensors(this.encoder, value) };
      },
      return: async () => {
        await batches.return?.();
        return { done: true, value: undefined };
      },
    };
  }
}

/** The tensors of an encoded batch. */
export function encodedTensors(encoder: Encoder, batch: EncodedBatch): EncodedTensors {
  const { dense, sequences, labels } = encoder.layout;
  const { rows, weights } = batch;
  const x: Record<string, Tensor> = {};
  if (dense.length > 0) x.dense = tensor(batch.dense, { shape: [rows, dense.length] });
  for (const [name, keys] of Object.entries(batch.keys)) x[name] = tensor(keys, { shape: [rows] });
  for (const { name, length } of sequences) {
    const { keys, mask } = batch.sequences[name] as (typeof batch.sequences)[string];
    x[name] = tensor(keys, { shape: [rows, length] });
    x[`${name}:mask`] = tensor(Float32Array.from(mask), { shape: [rows, length] });
  }
  return {
    x,
    ...(batch.labels.length > 0 ? { y: tensor(batch.labels, { shape: [rows, labels.length] }) } : {}),
    ...(weights === undefined ? {} : { sampleWeight: tensor(weights, { shape: [rows] }) }),
  };
}
