// Variables: cells that hold an immutable value which can be replaced.

import type { DataOf, DType, ScalarOf } from './dtype.js';
import { TalrayError } from './errors.js';
import { guarded, native } from './native.js';
import { toTensor } from './create.js';
import { type Nested, type Shape, type Tensor, type TensorLike, tensorAt } from './tensor.js';

const finalizers = new FinalizationRegistry<number>((cell) => native.freeCell(cell));

let unnamed = 0;

/** Options of {@link variable}. */
export interface VariableOptions {
  /** Name in messages and files. Default `variable_n`. */
  name?: string;
  /** Does training change it? Default true. */
  trainable?: boolean;
  /** Element type. Default that of the initial value. */
  dtype?: DType;
}

/**
 * A place that holds a tensor. Reading captures the current value: `y = v.mul(2); v.assign(0)` leaves `y` as it was.
 * It can stand wherever a tensor can.
 */
export class Variable<D extends DType = DType> {
  /** @internal */
  readonly cell: number;
  /** Element type. */
  readonly dtype: D;
  /** Sizes; they never change. */
  readonly shape: Shape;
  /** Name in messages and files. */
  name: string;
  /** Does training change it? */
  trainable: boolean;

  constructor(initial: TensorLike, options: VariableOptions = {}) {
    const value = toTensor(initial, options.dtype);
    this.name = options.name ?? `variable_${++unnamed}`;
    this.trainable = options.trainable ?? true;
    this.dtype = value.dtype as D;
    this.shape = value.shape;
    this.cell = guarded(() => native.newCell(value.live(), this.name));
    finalizers.register(this, this.cell);
  }

  /** The current value. */
  get value(): Tensor<D> {
    guarded(() => native.readCell(this.cell));
    return tensorAt(0)[0] as unknown as Tensor<D>;
  }

  /** Number of dimensions. */
  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return this.shape.reduce((n, d) => n * d, 1);
  }

  /**
   * Replaces the value by one of the same dtype and shape (plain data takes the dtype of the variable).
   *
   * @throws TalrayError `SHAPE` or `DTYPE` when it does not fit.
   */
  assign(value: TensorLike): this {
    const plain = !(value instanceof Object && 'handle' in value) && !(value instanceof Variable);
    const t = plain ? toTensor(value, this.dtype) : toTensor(value);
    if (t.shape.length !== this.shape.length || t.shape.some((d, i) => d !== this.shape[i] && d !== -1)) {
      throw new TalrayError('SHAPE', `variable ${this.name} has shape [${this.shape.join(',')}], received [${t.shape.join(',')}]`);
    }
    guarded(() => native.assign(this.cell, t.live()));
    if (plain) t.dispose();
    return this;
  }

  /** As `Tensor.data`. */
  async data(): Promise<DataOf<D>> {
    return this.read((t) => t.data());
  }

  /** As `Tensor.dataSync`. */
  dataSync(): DataOf<D> {
    const t = this.value;
    const data = t.dataSync();
    t.dispose();
    return data;
  }

  /** As `Tensor.array`. */
  async array(): Promise<Nested> {
    return this.read((t) => t.array());
  }

  /** As `Tensor.item`. */
  async item(): Promise<ScalarOf<D>> {
    return this.read((t) => t.item());
  }

  private async read<T>(how: (t: Tensor<D>) => Promise<T>): Promise<T> {
    const t = this.value;
    try {
      return await how(t);
    } finally {
      t.dispose();
    }
  }
}

/** A new variable. */
export function variable<D extends DType = DType>(initial: TensorLike, options: VariableOptions = {}): Variable<D> {
  return new Variable<D>(initial, options);
}
