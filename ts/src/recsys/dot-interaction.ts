// The feature interaction of DLRM as a layer: dot products of all pairs of an example's vectors.
import { concat, dotInteraction, expandDims, gather, matmul, reshape, TalrayError, tensor, type Tensor, tril } from '../index.js';
import { Layer, type LayerOptions } from '../nn/core/layer.js';
import type { PartialShape } from '../nn/core/shapes.js';

/** Options of {@link DotInteraction}, as TensorFlow Recommenders and Keras-RS have them. */
export interface DotInteractionOptions extends LayerOptions {
  /** Whether each vector is paired with itself too. Default false. */
  selfInteraction?: boolean;
  /** Whether the output is the whole square of pairs, with 0 for those left out, rather than the pairs alone. Default false. */
  skipGather?: boolean;
}

/**
 * Inputs [batch, dim] (a vector) or [batch, k, dim] (k vectors), `n` vectors in all; output [batch, n·(n − 1)/2]: their products
 * in the order (1, 0), (2, 0), (2, 1), (3, 0) … With `selfInteraction` [batch, n·(n + 1)/2] from (0, 0) on; with `skipGather`
 * [batch, n·n] in row order, where pairs on and above the diagonal (with `selfInteraction`: above it) are 0.
 * Source: Naumov et al. (2019).
 */
export class DotInteraction extends Layer<readonly Tensor[]> {
  static override readonly type = 'DotInteraction';

  constructor(protected override readonly options: DotInteractionOptions = {}) {
    super(options);
  }

  call(parts: readonly Tensor[]): Tensor {
    const n = count(parts.map((part) => part.shape));
    const x = concat(
      parts.map((part) => (part.rank === 2 ? expandDims(part, 1) : part)),
      { axis: 1 },
    );
    const { selfInteraction = false, skipGather = false } = this.options;
    if (!selfInteraction && !skipGather) return dotInteraction(x);
    const square = matmul(x, x, { transposeB: true });
    if (skipGather) return reshape(tril(square, { k: selfInteraction ? 0 : -1 }), [-1, n * n]);
    const kept = Array.from({ length: n }, (_, i) => Array.from({ length: i + 1 }, (_, j) => i * n + j)).flat();
    return gather(reshape(square, [-1, n * n]), tensor(kept, { dtype: 'i32' }), { axis: 1 });
  }

  override outputShape(shapes: readonly PartialShape[]): PartialShape {
    const n = count(shapes);
    const { selfInteraction = false, skipGather = false } = this.options;
    return [shapes[0]?.[0] ?? null, skipGather ? n * n : (n * (selfInteraction ? n + 1 : n - 1)) / 2];
  }
}

/** How many vectors inputs of these shapes hold. */
function count(shapes: readonly PartialShape[]): number {
  return shapes.reduce((sum, shape) => {
    const k = shape.length === 2 ? 1 : shape[1];
    if (shape.length < 2 || shape.length > 3 || typeof k !== 'number')
      throw new TalrayError(
        'SHAPE',
        `DotInteraction: expected inputs [batch, dim] or [batch, k, dim] with a known k, got [${shape.join(', ')}]`,
      );
    return sum + k;
  }, 0);
}
