// Layers that only move numbers: Flatten and Reshape.
import { reshape, TalrayError, type Tensor, transpose } from '../../index.js';
import { Layer, type LayerOptions } from '../core/layer.js';
import { type PartialShape, productOf } from '../core/shapes.js';

/** Options of {@link Flatten}. */
export interface FlattenOptions extends LayerOptions {
  /** With `'channelsFirst'` the channels are moved to the end before, so that both orders give the same. Default `'channelsLast'`. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
}

/** [batch, a, b, …] → [batch, a·b·…], in row order; [batch] → [batch, 1]. */
export class Flatten extends Layer {
  static override readonly type = 'Flatten';

  constructor(protected override readonly options: FlattenOptions = {}) {
    super(options);
  }

  call(input: Tensor): Tensor {
    const first = this.options.dataFormat === 'channelsFirst' && input.rank > 2;
    const x = first ? moveChannels(input) : input;
    return reshape(x, [-1, x.shape.slice(1).reduce((a, b) => a * b, 1)]);
  }

  override outputShape(shape: PartialShape): PartialShape {
    return [shape[0] ?? null, productOf(shape.slice(1))];
  }
}

/** [batch, channels, …] → [batch, …, channels]. */
function moveChannels(x: Tensor): Tensor {
  return transpose(x, { axes: [0, ...Array.from({ length: x.rank - 2 }, (_, i) => i + 2), 1] });
}

/** Gives each example the shape `targetShape`, of which one size may be -1. */
export class Reshape extends Layer {
  static override readonly type = 'Reshape';

  constructor(
    readonly targetShape: readonly number[],
    options: LayerOptions = {},
  ) {
    super(options);
    if (targetShape.filter((size) => size === -1).length > 1)
      throw new TalrayError('OPTION', `Reshape: one size may be -1, got [${targetShape.join(', ')}]`);
  }

  override args(): readonly unknown[] {
    return [this.targetShape, this.options];
  }

  call(x: Tensor): Tensor {
    return reshape(x, [-1, ...(this.outputShape(x.shape).slice(1) as number[])]);
  }

  override outputShape(shape: PartialShape): PartialShape {
    const free = this.targetShape.indexOf(-1);
    if (free < 0) return [shape[0] ?? null, ...this.targetShape];
    const size = productOf(shape.slice(1));
    const known = -this.targetShape.reduce((a, b) => a * b, 1);
    return [shape[0] ?? null, ...this.targetShape.map((s) => (s !== -1 ? s : size === null ? null : size / known))];
  }
}
