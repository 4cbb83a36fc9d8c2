// Dropout.
import { dropout, random, TalrayError, type Tensor } from '../../index.js';
import { type CallContext, Layer, type LayerOptions } from '../core/layer.js';
import { drawState } from '../initializers/initializer.js';

/** Options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** Shape of the mask that is broadcast over the input; `null` takes the input's size. Default the input's shape. */
  noiseShape?: readonly (number | null)[];
  /** With a seed each layer draws the same mask at every call; default: the global stream. */
  seed?: number;
}

/** In training sets a share `rate` of elements to 0 and multiplies the others by 1/(1−rate); else hands on its input. */
export class Dropout extends Layer {
  static override readonly type = 'Dropout';

  constructor(
    readonly rate: number,
    protected override readonly options: DropoutOptions = {},
  ) {
    super(options);
    if (!(rate >= 0 && rate < 1)) throw new TalrayError('OPTION', `Dropout: rate must be in [0, 1), got ${rate}`);
  }

  override args(): readonly unknown[] {
    return [this.rate, this.options];
  }

  call(x: Tensor, { training }: CallContext): Tensor {
    if (!training || this.rate === 0) return x;
    const { noiseShape, seed } = this.options;
    const state = seed === undefined ? random.dropoutState() : drawState(seed);
    return dropout(x, state, this.rate, noiseShape ? { noiseShape: noiseShape.map((size, i) => size ?? x.shape[i]!) } : {}).out;
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }
}
