// The base of metrics: state as variables, so that a training step updates them inside its recorded graph.
import { full, scope, type Tensor, type TensorLike, Variable } from '../index.js';

/** Options that every metric takes. */
export interface MetricOptions {
  /** The key in logs. Default the Keras name in camelCase. */
  name?: string;
}

/** Shapes that a metric whose state depends on them is built with. */
export interface MetricShapes {
  readonly yTrue: readonly number[];
  readonly yPred: readonly number[];
}

/** A running value over batches. */
export abstract class Metric {
  readonly name: string;
  readonly #state = new Map<string, { variable: Variable; init: number }>();

  constructor(name: string) {
    this.name = name;
  }

  /** Whether a larger value is better; callbacks that watch a metric ask it. Default false: it is a loss. */
  get higherIsBetter(): boolean {
    return false;
  }

  /** Makes state that depends on the shapes of a batch; called once before the first update. */
  build(_shapes: MetricShapes): void {}

  /** Takes in a batch. `sampleWeight` has one weight an example (or a position). */
  abstract updateState(yTrue: TensorLike, yPred: TensorLike, sampleWeight?: TensorLike): void;

  /** The value so far; 0 (or NaN, where Keras has it) before the first batch. */
  abstract result(): Tensor;

  /** Forgets all batches. */
  reset(): void {
    scope(() => {
      for (const { variable, init } of this.#state.values()) variable.assign(full(variable.shape, init, { dtype: variable.dtype }));
    });
  }

  /** State by name, for checkpoints. */
  stateByName(): Map<string, Variable> {
    return new Map([...this.#state].map(([name, { variable }]) => [name, variable]));
  }

  /** Makes a state variable of f32. */
  protected addState(name: string, shape: readonly number[] = [], init = 0): Variable {
    const variable = new Variable(full(shape, init), { trainable: false, dtype: 'f32', name });
    this.#state.set(name, { variable, init });
    return variable;
  }
}
