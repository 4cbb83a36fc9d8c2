// A layer that can be trained, judged, saved and loaded.
import { all, concat, isfinite, scope, TableVariable, TalrayError, tensor, type Tensor, type Variable } from '../index.js';
import type { Callback, Logs } from '../callbacks/callback.js';
import type { History } from '../callbacks/history.js';
import { type CallContext, type Feed as FeedOf, Layer, type LayerOptions } from '../nn/core/layer.js';
import { isFloating } from '../nn/core/policy.js';
import type { Json } from '../nn/core/config.js';
import { weightsByPath } from '../nn/core/weights.js';
import type { AnyOptimizer } from '../optimizers/any.js';
import { type Batch, type BatchData, batchOf, type BatchSource, MemorySource, sourceOf } from './batches.js';
import { runEpochs, type FitOptions, type Trainable, type TrainingPlace } from './fit.js';
import { type GraphData, graphData, graphOf } from './graph-data.js';
import { LayerGraph, type SymbolicParts } from './functional.js';
import { classWeights, type CompileOptions, Objective, partition } from './objective.js';
import { type Loadable, type LoadOptions, loadModel, type ModelClass, saveModel } from './save.js';
import { randomState } from './random-state.js';
import { type Feed, Steps } from './steps.js';
import { summaryOf } from './summary.js';
import { mapTensors, partsOf, rowsOf, type Tensors, type TensorsLike, tensorsOf } from './tree.js';

/** Options of {@link Model}: for the functional style `inputs` and `outputs`; a subclass needs neither. */
export interface ModelOptions extends LayerOptions {
  inputs?: SymbolicParts;
  outputs?: SymbolicParts;
  /** A saved graph, in place of inputs and outputs. */
  graph?: GraphData;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Rows a step, for arrays in memory. Default 1024. */
  batchSize?: number;
  /** Ends after so many steps. Default: all of the data. */
  steps?: number;
  callbacks?: readonly Callback[];
  /** Stops after the running step and rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of `predict`. */
export interface PredictOptions {
  /** Rows a step, for arrays in memory. Default 1024. */
  batchSize?: number;
  /** Stops after the running step and rejects with the signal's reason. */
  signal?: AbortSignal;
}

type Part = { readonly optimizer: AnyOptimizer; readonly part: string; readonly weights: Map<string, Variable> };

/** State that a subclass keeps beside its weights: text, and arrays by name. */
export interface ExtraState {
  readonly json: unknown;
  readonly arrays: ReadonlyMap<string, Tensor>;
}

/**
 * A model. Three styles: a subclass with `call`; {@link Sequential}; or functional, from symbolic inputs and outputs.
 *
 * ```ts
 * const x = input([8]);
 * const model = new Model({ inputs: x, outputs: new Dense(1).apply(new Dense(16, { activation: relu }).apply(x)) });
 * model.compile({ optimizer: new Adam(), loss: meanSquaredError });
 * await model.fit(features, targets, { epochs: 5 });
 * ```
 */
export class Model<In extends Tensors = Tensors, Out extends Tensors = Tensor> extends Layer<In, Out> {
  static override readonly type: string | undefined = 'Model';

  /** Layers of a functional model or a Sequential, in order. */
  readonly layers: Layer<never, unknown>[] = [];
  readonly #graph: LayerGraph | undefined;
  #compiled: { options: CompileOptions; objective: Objective; steps: Steps } | undefined;
  #parts: Part[] | undefined;
  #example: Tensors | undefined;
  #place: (() => TrainingPlace) | undefined;
  #resumed: TrainingPlace | undefined;
  #pending: ReadonlyMap<string, Tensor> | undefined;
  #about: Json | undefined;

