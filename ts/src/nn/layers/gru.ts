// Gated recurrent unit.
import { add, matmul, mul, reshape, slice, split, sub, type Tensor, type Variable } from '../../index.js';
import { Recurrent, type RecurrentOptions } from './recurrent.js';

/** Options of {@link GRU}. */
export interface GRUOptions extends RecurrentOptions {
  /** Whether the reset gate is applied after the recurrent product (Keras 3, CuDNN). Default true. */
  resetAfter?: boolean;
}

/**
 * Gates z, r and candidate h: `z = σ(x W_z + h U_z)`, `r = σ(x W_r + h U_r)`, `n = tanh(x W_h + r·(h U_h))`,
 * `h' = z·h + (1−z)·n`; without `resetAfter` `n = tanh(x W_h + (r·h) U_h)`.
 * Weights in Keras's layout: kernel [in, 3·units], recurrentKernel [units, 3·units], bias [2, 3·units] (input, recurrent),
 * or [3·units] without `resetAfter`.
 */
export class GRU extends Recurrent {
  static override readonly type = 'GRU';

  constructor(
    units: number,
    protected override readonly options: GRUOptions = {},
  ) {
    super(units, options);
  }

  protected get gates(): number {
    return 3;
  }

  protected get states(): number {
    return 1;
  }

  private get resetAfter(): boolean {
    return this.options.resetAfter ?? true;
  }

  /** One bias for all gates, or one for inputs and one for the state with `resetAfter`. */
  protected makeBias(make: (shape: readonly number[]) => Variable): Variable {
    return make(this.resetAfter ? [2, 3 * this.units] : [3 * this.units]);
  }

  /** Row 0 (inputs) or 1 (recurrent) of the bias. */
  private biasRow(row: 0 | 1): Tensor | undefined {
    if (!this.bias) return undefined;
    const bias = this.value(this.bias);
    if (this.resetAfter) return reshape(slice(bias, [row, 0], [1, -1]), [-1]);
    return row === 0 ? bias : undefined;
  }

  protected products(x: Tensor): Tensor {
    const flat = matmul(reshape(x, [-1, x.shape[2]!]), this.value(this.kernel));
    const bias = this.biasRow(0);
    return reshape(bias ? add(flat, bias) : flat, [-1, x.shape[1]!, 3 * this.units]);
  }

  protected step(products: Tensor, [h]: readonly [Tensor], recurrent: (h: Tensor) => Tensor): Tensor[] {
    const { units, recurrentActivation: gate } = this;
    const thirds = [units, units, units];
    const [az, ar, ah] = split(products, thirds, { axis: -1 }) as [Tensor, Tensor, Tensor];
    if (this.resetAfter) {
      const bias = this.biasRow(1);
      const product = recurrent(h);
      const [uz, ur, uh] = split(bias ? add(product, bias) : product, thirds, { axis: -1 }) as [Tensor, Tensor, Tensor];
      return [blend(gate(add(az, uz)), h, this.activation(add(ah, mul(gate(add(ar, ur)), uh))))];
    }
    const [uz, ur] = split(recurrent(h), thirds, { axis: -1 }) as [Tensor, Tensor, Tensor];
    const reset = recurrent(mul(gate(add(ar, ur)), h));
    const candidate = this.activation(add(ah, slice(reset, [0, 2 * units], [-1, units])));
    return [blend(gate(add(az, uz)), h, candidate)];
  }
}

function blend(z: Tensor, h: Tensor, candidate: Tensor): Tensor {
  return add(mul(z, h), mul(sub(1, z), candidate));
}
