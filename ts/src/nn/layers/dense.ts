// A fully connected layer.
import { add, matmul, reshape, type Tensor, type Variable } from '../../index.js';
import type { ActivationFunction } from '../activations.js';
import type { Constraint } from '../constraints/constraint.js';
import { Layer, type LayerOptions } from '../core/layer.js';
import { knownSize, type PartialShape } from '../core/shapes.js';
import { GlorotUniform, type Initializer, Zeros } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';

/** Options of layers with a kernel and a bias. */
export interface KernelOptions extends LayerOptions {
  /** Applied to the output. Default none. */
  activation?: ActivationFunction;
  /** Default true. */
  useBias?: boolean;
  /** Default `GlorotUniform`. */
  kernelInitializer?: Initializer;
  /** Default `Zeros`. */
  biasInitializer?: Initializer;
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}

/** Options of {@link Dense}. */
export type DenseOptions = KernelOptions;

/** `activation(x @ kernel + bias)` over the last axis: [..., in] → [..., units]. Kernel [in, units], bias [units]. */
export class Dense extends Layer {
  static override readonly type = 'Dense';
  kernel!: Variable;
  bias: Variable | undefined;

  constructor(
    readonly units: number,
    protected override readonly options: DenseOptions = {},
  ) {
    super(options);
  }

  override args(): readonly unknown[] {
    return [this.units, this.options];
  }

  override build(shape: PartialShape): void {
    const o = this.options;
    this.kernel = this.addWeight([knownSize(shape, -1, 'Dense'), this.units], {
      initializer: o.kernelInitializer ?? new GlorotUniform(),
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    if (o.useBias ?? true) {
      this.bias = this.addWeight([this.units], {
        initializer: o.biasInitializer ?? new Zeros(),
        regularizer: o.biasRegularizer,
        constraint: o.biasConstraint,
      });
    }
  }

  call(x: Tensor): Tensor {
    const flat = x.rank > 2 ? reshape(x, [-1, x.shape.at(-1)!]) : x;
    let y = matmul(flat, this.value(this.kernel));
    if (this.bias) y = add(y, this.value(this.bias));
    if (x.rank > 2) y = reshape(y, [-1, ...x.shape.slice(1, -1), this.units]);
    return this.options.activation ? this.options.activation(y) : y;
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }

  override outputShape(shape: PartialShape): PartialShape {
    return [...shape.slice(0, -1), this.units];
  }
}