  constructor(protected override readonly options: ModelOptions = {}) {
    super(options);
    const { inputs, outputs, graph } = options;
    if ((inputs === undefined) !== (outputs === undefined)) throw new TalrayError('OPTION', 'a functional model needs inputs and outputs');
    this.#graph = graph ? graphOf(graph) : inputs && outputs ? new LayerGraph(inputs, outputs) : undefined;
    if (this.#graph) this.layers.push(...this.#graph.layers);
  }

  override args(): readonly unknown[] {
    const { inputs: _inputs, outputs: _outputs, graph: _graph, ...own } = this.options;
    return this.#graph ? [{ ...own, graph: graphData(this.#graph) }] : [own];
  }

  protected override get autocast(): boolean {
    return false;
  }

  call(inputs: In, context: CallContext): Out {
    if (this.#graph === undefined)
      throw new TalrayError('UNSUPPORTED', 'a Model without inputs and outputs needs a call method of its own');
    return this.#graph.run(inputs, context) as Out;
  }

  /** Says how the model is trained and judged. Weights and the optimizers' state are kept. */
  compile(options: CompileOptions): void {
    const objective = new Objective(options);
    this.#parts = undefined;
    this.#compiled = { options, objective, steps: new Steps(this as never, objective, () => this.#optimized(), options.jit ?? true) };
    if (this.#example !== undefined) this.#prepare({ x: this.#example });
  }

  /** Anything of yours, as JSON, that is saved and loaded with the model: where its data came from, who trained it. */
  get about(): Json | undefined {
    return this.#about;
  }

  set about(about: Json | undefined) {
    this.#about = about;
  }

  /** The optimizers, in the order they were given. */
  get optimizers(): AnyOptimizer[] {
    const optimizer = this.#needed().options.optimizer;
    if (optimizer === undefined) return [];
    return 'apply' in optimizer && typeof optimizer.apply === 'function'
      ? [optimizer as AnyOptimizer]
      : Object.values(optimizer as Readonly<Record<string, AnyOptimizer>>);
  }

  /** Makes the weights for features like `x`, without running anything. */
  buildFor(x: TensorsLike): void {
    if (this.#example !== undefined) return;
    const features = tensorsOf(x);
    scope(() => {
      this.apply(features as FeedOf<In>, { training: false });
    });
    this.#example = mapTensors(features, (part) => part);
  }

  /** Trains on arrays in memory. */
  fit(x: FeedOf<In>, y: TensorsLike, options?: FitOptions & { sampleWeight?: TensorsLike }): Promise<History>;
  /** Trains on `{ x, y, sampleWeight }`, an iterable of batches, or a dataset. */
  fit(data: BatchData, options?: FitOptions): Promise<History>;
  async fit(first: unknown, second?: unknown, third?: FitOptions & { sampleWeight?: TensorsLike }): Promise<History> {
    const inMemory = third !== undefined || isData(second);
    const { sampleWeight, ...options } = (inMemory ? third : (second as (FitOptions & { sampleWeight?: TensorsLike }) | undefined)) ?? {};
    const data = inMemory ? ({ x: first, y: second, sampleWeight } as Batch) : (first as BatchData);
    const cut = { batchSize: options.batchSize, shuffle: options.shuffle ?? true, seed: options.seed };
    if (options.validationSplit !== undefined) {
      if (!isBatch(data)) throw new TalrayError('OPTION', 'validationSplit needs arrays in memory; split a dataset with its own split()');
      const [train, rest] = MemorySource.split(data, cut, options.validationSplit);
      return runEpochs(this.#trainable(), train, options.validation ?? rest, options);
    }
    const source = await this.sourceOf(data, cut, 'train');
    return runEpochs(this.#trainable(), source, options.validation, options);
  }

  /** Loss and metrics over data, by key. */
  async evaluate(data: BatchData, options: EvaluateOptions = {}): Promise<Logs> {
    const { objective, steps } = this.#needed();
    steps.reset();
    const run = this.#runInfo();
    let step = 0;
    for await (const batch of this.#batches(data, options, 'evaluate')) {
      const { feed, free } = this.#feed(batch, undefined);
      const result = steps.test(feed);
      await objective.updateHostMetrics(batch.x, feed.y, result.yPred ?? [], feed.weight);
      const loss = await taken(result.loss);
      free(result.yPred);
      for (const callback of options.callbacks ?? [])
        await callback.onEvaluateStepEnd(step, { loss, rows: rowsOf(feed.x, 'x'), metrics: () => this.#results() }, run);
      step += 1;
      if (options.steps !== undefined && step >= options.steps) break;
    }
    return this.#results();
  }

  /** The model's output for all rows of `x` (or of a dataset), in their order. */
  async predict(data: FeedOf<In> | BatchData, options: PredictOptions = {}): Promise<Out> {
    const outputs: Tensors[] = [];
    for await (const output of this.predictBatches(data, options)) outputs.push(output);
    const first = outputs[0];
    if (first === undefined) throw new TalrayError('OPTION', 'predict: there are no rows');
    if (outputs.length === 1) return first as Out;
    const all = outputs.map((output) => partsOf(output));
    const keys = [...partsOf(first).keys()];
    let at = 0;
    return mapTensors(first, () => {
      const key = keys[at++]!;
      const whole = concat(
        all.map((output) => output.get(key)!),
        { axis: 0 },
      );
      for (const output of all) output.get(key)!.dispose();
      return whole;
    }) as Out;
  }

  /** The same, a batch at a time as it is there. */
  async *predictBatches(data: FeedOf<In> | BatchData, options: PredictOptions = {}): AsyncGenerator<Out> {
    const given = isData(data) && !isBatch(data) && !isSource(data) ? { x: data as TensorsLike } : (data as BatchData);
    for await (const batch of this.#batches(given, options, 'predict')) yield this.predictOnBatch(batch.x as FeedOf<In>);
  }

  /** One training step; its loss. Throws `NUMERIC`, and leaves the model as it was, where that is no number. */
  async trainOnBatch(
    x: FeedOf<In>,
    y?: TensorsLike,
    options: { sampleWeight?: TensorsLike; classWeight?: Readonly<Record<number, number>> } = {},
  ): Promise<number> {
    const batch = { x: x as TensorsLike, y, sampleWeight: options.sampleWeight } as Batch;
    const { loss, failure } = await this.#trainable().step(batch, options.classWeight);
    if (failure !== undefined) {
      const why = await this.#explainNaN(batch, failure);
      throw new TalrayError('NUMERIC', `the loss is not finite, and the step changed nothing: ${why}`, { op: failure.op, cause: failure });
    }
    return loss;
  }

  /** Loss and metrics of one batch; metrics start anew. */
  async testOnBatch(x: FeedOf<In>, y?: TensorsLike, options: { sampleWeight?: TensorsLike } = {}): Promise<Logs> {
    return this.evaluate([{ x: x as TensorsLike, y, sampleWeight: options.sampleWeight } as Batch]);
  }

  /** The model's output for one batch. */
  predictOnBatch(x: FeedOf<In>): Out {
    const features = tensorsOf(x as TensorsLike);
    this.buildFor(features as TensorsLike);
    this.#compiled ??= this.#uncompiled();
    return this.#compiled.steps.predict(features) as Out;
  }

  /** A table of layers with shapes and numbers of weights, as text. */
  summary(): string {
    return summaryOf(this as unknown as Model);
  }

  /** Writes model, weights, optimizers, metrics and place in training to a folder. The old model stays readable until the new one is complete. */
  save(path: string): Promise<void> {
    return saveModel(this as unknown as Model, path);
  }

  /** Reads a model that `save` wrote. Classes beside those of talray/nn, and `this`, are given in `classes`. */
  static load<M extends Loadable>(this: ModelClass<M>, path: string, options: LoadOptions = {}): Promise<M> {
    // biome-ignore lint/complexity/noThisInStatic: it is the subclass that `load` is called on.
    return loadModel(this, path, options);
  }

  /** Batches of whatever was given; a subclass may take data of its own kind. */
  protected async sourceOf(
    data: BatchData,
    options: { batchSize?: number | undefined; shuffle?: boolean | undefined; seed?: number | undefined },
    _use: 'train' | 'evaluate' | 'predict',
  ): Promise<BatchSource> {
    return sourceOf(data, options);
  }

  /** State beside weights that is saved with the model. */
  extraState(): ExtraState | undefined {
    return undefined;
  }

  /** Takes up {@link extraState} before weights are made. */
  restoreExtra(_state: ExtraState): void {}

  /** What `save` writes beside the config. */
  saved(): {
    example: Tensors | undefined;
    state: Map<string, Variable>;
    optimizers: Record<string, unknown>;
    place: TrainingPlace | undefined;
  } {
    const state = new Map<string, Variable>();
    for (const [path, weight] of this.weightsByPath()) if (!(weight instanceof TableVariable)) state.set(`weights.${path}`, weight);
    const optimizers: Record<string, unknown> = {};
    const parts = this.#compiled?.options.optimizer === undefined || this.#example === undefined ? [] : this.#optimized();
    for (const { optimizer, part } of parts) {
      for (const [name, cell] of optimizer.stateByName()) state.set(`optimizer.${part}.${name}`, cell);
      optimizers[part] = optimizer.config();
    }
    if (this.#compiled) {
      state.set('tracker.total', this.#compiled.steps.tracker.total);
      state.set('tracker.count', this.#compiled.steps.tracker.count);
      for (const { key, metric } of this.#compiled.objective.recorded)
        for (const [name, cell] of metric.stateByName()) state.set(`metrics.${key}.${name}`, cell);
    }
    return { example: this.#example, state, optimizers, place: this.#place?.() };
  }

  /** Takes up a saved state: weights now, the rest when it is compiled. */
  restored(values: ReadonlyMap<string, Tensor>, place: TrainingPlace | undefined): void {
    for (const [path, weight] of this.weightsByPath()) {
      const value = values.get(`weights.${path}`);
      if (value !== undefined) weight.assign(value);
      else if (!(weight instanceof TableVariable)) throw new TalrayError('FORMAT', `the saved model has no weight ${path}`);
    }
    this.#pending = values;
    this.#resumed = place;
    if (this.#compiled) this.#takePending();
  }

  #needed() {
    if (this.#compiled === undefined) throw new TalrayError('OPTION', 'the model is not compiled: call compile({ optimizer, loss }) first');
    return this.#compiled;
  }

  #uncompiled() {
    const objective = new Objective({});
    return { options: {}, objective, steps: new Steps(this as never, objective, () => [], true) };
  }

  /** Which optimizer moves which weights; slots are made here, outside of any recording. */
  #optimized(): Part[] {
    if (this.#parts !== undefined) return this.#parts;
    const { optimizer } = this.#needed().options;
    if (optimizer === undefined) throw new TalrayError('OPTION', 'training needs an optimizer: compile({ optimizer, loss })');
    this.#parts = partition(optimizer, weightsByPath(this, 'trainable'));
    for (const part of this.#parts) part.optimizer.build(part.weights);
    return this.#parts;
  }

  /** Makes all that a step must not make while it is recorded. */
  #prepare(batch: { x: TensorsLike; y?: TensorsLike | undefined }): void {
    this.buildFor(batch.x);
    const { objective, options } = this.#needed();
    if (options.optimizer !== undefined) this.#optimized();
    const { x, y } = batch;
    if (y !== undefined) scope(() => objective.buildMetrics(tensorsOf(y), this.apply(tensorsOf(x) as FeedOf<In>, { training: false })));
    this.#takePending();
  }

  #takePending(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    for (const [name, cell] of this.saved().state) {
      const value = pending.get(name);
      if (value !== undefined && value.shape.join() === cell.shape.join()) cell.assign(value);
    }
    if (this.#parts !== undefined) this.#pending = undefined;
  }

  #prepared = new WeakSet<object>();

  /** A batch as a step takes it, and how what was made for it is freed. */
  #feed(batch: Batch, classWeight: FitOptions['classWeight']): { feed: Feed; free: (also?: Tensors) => void } {
    const compiled = this.#needed();
    if (!this.#prepared.has(compiled)) {
      this.#prepare(batch);
      this.#prepared.add(compiled);
    }
    const x = tensorsOf(batch.x);
    const y = batch.y === undefined ? undefined : tensorsOf(batch.y);
    let weight = batch.sampleWeight === undefined ? undefined : tensor(batch.sampleWeight);
    if (classWeight !== undefined && y !== undefined) weight = classWeights(classWeight, y, weight);
    const rows = tensor(rowsOf(x, 'x'), { dtype: 'f32' });
    const given = batch.owned === true ? new Set<unknown>() : new Set<unknown>([...parts(batch.x), ...parts(batch.y), batch.sampleWeight]);
    const free = (also: Tensors = []): void => {
      const all = [rows, ...partsOf(x).values(), ...(y ? partsOf(y).values() : []), ...(weight ? [weight] : []), ...partsOf(also).values()];
      for (const part of all) if (!given.has(part)) part.dispose();
    };
    return { feed: { x, ...(y === undefined ? {} : { y }), ...(weight === undefined ? {} : { weight }), rows }, free };
  }

  async *#batches(data: BatchData, options: PredictOptions & { steps?: number }, use: 'evaluate' | 'predict'): AsyncIterable<Batch> {
    const source = await this.sourceOf(data, { batchSize: options.batchSize ?? 1024 }, use);
    const iterator = source.iterate({ epoch: 0, ...(options.signal ? { signal: options.signal } : {}) });
    try {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        options.signal?.throwIfAborted();
        yield batchOf(next.value);
      }
    } finally {
      await iterator.return?.();
    }
  }

  async #results(): Promise<Logs> {
    const { objective, steps } = this.#needed();
    const values = Object.entries(steps.results());
    const read = await Promise.all(values.map(async ([key, value]) => [key, value.size === 1 ? await taken(value) : Number.NaN] as const));
    const host = objective.host.map(({ key, metric }) => [key, metric.result()] as const);
    return Object.fromEntries([...read, ...host]);
  }

  #keys(): string[] {
    return ['loss', ...this.#needed().objective.metrics.map(({ key }) => key)];
  }

  #runInfo() {
    return {
      model: this as unknown as Model,
      epochs: 1,
      steps: undefined,
      verbose: 0 as const,
      keys: this.#keys(),
      higherIsBetter: () => false,
      stop: () => undefined,
    };
  }

  #trainable(): Trainable {
    const { objective, options, steps } = this.#needed();
    const self = this;
    return {
      model: this as unknown as Model,
      async step(batch, classWeight) {
        const { feed, free } = self.#feed(batch, classWeight);
        const rows = rowsOf(feed.x, 'x');
        // A recorded step that fails writes nothing; one that is run op by op is undone here.
        const before = options.jit === false ? self.#values() : undefined;
        try {
          const result = steps.train(feed);
          const loss = await taken(result.loss);
          await objective.updateHostMetrics(batch.x, feed.y, result.yPred ?? [], feed.weight);
          free(result.yPred);
          return { loss, rows };
        } catch (error) {
          if (!(error instanceof TalrayError && error.code === 'NUMERIC')) throw error;
          for (const [cell, value] of before ?? []) cell.assign(value);
          // The batch is kept: it is looked into.
          return { loss: Number.NaN, rows, failure: error };
        } finally {
          for (const value of before?.values() ?? []) value.dispose();
        }
      },
      results: () => self.#results(),
      resetMetrics: () => steps.reset(),
      evaluate: (data, options) => self.evaluate(data, options),
      keys: this.#keys(),
      higherIsBetter: (key) => {
        const plain = key.startsWith('val') ? key.charAt(3).toLowerCase() + key.slice(4) : key;
        return objective.metrics.find((placed) => placed.key === key || placed.key === plain)?.metric.higherIsBetter ?? false;
      },
      explainNaN: (batch, failure) => self.#explainNaN(batch, failure),
      get place() {
        return self.#place;
      },
      set place(place) {
        self.#place = place;
      },
      get resumed() {
        return self.#resumed ?? self.#place?.();
      },
      set resumed(place) {
        self.#resumed = place;
      },
    };
  }

  /** The values of all variables that a step changes. */
  #values(): Map<Variable, Tensor> {
    return new Map([...this.saved().state.values(), randomState()].map((cell) => [cell, cell.value]));
  }

  /** What made the loss no number: the op that the engine found, or what was given to the step. */
  async #explainNaN(batch: Batch, failure: TalrayError): Promise<string> {
    if (failure.op !== undefined && failure.op !== 'check_finite') return failure.message;
    const finite = async (x: Tensor | Variable): Promise<boolean> => !isFloating(x.dtype) || Boolean(await all(isfinite(x)).item());
    for (const [name, part] of partsOf(tensorsOf(batch.x)))
      if (!(await finite(part))) return `the feature${name && ` ${name}`} itself has values that are not finite`;
    for (const [name, part] of batch.y === undefined ? [] : partsOf(tensorsOf(batch.y)))
      if (!(await finite(part))) return `the target${name && ` ${name}`} itself has values that are not finite`;
    for (const [path, weight] of this.weightsByPath()) if (!(await finite(weight))) return `weight ${path} is not finite`;
    return failure.message;
  }
}

/** The parts of what was given, whatever they are. */
function parts(given: TensorsLike | undefined): unknown[] {
  return given === undefined ? [] : isTensorLike(given) ? [given] : Object.values(given);
}

function isTensorLike(given: TensorsLike): boolean {
  return typeof given !== 'object' || 'dtype' in given || ArrayBuffer.isView(given);
}

/** The number in a tensor, which is freed. */
async function taken(value: Tensor): Promise<number> {
  const [number] = await value.data();
  value.dispose();
  return Number(number);
}

function isBatch(data: unknown): data is Batch {
  return typeof data === 'object' && data !== null && Object.getPrototypeOf(data) === Object.prototype && 'x' in data;
}

function isSource(data: unknown): boolean {
  return (
    typeof data === 'object' && data !== null && (('iterate' in data && typeof data.iterate === 'function') || Symbol.asyncIterator in data)
  );
}

/** Whether a second argument is targets rather than options. */
function isData(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'object') return true;
  if (Array.isArray(value) || ArrayBuffer.isView(value) || Object.getPrototypeOf(value) !== Object.prototype) return true;
  return (
    Object.values(value).length > 0 &&
    Object.values(value).every(
      (part) => Array.isArray(part) || ArrayBuffer.isView(part) || (typeof part === 'object' && part !== null && 'dtype' in part),
    )
  );
}
