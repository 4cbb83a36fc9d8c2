// A model that is a list of layers.
import { TalrayError, type Tensor } from '../index.js';
import type { CallContext, Layer } from '../nn/core/layer.js';
import type { PartialShape } from '../nn/core/shapes.js';
import { Model, type ModelOptions } from './model.js';

/** Options of {@link Sequential}. */
export type SequentialOptions = Omit<ModelOptions, 'inputs' | 'outputs' | 'graph'>;

/**
 * Layers one after another.
 *
 * ```ts
 * const model = new Sequential([new Dense(16, { activation: relu }), new Dense(1)]);
 * ```
 */
export class Sequential extends Model<Tensor, Tensor> {
  static override readonly type: string = 'Sequential';

  constructor(
    layers: readonly Layer[] = [],
    protected override readonly options: SequentialOptions = {},
  ) {
    super(options);
    this.layers.push(...(layers as readonly Layer<never, unknown>[]));
  }

  /** Adds a layer at the end, before the first use. */
  add(layer: Layer): void {
    if (this.built) throw new TalrayError('OPTION', 'a layer cannot be added to a model that was used');
    this.layers.push(layer as Layer<never, unknown>);
  }

  override args(): readonly unknown[] {
    return [this.layers, this.options];
  }

  override build(shape: PartialShape): void {
    let at = shape;
    for (const layer of this.layers as unknown as Layer[]) {
      layer.ensureBuilt(at);
      at = layer.outputShape(at);
    }
  }

  override call(x: Tensor, { training }: CallContext): Tensor {
    return (this.layers as unknown as Layer[]).reduce((value, layer) => layer.apply(value, { training }), x);
  }

  override outputShape(shape: PartialShape): PartialShape {
    return (this.layers as unknown as Layer[]).reduce((at, layer) => layer.outputShape(at), shape);
  }
}
