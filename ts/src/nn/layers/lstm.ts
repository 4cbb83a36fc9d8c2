// Long short-term memory.
import { add, matmul, mul, reshape, split, type Tensor, type Variable } from '../../index.js';
import type { DType } from '../../index.js';
import type { Initializer } from '../initializers/index.js';
import { Recurrent, type RecurrentOptions, withUnitForget } from './recurrent.js';

/** Options of {@link LSTM}. */
export interface LSTMOptions extends RecurrentOptions {
  /** Whether the forget gate's bias starts at 1. Default true. */
  unitForgetBias?: boolean;
}

/**
 * `g = x W + h U + b`, split into i, f, c, o; `c' = σ(f)·c + σ(i)·tanh(g_c)`; `h' = σ(o)·tanh(c')`.
 * Weights in Keras's layout: kernel [in, 4·units], recurrentKernel [units, 4·units], bias [4·units].
 */
export class LSTM extends Recurrent {
  static override readonly type = 'LSTM';

  constructor(
    units: number,
    protected override readonly options: LSTMOptions = {},
  ) {
    super(units, options);
  }

  protected get gates(): number {
    return 4;
  }

  protected get states(): number {
    return 2;
  }

  protected override get biasInitializer(): Initializer {
    const plain = super.biasInitializer;
    if (!(this.options.unitForgetBias ?? true)) return plain;
    return {
      make: (shape: readonly number[], dtype: DType) => withUnitForget(plain.make(shape, dtype), this.units),
      config: () => plain.config(),
    };
  }

  /** One bias for all gates; that of the forget gate may start at 1. */
  protected makeBias(make: (shape: readonly number[]) => Variable): Variable {
    return make([4 * this.units]);
  }

  protected products(x: Tensor): Tensor {
    const flat = matmul(reshape(x, [-1, x.shape[2]!]), this.value(this.kernel));
    return reshape(this.bias ? add(flat, this.value(this.bias)) : flat, [-1, x.shape[1]!, 4 * this.units]);
  }

  protected step(products: Tensor, [h, c]: readonly [Tensor, Tensor], recurrent: (h: Tensor) => Tensor): Tensor[] {
    const sizes = [this.units, this.units, this.units, this.units];
    const [i, f, g, o] = split(add(products, recurrent(h)), sizes, { axis: -1 }) as [Tensor, Tensor, Tensor, Tensor];
    const gate = this.recurrentActivation;
    const cell = add(mul(gate(f), c), mul(gate(i), this.activation(g)));
    return [mul(gate(o), this.activation(cell)), cell];
  }
}
