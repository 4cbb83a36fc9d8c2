// What a model is trained for: losses and metrics of its outputs, and which optimizer moves which weights.
import { add, argmax, cast, gather, mul, TalrayError, tensor, type Tensor, type TensorLike, type Variable } from '../index.js';
import { Loss, type LossFunction, reduceLoss } from '../losses/loss.js';
import { HostMetric } from '../metrics/host-metric.js';
import { type MetricFunction, MeanMetricWrapper } from '../metrics/mean.js';
import { Metric } from '../metrics/metric.js';
import type { AnyOptimizer } from '../optimizers/any.js';
import { partsOf, type Tensors } from './tree.js';

/** A loss: a function (one value an example) or a {@link Loss} with a reduction. */
export type LossLike = LossFunction | Loss;
/** A metric: a class, or a function whose mean is taken. */
export type MetricLike = Metric | HostMetric | MetricFunction;

/** One for all outputs, or one an output by place or key. */
export type PerOutput<T> = T | readonly T[] | Readonly<Record<string, T>>;

/** How a model is trained and judged. */
export interface CompileOptions {
  /** One for all weights, or several by the beginning of the weights' paths: `{ wide: new Ftrl(), deep: new Adam() }`; `'*'` takes the rest. */
  optimizer?: AnyOptimizer | Readonly<Record<string, AnyOptimizer>>;
  /** Of the output, or of each. */
  loss?: PerOutput<LossLike>;
  /** Factors of the outputs' losses, as `loss` is given. Default 1. */
  lossWeights?: readonly number[] | Readonly<Record<string, number>>;
  /** Of the output, or lists by key of the output; not weighted. */
  metrics?: readonly MetricLike[] | Readonly<Record<string, readonly MetricLike[]>>;
  /** The same, weighted by `sampleWeight`. */
  weightedMetrics?: readonly MetricLike[] | Readonly<Record<string, readonly MetricLike[]>>;
  /** Whether steps are recorded once and replayed. Default true; false is for looking into a step. */
  jit?: boolean;
}

/** A metric of one output. */
export interface PlacedMetric<M = Metric | HostMetric> {
  readonly metric: M;
  readonly output: string;
  readonly weighted: boolean;
  /** The key in logs. */
  readonly key: string;
}

/** Losses and metrics, by output. */
export class Objective {
  readonly metrics: readonly PlacedMetric[];
  readonly #losses: ReadonlyMap<string, LossLike>;

  constructor(private readonly options: CompileOptions) {
    this.#losses = byOutput(options.loss);
    const placed = [...place(options.metrics, false), ...place(options.weightedMetrics, true)];
    const taken = new Map<string, number>();
    this.metrics = placed.map(({ metric, output, weighted }) => {
      const name = output === '' ? metric.name : `${output}${metric.name.charAt(0).toUpperCase()}${metric.name.slice(1)}`;
      const count = (taken.get(name) ?? 0) + 1;
      taken.set(name, count);
      return { metric, output, weighted, key: count === 1 ? name : `${name}${count}` };
    });
  }

  /** Metrics that a step updates inside its graph. */
  get recorded(): PlacedMetric<Metric>[] {
    return this.metrics.filter((placed): placed is PlacedMetric<Metric> => placed.metric instanceof Metric);
  }

  /** Metrics that read predictions. */
  get host(): PlacedMetric<HostMetric>[] {
    return this.metrics.filter((placed): placed is PlacedMetric<HostMetric> => placed.metric instanceof HostMetric);
  }

