// Pooling over windows and over everything.
import { avgPool, cast, div, expandDims, maximum, maxPool, mean, mul, sum, type Tensor } from '../../index.js';
import { type CallContext, Layer, type LayerOptions } from '../core/layer.js';
import { pair, type PartialShape, windowed } from '../core/shapes.js';

/** Options of {@link MaxPooling2D} and {@link AveragePooling2D}. */
export interface Pooling2DOptions extends LayerOptions {
  /** Default 2. */
  poolSize?: number | readonly [number, number];
  /** Default the pool size. */
  strides?: number | readonly [number, number];
  /** Default `'valid'`. */
  padding?: 'valid' | 'same';
  /** Default `'channelsLast'`. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
}

abstract class Pooling2D extends Layer {
  constructor(protected override readonly options: Pooling2DOptions = {}) {
    super(options);
  }

  protected get window() {
    const { poolSize = 2, strides = poolSize, padding = 'valid', dataFormat } = this.options;
    const format = dataFormat === 'channelsFirst' ? ('channels_first' as const) : ('channels_last' as const);
    return { size: pair(poolSize), strides: pair(strides), padding, dataFormat: format };
  }

  override outputShape(shape: PartialShape): PartialShape {
    const { size, strides, padding, dataFormat } = this.window;
    const from = dataFormat === 'channels_first' ? 2 : 1;
    return shape.map((s, i) => (i < from || i > from + 1 ? s : windowed(s, size[i - from]!, strides[i - from]!, padding)));
  }
}

/** The largest of each window, a channel. */
export class MaxPooling2D extends Pooling2D {
  static override readonly type = 'MaxPooling2D';
  call(x: Tensor): Tensor {
    const { size, strides, padding, dataFormat } = this.window;
    return maxPool(x, size, { strides, padding, dataFormat });
  }
}

/** The mean of each window, a channel; padding is not counted. */
export class AveragePooling2D extends Pooling2D {
  static override readonly type = 'AveragePooling2D';
  call(x: Tensor): Tensor {
    const { size, strides, padding, dataFormat } = this.window;
    return avgPool(x, size, { strides, padding, dataFormat });
  }
}

/** Options of the global pools. */
export interface GlobalPoolingOptions extends LayerOptions {
  /** Default `'channelsLast'`. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
  /** Whether pooled axes stay with size 1. Default false. */
  keepdims?: boolean;
}

abstract class GlobalPooling extends Layer {
  constructor(protected override readonly options: GlobalPoolingOptions = {}) {
    super(options);
  }

  /** The axes of space: all but batch and channels. */
  protected axes(rank: number): number[] {
    const from = this.options.dataFormat === 'channelsFirst' ? 2 : 1;
    return Array.from({ length: rank - 2 }, (_, i) => from + i);
  }

  override outputShape(shape: PartialShape): PartialShape {
    const axes = this.axes(shape.length);
    return this.options.keepdims ? shape.map((s, i) => (axes.includes(i) ? 1 : s)) : shape.filter((_, i) => !axes.includes(i));
  }
}

/** The mean over time: [batch, steps, features] → [batch, features]. Steps that a mask hides are not counted. */
export class GlobalAveragePooling1D extends GlobalPooling {
  static override readonly type = 'GlobalAveragePooling1D';
  call(x: Tensor, { mask }: CallContext): Tensor {
    const axis = this.axes(3);
    const keepdims = this.options.keepdims ?? false;
    if (mask === undefined) return mean(x, { axis, keepdims });
    const real = expandDims(cast(mask, x.dtype), this.options.dataFormat === 'channelsFirst' ? 1 : 2);
    return div(sum(mul(x, real), { axis, keepdims }), maximum(sum(real, { axis, keepdims }), 1e-7));
  }
}

/** The mean over rows and columns: [batch, rows, columns, channels] → [batch, channels]. */
export class GlobalAveragePooling2D extends GlobalPooling {
  static override readonly type = 'GlobalAveragePooling2D';
  call(x: Tensor): Tensor {
    return mean(x, { axis: this.axes(4), keepdims: this.options.keepdims ?? false });
  }
}
