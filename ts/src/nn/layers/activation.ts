// An activation as a layer.
import type { Tensor } from '../../index.js';
import type { ActivationFunction } from '../activations.js';
import { Layer, type LayerOptions } from '../core/layer.js';

/** Applies `activation`. */
export class Activation extends Layer {
  static override readonly type = 'Activation';

  constructor(
    readonly activation: ActivationFunction,
    options: LayerOptions = {},
  ) {
    super(options);
  }

  override args(): readonly unknown[] {
    return [this.activation, this.options];
  }

  call(x: Tensor): Tensor {
    return this.activation(x);
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }
}
