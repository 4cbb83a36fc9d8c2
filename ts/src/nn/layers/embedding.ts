// A table of vectors, looked up by id.
import { cast, gather, notEqual, reshape, type Tensor, unique, type Variable } from '../../index.js';
import type { Constraint } from '../constraints/constraint.js';
import { Layer, type LayerOptions } from '../core/layer.js';
import { addLoss } from '../core/penalties.js';
import type { PartialShape } from '../core/shapes.js';
import type { RowUpdate } from '../core/traits.js';
import { type Initializer, RandomUniform } from '../initializers/index.js';
import type { Regularizer } from '../regularizers/regularizer.js';

/** Options of {@link Embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** Default `RandomUniform` over ±0.05. */
  embeddingsInitializer?: Initializer;
  /** Over the whole table; with `update: 'lazy'` over the distinct rows of the batch. */
  embeddingsRegularizer?: Regularizer;
  embeddingsConstraint?: Constraint;
  /** Whether id 0 is padding: gives the output a mask. Default false. */
  maskZero?: boolean;
  /** Whether an update moves every row (`'dense'`, Keras's numbers) or those of the batch. Default `'dense'`. */
  update?: RowUpdate;
}

/** Ids of any shape → their vectors: [...] → [..., outputDim]. Table [inputDim, outputDim]. The gradient stays rows. */
export class Embedding extends Layer {
  static override readonly type = 'Embedding';
  embeddings!: Variable;

  constructor(
    readonly inputDim: number,
    readonly outputDim: number,
    protected override readonly options: EmbeddingOptions = {},
  ) {
    super(options);
  }

  override args(): readonly unknown[] {
    return [this.inputDim, this.outputDim, this.options];
  }

  /** Ids may arrive as floats, which a compute dtype of few bits would round. */
  protected override get autocast(): boolean {
    return false;
  }

  override build(): void {
    const o = this.options;
    this.embeddings = this.addWeight([this.inputDim, this.outputDim], {
      initializer: o.embeddingsInitializer ?? new RandomUniform(),
      regularizer: o.update === 'lazy' ? undefined : o.embeddingsRegularizer,
      constraint: o.embeddingsConstraint,
      update: o.update,
    });
  }

  call(x: Tensor, { training }: { training: boolean }): Tensor {
    const ids = isInteger(x) ? x : cast(x, 'i32');
    this.#penalize(ids, training);
    const rows = gather(this.embeddings, ids);
    return rows.dtype === this.computeDtype ? rows : cast(rows, this.computeDtype);
  }

  /** The table, for an op that looks `ids` up itself. What `embeddingsRegularizer` says of them is added to the loss. */
  table(ids: Tensor, { training }: { training: boolean }): Variable {
    this.ensureBuilt(ids.shape);
    this.#penalize(ids, training);
    return this.embeddings;
  }

  #penalize(ids: Tensor, training: boolean): void {
    const { embeddingsRegularizer: regularizer, update } = this.options;
    if (regularizer && update === 'lazy' && training) {
      addLoss(regularizer.penalty(gather(this.embeddings, unique(reshape(ids, [-1])).values)));
    }
  }

  override computeMask(x: Tensor): Tensor | undefined {
    return this.options.maskZero ? notEqual(x, 0) : undefined;
  }

  override outputShape(shape: PartialShape): PartialShape {
    return [...shape, this.outputDim];
  }
}

function isInteger(x: Tensor): boolean {
  return /^[iu]\d/.test(x.dtype);
}
