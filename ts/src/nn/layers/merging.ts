// Layers that join several inputs: Concatenate, Add, Multiply.
import { add, concat, mul, TalrayError, type Tensor } from '../../index.js';
import { Layer, type LayerOptions } from '../core/layer.js';
import { axisOf, type PartialShape } from '../core/shapes.js';

/** Options of {@link Concatenate}. */
export interface ConcatenateOptions extends LayerOptions {
  /** The axis along which inputs are joined. Default -1. */
  axis?: number;
}

/** Joins inputs along an axis (default -1): [..., a], [..., b] → [..., a + b]. */
export class Concatenate extends Layer<readonly Tensor[]> {
  static override readonly type = 'Concatenate';

  constructor(protected override readonly options: ConcatenateOptions = {}) {
    super(options);
  }

  call(parts: readonly Tensor[]): Tensor {
    return concat(parts, { axis: this.options.axis ?? -1 });
  }

  override outputShape(shapes: readonly PartialShape[]): PartialShape {
    const first = shapes[0]!;
    const axis = axisOf(this.options.axis ?? -1, first.length, 'Concatenate');
    const total = shapes.reduce<number | null>(
      (sum, shape) => (sum === null || typeof shape[axis] !== 'number' ? null : sum + shape[axis]),
      0,
    );
    return first.map((size, i) => (i === axis ? total : size));
  }
}

abstract class Folding extends Layer<readonly Tensor[]> {
  /** Two inputs as one. */
  protected abstract join(a: Tensor, b: Tensor): Tensor;

  call(parts: readonly Tensor[]): Tensor {
    const [first, ...rest] = parts;
    if (first === undefined || rest.length === 0)
      throw new TalrayError('SHAPE', `a merging layer takes at least two inputs, got ${parts.length}`);
    return rest.reduce((sum, part) => this.join(sum, part), first);
  }

  override computeMask(_parts: readonly Tensor[], mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }

  override outputShape(shapes: readonly PartialShape[]): PartialShape {
    const rank = Math.max(...shapes.map((shape) => shape.length));
    return Array.from({ length: rank }, (_, i) => {
      const sizes = shapes.map((shape) => (i - rank + shape.length < 0 ? 1 : (shape[i - rank + shape.length] ?? null)));
      return sizes.find((size) => size !== 1 && size !== null) ?? (sizes.includes(null) ? null : 1);
    });
  }
}

/** The sum of its inputs, with broadcasting. */
export class Add extends Folding {
  static override readonly type = 'Add';
  /** The sum. */
  protected join(a: Tensor, b: Tensor): Tensor {
    return add(a, b);
  }
}

/** The product of its inputs, with broadcasting. */
export class Multiply extends Folding {
  static override readonly type = 'Multiply';
  /** The product. */
  protected join(a: Tensor, b: Tensor): Tensor {
    return mul(a, b);
  }
}
