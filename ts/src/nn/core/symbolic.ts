// Placeholders of the functional style: `input()` makes one, applying layers to them records a graph of layers.
import type { DType } from '../../index.js';
import type { Layer } from './layer.js';
import type { PartialShape } from './shapes.js';

/** One application of a layer to symbolic inputs. */
export interface LayerCall {
  readonly layer: Layer<never, unknown>;
  readonly inputs: SymbolicTensor | readonly SymbolicTensor[];
}

let count = 0;

/** A value that has a shape and a dtype but no numbers. */
export class SymbolicTensor {
  /** Order of creation; a graph is evaluated in this order. */
  readonly id = count++;

  constructor(
    /** Shape with `null` for the batch. */
    readonly shape: PartialShape,
    readonly dtype: DType,
    /** The application that made it; undefined for inputs. */
    readonly source?: LayerCall,
    /** The name of an input, by which named features are fed. */
    readonly name?: string,
  ) {}
}

/** Options of {@link input}. */
export interface InputOptions {
  /** By which a record of features is fed. */
  name?: string;
  /** Default `'f32'`. */
  dtype?: DType;
}

/**
 * An input of a functional model: `shape` without the batch.
 *
 * ```ts
 * const x = input([8]);
 * const model = new Model({ inputs: x, outputs: new Dense(1).apply(x) });
 * ```
 */
export function input(shape: PartialShape, options: InputOptions = {}): SymbolicTensor {
  return new SymbolicTensor([null, ...shape], options.dtype ?? 'f32', undefined, options.name);
}
