// Wide & Deep (Cheng et al. 2016): a linear model of keys and their crosses beside a deep model of their embeddings.
import { concat, type Tensor } from '../index.js';
import type { EncodedBatch } from '../data/encoder.js';
import type { ActivationFunction } from '../nn/activations.js';
import { type CallContext, Layer, type LayerOptions } from '../nn/core/layer.js';
import { sigmoidOf } from '../nn/core/logits.js';
import type { RowUpdate } from '../nn/core/traits.js';
import { Zeros } from '../nn/initializers/index.js';
import { Dense } from '../nn/layers/dense.js';
import { EmbeddingGroup } from './embedding-group.js';
import type { FeatureInput, KeyFeature } from './feature-input.js';
import { FeatureModel, type FeatureModelOptions, type FeatureTensors } from './feature-model.js';
import { Tower } from './tower.js';

/** Options of {@link WideAndDeep}. */
export interface WideAndDeepOptions extends FeatureModelOptions {
  /** Units of the deep part's hidden layers, such as `[100, 50]`. */
  hidden: readonly number[];
  /** Width of embeddings of features that name none. Default 8. */
  dim?: number;
  /** Names of the features with keys that the wide part has. Default all. */
  wide?: readonly string[];
  /** Names of the features with keys that the deep part has. Default all. */
  deep?: readonly string[];
  /** Of hidden layers. Default `relu`. */
  activation?: ActivationFunction;
  /** Share dropped behind each hidden layer. Default 0. */
  dropout?: number;
  /** Whether an update moves every row of the tables or those of the batch. Default `'lazy'`. */
  update?: RowUpdate;
}

/**
 * The probability that a row's label is 1: `σ(wide + deep)`. The wide part is one weight a key; the deep part embeds keys,
 * puts numbers beside them and runs hidden layers. Its parts are `wide` and `deep`, so that each can have its optimizer.
 *
 * ```ts
 * const model = new WideAndDeep({ features: [numeric('age', { buckets: [25, 40, 60] }), categorical('occupation', { dim: 8 })], hidden: [100, 50] });
 * model.compile({ optimizer: { wide: new Ftrl(0.1), deep: new Adam(1e-3) }, loss: binaryCrossentropy, metrics: [new Auc()] });
 * await model.fit(rows.shuffle({ seed: 1 }).batch(512), { epochs: 5, validation });
 * ```
 */
export class WideAndDeep extends FeatureModel<WideAndDeepOptions> {
  static override readonly type: string = 'WideAndDeep';
  wide!: EmbeddingGroup;
  deep!: DeepPart;

  protected assemble(input: FeatureInput): void {
    const { wide, update = 'lazy' } = this.options;
    const dtype = { variable: this.dtype, compute: this.computeDtype };
    this.wide = new EmbeddingGroup(input.keyFeatures(wide), 1, { initializer: new Zeros(), join: 'sum', update, dtype });
    this.deep = new DeepPart(this.#groups(input), this.options, dtype);
  }

  /** Features of the deep part by the width of their embeddings. */
  #groups(input: FeatureInput): Map<number, KeyFeature[]> {
    const { features, deep, dim = 8 } = this.options;
    const names = new Map<number, string[]>();
    for (const { name } of input.keyFeatures(deep)) {
      const width = features.find((feature) => feature.name === name)?.dim ?? dim;
      names.set(width, [...(names.get(width) ?? []), name]);
    }
    return new Map([...names].map(([width, own]) => [width, input.keyFeatures(own)]));
  }

  protected tensors(input: FeatureInput, batch: EncodedBatch): FeatureTensors {
    const out: Record<string, Tensor> = { ...group('wide', input, batch, this.wide.features) };
    for (const [dim, part] of this.deep.groups) Object.assign(out, group(`deep${dim}`, input, batch, part.features));
    return input.width > 0 ? { ...out, dense: input.dense(batch) } : out;
  }

  override call(x: FeatureTensors, { training }: CallContext): Tensor {
    const logits = this.wide.apply(partOf(x, 'wide')).add(this.deep.apply(x, { training }));
    return sigmoidOf(logits);
  }
}

/** Embeddings and numbers through hidden layers to one number a row. */
export class DeepPart extends Layer<FeatureTensors> {
  readonly groups: Map<number, EmbeddingGroup>;
  readonly tower: Tower;
  readonly output: Dense;

  constructor(
    features: ReadonlyMap<number, readonly KeyFeature[]>,
    { hidden, activation, dropout, update = 'lazy' }: WideAndDeepOptions,
    dtype: LayerOptions['dtype'],
  ) {
    super(dtype === undefined ? {} : { dtype });
    const own = dtype === undefined ? {} : { dtype };
    this.groups = new Map([...features].map(([dim, part]) => [dim, new EmbeddingGroup(part, dim, { update, ...own })]));
    this.tower = new Tower(hidden, { ...(activation ? { activation } : {}), ...(dropout === undefined ? {} : { dropout }), ...own });
    this.output = new Dense(1, own);
  }

  call(x: FeatureTensors, { training }: CallContext): Tensor {
    const groups = [...this.groups].map(([dim, part]) => ({ part, own: partOf(x, `deep${dim}`) }));
    const dense = x['dense'] === undefined ? [] : [x['dense']];
    const ids = groups[0]?.own['keys'];
    if (ids === undefined || this.tower.units.length === 0) {
      return this.output.apply(this.tower.apply(joined([...groups.map(({ part, own }) => part.apply(own)), ...dense])!, { training }));
    }
    // The vectors that stand first need not be laid out for the first layer. Tables are made in the order of groups.
    const [{ part, own }, ...others] = groups as [(typeof groups)[0], ...typeof groups];
    part.table.ensureBuilt(ids.shape);
    const rest = joined([...part.means(own), ...others.map(({ part, own }) => part.apply(own)), ...dense]);
    return this.output.apply(this.tower.applyToIds(part.table, ids, rest, { training }));
  }
}

/** Tensors beside each other, where there are any. */
function joined(parts: readonly Tensor[]): Tensor | undefined {
  return parts.length < 2 ? parts[0] : concat(parts, { axis: 1 });
}

/** Inputs of one group under names that begin with `prefix`. */
function group(prefix: string, input: FeatureInput, batch: EncodedBatch, features: readonly KeyFeature[]): Record<string, Tensor> {
  const out: Record<string, Tensor> = {};
  if (features.some(({ kind }) => kind === 'key')) out[`${prefix}.keys`] = input.single(batch, features);
  for (const feature of features) {
    if (feature.kind === 'key') continue;
    const { ids, mask } = input.several(batch, feature);
    out[`${prefix}.ids.${feature.name}`] = ids;
    out[`${prefix}.mask.${feature.name}`] = mask;
  }
  return out;
}

function partOf(x: FeatureTensors, prefix: string): FeatureTensors {
  const own = Object.entries(x).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}
