// A recurrent layer run in both directions.
import { add, concat, mul, TalrayError, type Tensor } from '../../index.js';
import { decodeLayer, encodeLayer, type LayerClass } from '../core/config.js';
import { type CallContext, Layer, type LayerOptions } from '../core/layer.js';
import type { PartialShape } from '../core/shapes.js';
import type { Recurrent } from './recurrent.js';

/** Options of {@link Bidirectional}. */
export interface BidirectionalOptions extends LayerOptions {
  /** How the two outputs are joined. Default `'concat'`. */
  mergeMode?: 'concat' | 'sum' | 'mul' | 'ave';
  /** The layer that reads backwards; default a copy of `layer` with weights of its own. */
  backwardLayer?: Recurrent;
}

/** Runs `layer` forwards and a copy backwards over time and joins their outputs. */
export class Bidirectional extends Layer {
  static override readonly type = 'Bidirectional';
  readonly forwardLayer: Recurrent;
  readonly backwardLayer: Recurrent;

  constructor(
    layer: Recurrent,
    protected override readonly options: BidirectionalOptions = {},
  ) {
    super(options);
    this.forwardLayer = layer;
    this.backwardLayer = options.backwardLayer ?? copyOf(layer);
    if (this.backwardLayer.returnSequences !== layer.returnSequences)
      throw new TalrayError('OPTION', 'Bidirectional: both layers must agree on returnSequences');
  }

  override args(): readonly unknown[] {
    return [this.forwardLayer, this.options];
  }

  override build(shape: PartialShape): void {
    this.forwardLayer.ensureBuilt(shape);
    this.backwardLayer.ensureBuilt(shape);
  }

  call(x: Tensor, context: CallContext): Tensor {
    const reverse = this.forwardLayer.goBackwards;
    const [there, back] = [this.forwardLayer.run(x, { ...context, reverse }), this.backwardLayer.run(x, { ...context, reverse: !reverse })];
    const sequences = this.forwardLayer.returnSequences;
    const [a, b] = sequences ? [there.sequence, back.sequence] : [there.state[0]!, back.state[0]!];
    switch (this.options.mergeMode ?? 'concat') {
      case 'concat':
        return concat([a, b], { axis: -1 });
      case 'sum':
        return add(a, b);
      case 'mul':
        return mul(a, b);
      case 'ave':
        return mul(add(a, b), 0.5);
    }
  }

  override computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return this.forwardLayer.returnSequences ? mask : undefined;
  }

  override outputShape(shape: PartialShape): PartialShape {
    const one = this.forwardLayer.outputShape(shape);
    const joined = (this.options.mergeMode ?? 'concat') === 'concat';
    return joined ? [...one.slice(0, -1), this.forwardLayer.units + this.backwardLayer.units] : one;
  }
}

function copyOf(layer: Recurrent): Recurrent {
  const config = encodeLayer(layer);
  return decodeLayer(config, new Map([[config.layer, layer.constructor as unknown as LayerClass]])) as unknown as Recurrent;
}