  /** The weighted sum of the outputs' losses; undefined where there is none. */
  loss(yTrue: Tensors | undefined, yPred: Tensors, sampleWeight: Tensor | undefined): Tensor | undefined {
    const outputs = partsOf(yPred);
    const targets = yTrue === undefined ? new Map<string, Tensor>() : partsOf(yTrue);
    let total: Tensor | undefined;
    for (const [output, loss] of this.#losses.size === 1 && this.#losses.has('')
      ? [...outputs.keys()].map((key) => [key, this.#losses.get('')!] as const)
      : this.#losses) {
      const [target, prediction] = [targets.get(output), outputs.get(output)];
      if (prediction === undefined)
        throw new TalrayError('OPTION', `the loss names output ${output}; the model gives ${[...outputs.keys()].join(', ')}`);
      if (target === undefined) throw new TalrayError('OPTION', `no target for output ${output || 'of the model'}: a batch needs y`);
      const value =
        loss instanceof Loss ? loss.apply(target, prediction, sampleWeight) : reduceLoss(loss, target, prediction, sampleWeight);
      const weight = (this.options.lossWeights as Readonly<Record<string, number>> | undefined)?.[output];
      const weighted = weight === undefined ? value : mul(value, weight);
      total = total === undefined ? weighted : add(total, weighted);
    }
    return total;
  }

  /** Makes state that depends on shapes. */
  buildMetrics(yTrue: Tensors | undefined, yPred: Tensors): void {
    for (const { metric, output } of this.recorded) {
      const [target, prediction] = this.#pair(output, yTrue, yPred);
      metric.build({ yTrue: target.shape, yPred: prediction.shape });
    }
  }

  /** Updates the recorded metrics. */
  updateMetrics(yTrue: Tensors | undefined, yPred: Tensors, sampleWeight: Tensor | undefined): void {
    for (const { metric, output, weighted } of this.recorded) {
      const [target, prediction] = this.#pair(output, yTrue, yPred);
      metric.updateState(target, prediction, weighted ? sampleWeight : undefined);
    }
  }

  /** Updates the metrics that read predictions. */
  async updateHostMetrics(x: unknown, yTrue: Tensors | undefined, yPred: Tensors, sampleWeight: Tensor | undefined): Promise<void> {
    for (const { metric, output, weighted } of this.host) {
      const [target, prediction] = this.#pair(output, yTrue, yPred);
      await metric.updateState({ x, yTrue: target, yPred: prediction, sampleWeight: weighted ? sampleWeight : undefined });
    }
  }

  #pair(output: string, yTrue: Tensors | undefined, yPred: Tensors): [Tensor, Tensor] {
    const targets = yTrue === undefined ? undefined : partsOf(yTrue).get(output);
    const prediction = partsOf(yPred).get(output);
    if (prediction === undefined)
      throw new TalrayError('OPTION', `metrics name output ${output || '(one)'}; the model gives ${[...partsOf(yPred).keys()].join(', ')}`);
    if (targets === undefined)
      throw new TalrayError('OPTION', `metrics need targets for output ${output || 'of the model'}: a batch needs y`);
    return [targets, prediction];
  }
}

function byOutput(loss: PerOutput<LossLike> | undefined): Map<string, LossLike> {
  if (loss === undefined) return new Map();
  if (typeof loss === 'function' || loss instanceof Loss) return new Map([['', loss]]);
  return new Map(Object.entries(loss as Readonly<Record<string, LossLike>>));
}

function* place(
  metrics: CompileOptions['metrics'],
  weighted: boolean,
): Iterable<{ metric: Metric | HostMetric; output: string; weighted: boolean }> {
  const lists: [string, readonly MetricLike[]][] =
    metrics === undefined
      ? []
      : Array.isArray(metrics)
        ? [['', metrics as readonly MetricLike[]]]
        : Object.entries(metrics as Readonly<Record<string, readonly MetricLike[]>>);
  for (const [output, list] of lists) {
    for (const metric of list) yield { metric: typeof metric === 'function' ? new MeanMetricWrapper(metric) : metric, output, weighted };
  }
}

/** Which optimizer moves which weights, by the longest beginning of a path. Throws `OPTION` for weights that none moves. */
export function partition(
  optimizer: NonNullable<CompileOptions['optimizer']>,
  weights: ReadonlyMap<string, Variable>,
): { optimizer: AnyOptimizer; part: string; weights: Map<string, Variable> }[] {
  if (isOptimizer(optimizer)) return [{ optimizer, part: '', weights: new Map(weights) }];
  const parts = Object.entries(optimizer).map(([part, own]) => ({ optimizer: own, part, weights: new Map<string, Variable>() }));
  const lost: string[] = [];
  for (const [path, weight] of weights) {
    const fitting = parts
      .filter(({ part }) => path === part || path.startsWith(`${part}.`))
      .sort((a, b) => b.part.length - a.part.length)[0];
    const own = fitting ?? parts.find(({ part }) => part === '*');
    if (own === undefined) lost.push(path);
    else own.weights.set(path, weight);
  }
  if (lost.length > 0)
    throw new TalrayError(
      'OPTION',
      `no optimizer is named for ${lost.join(', ')}; there are ones for ${parts.map(({ part }) => part).join(', ')} ('*' takes the rest)`,
    );
  const idle = parts.filter((part) => part.weights.size === 0).map(({ part }) => part);
  if (idle.length > 0)
    throw new TalrayError(
      'OPTION',
      `no trainable weight's path begins with ${idle.join(', ')}; paths are ${[...weights.keys()].join(', ')}`,
    );
  return parts;
}

function isOptimizer(value: NonNullable<CompileOptions['optimizer']>): value is AnyOptimizer {
  return 'apply' in value && typeof value.apply === 'function';
}

/** Weights an example from weights a class; targets are ids or one-hot. */
export function classWeights(weights: Readonly<Record<number, number>>, yTrue: Tensors, sampleWeight: TensorLike | undefined): Tensor {
  const parts = [...partsOf(yTrue).values()];
  const y = parts[0];
  if (parts.length !== 1 || y === undefined) throw new TalrayError('OPTION', 'classWeight works for models of one output');
  const classes = Math.max(...Object.keys(weights).map(Number)) + 1;
  const table = tensor(
    Array.from({ length: classes }, (_, i) => weights[i] ?? 1),
    { dtype: 'f32' },
  );
  const oneHot = y.rank > 1 && y.shape.at(-1) !== 1;
  const ids = oneHot ? argmax(y, { axis: -1 }) : cast(y.rank > 1 ? y.reshape([-1]) : y, 'i32');
  const weight = gather(table, ids);
  return sampleWeight === undefined ? weight : mul(weight, tensor(sampleWeight, { dtype: 'f32' }));
}
