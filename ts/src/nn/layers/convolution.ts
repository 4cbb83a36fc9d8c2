// Convolutions over one and two axes.
import { add, conv1d, conv2d, pad, reshape, TalrayError, type Tensor, type Variable } from '../../index.js';
import { Layer } from '../core/layer.js';
import { knownSize, pair, type PartialShape, windowed } from '../core/shapes.js';
import { GlorotUniform, Zeros } from '../initializers/index.js';
import type { KernelOptions } from './dense.js';

/** Options that both convolutions take; `Size` is a number, or a pair where there are two axes. */
export interface ConvolutionOptions<Size> extends KernelOptions {
  /** Default 1. */
  strides?: Size;
  /** Spacing of kernel taps. Default 1. */
  dilationRate?: Size;
  /** Channels are convolved in this many separate groups. Default 1. */
  groups?: number;
  /** Default `'channelsLast'`. */
  dataFormat?: 'channelsLast' | 'channelsFirst';
}

/** Options of {@link Conv1D}. */
export interface Conv1DOptions extends ConvolutionOptions<number> {
  /** `'causal'` pads on the left only. Default `'valid'`. */
  padding?: 'valid' | 'same' | 'causal';
}

/** Options of {@link Conv2D}. */
export interface Conv2DOptions extends ConvolutionOptions<number | readonly [number, number]> {
  /** Default `'valid'`. */
  padding?: 'valid' | 'same';
}

abstract class Convolution<O extends ConvolutionOptions<unknown>> extends Layer {
  kernel!: Variable;
  bias: Variable | undefined;

  constructor(
    readonly filters: number,
    readonly kernelSize: number | readonly [number, number],
    protected override readonly options: O,
  ) {
    super(options);
    if (filters % (options.groups ?? 1) !== 0)
      throw new TalrayError('OPTION', `filters (${filters}) must be a multiple of groups (${options.groups})`);
  }

  override args(): readonly unknown[] {
    return [this.filters, this.kernelSize, this.options];
  }

  protected get first(): boolean {
    return this.options.dataFormat === 'channelsFirst';
  }

  /** Makes kernel and bias for inputs of this shape; `size` is the window. */
  protected buildKernel(shape: PartialShape, size: readonly number[]): void {
    const o = this.options;
    const channels = knownSize(shape, this.first ? 1 : -1, 'a convolution');
    if (channels % (o.groups ?? 1) !== 0)
      throw new TalrayError('SHAPE', `input channels (${channels}) must be a multiple of groups (${o.groups})`);
    this.kernel = this.addWeight([...size, channels / (o.groups ?? 1), this.filters], {
      initializer: o.kernelInitializer ?? new GlorotUniform(),
      regularizer: o.kernelRegularizer,
      constraint: o.kernelConstraint,
    });
    if (o.useBias ?? true) {
      this.bias = this.addWeight([this.filters], {
        initializer: o.biasInitializer ?? new Zeros(),
        regularizer: o.biasRegularizer,
        constraint: o.biasConstraint,
      });
    }
  }

  /** Adds the bias and applies the activation. */
  protected finish(y: Tensor): Tensor {
    if (this.bias) {
      const bias = this.value(this.bias);
      y = add(y, this.first ? reshape(bias, [-1, ...new Array<number>(y.rank - 2).fill(1)]) : bias);
    }
    return this.options.activation ? this.options.activation(y) : y;
  }
}

/** Convolution over time: [batch, steps, channels] → [batch, steps', filters]. Kernel [size, channels/groups, filters]. */
export class Conv1D extends Convolution<Conv1DOptions> {
  static override readonly type = 'Conv1D';

  constructor(filters: number, kernelSize: number, options: Conv1DOptions = {}) {
    super(filters, kernelSize, options);
  }

  override build(shape: PartialShape): void {
    this.buildKernel(shape, [this.kernelSize as number]);
  }

  call(x: Tensor): Tensor {
    const { strides = 1, padding = 'valid', dilationRate = 1, groups = 1 } = this.options;
    const before = dilationRate * ((this.kernelSize as number) - 1);
    const input = padding === 'causal' ? pad(x, this.first ? [0, 0, 0, 0, before, 0] : [0, 0, before, 0, 0, 0]) : x;
    return this.finish(
      conv1d(input, this.value(this.kernel), {
        strides: [strides],
        padding: padding === 'same' ? 'same' : 'valid',
        dilations: [dilationRate],
        groups,
        dataFormat: this.first ? 'channels_first' : 'channels_last',
      }),
    );
  }

  override outputShape(shape: PartialShape): PartialShape {
    const { strides = 1, padding = 'valid', dilationRate = 1 } = this.options;
    const steps = windowed(
      shape[this.first ? 2 : 1] ?? null,
      this.kernelSize as number,
      strides,
      padding === 'valid' ? 'valid' : 'same',
      dilationRate,
    );
    return this.first ? [shape[0] ?? null, this.filters, steps] : [shape[0] ?? null, steps, this.filters];
  }
}

/** Convolution of images: [batch, rows, columns, channels] → [batch, rows', columns', filters]. Kernel [h, w, channels/groups, filters]. */
export class Conv2D extends Convolution<Conv2DOptions> {
  static override readonly type = 'Conv2D';

  constructor(filters: number, kernelSize: number | readonly [number, number], options: Conv2DOptions = {}) {
    super(filters, kernelSize, options);
  }

  override build(shape: PartialShape): void {
    this.buildKernel(shape, pair(this.kernelSize));
  }

  call(x: Tensor): Tensor {
    const { strides = 1, padding = 'valid', dilationRate = 1, groups = 1 } = this.options;
    return this.finish(
      conv2d(x, this.value(this.kernel), {
        strides: pair(strides),
        padding,
        dilations: pair(dilationRate),
        groups,
        dataFormat: this.first ? 'channels_first' : 'channels_last',
      }),
    );
  }

  override outputShape(shape: PartialShape): PartialShape {
    const { strides = 1, padding = 'valid', dilationRate = 1 } = this.options;
    const [from, size, stride, dilation] = [this.first ? 2 : 1, pair(this.kernelSize), pair(strides), pair(dilationRate)];
    const sizes = [0, 1].map((i) => windowed(shape[from + i] ?? null, size[i]!, stride[i]!, padding, dilation[i]!));
    return this.first ? [shape[0] ?? null, this.filters, ...sizes] : [shape[0] ?? null, ...sizes, this.filters];
  }
}
