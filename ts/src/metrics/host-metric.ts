// Metrics that need every prediction, not a few sums: they read values and live in JavaScript.
import type { Tensor } from '../index.js';

/** A batch as a host metric sees it. */
export interface HostBatch {
  /** The features as they were fed to the model. */
  readonly x: unknown;
  readonly yTrue: Tensor;
  readonly yPred: Tensor;
  readonly sampleWeight: Tensor | undefined;
}

/** A metric whose state grows with the data. It costs a read of the predictions a batch. */
export abstract class HostMetric {
  constructor(
    /** The key in logs. */
    readonly name: string,
  ) {}

  /** Whether a larger value is better. */
  get higherIsBetter(): boolean {
    return true;
  }

  /** Takes in a batch. */
  abstract updateState(batch: HostBatch): Promise<void>;
  /** The value so far. */
  abstract result(): number;
  /** Forgets all batches. */
  abstract reset(): void;
}
