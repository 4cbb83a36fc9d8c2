// The three recorded functions of a model: a training step, a test step, a prediction.
import { add, checkFinite, div, full, gradients, jit, maximum, mul, tensor, type Tensor, Variable } from '../index.js';
import { holding } from '../autodiff/gradients.js';
import { placed } from '../array/place.js';
import { collectLosses } from '../nn/core/penalties.js';
import { namingLayers } from '../nn/core/observe.js';
import { traitsOf } from '../nn/core/traits.js';
import { layersByPath } from '../nn/core/weights.js';
import type { AnyOptimizer } from '../optimizers/any.js';
import type { Objective } from './objective.js';
import type { Tensors } from './tree.js';

/** A batch as steps take it. `rows` is the number of examples, as a scalar. */
export interface Feed {
  readonly x: Tensors;
  readonly y?: Tensors;
  readonly weight?: Tensor;
  readonly rows: Tensor;
}

/** What a step gives. */
export interface StepResult {
  readonly loss: Tensor;
  readonly yPred?: Tensors;
}

/** What steps need of a model. */
export interface Stepped {
  apply(x: never, options: { training: boolean }): unknown;
  readonly weights: Variable[];
  readonly trainableWeights: Variable[];
  weightsByPath(): Map<string, Variable>;
}

/** The mean loss of the examples since the last reset. */
export class LossTracker {
  readonly total = new Variable(full([], 0), { trainable: false, dtype: 'f32', name: 'lossTotal' });
  readonly count = new Variable(full([], 0), { trainable: false, dtype: 'f32', name: 'lossCount' });

  update(loss: Tensor, rows: Tensor): void {
    this.total.assign(add(this.total, mul(loss.cast('f32'), rows)));
    this.count.assign(add(this.count, rows));
  }

  result(): Tensor {
    return div(this.total, maximum(this.count, 1));
  }

  reset(): void {
    this.total.assign(0);
    this.count.assign(0);
  }
}

/** Steps over a model, recorded once a signature. */
export class Steps {
  readonly tracker = new LossTracker();
  readonly train: (feed: Feed) => StepResult;
  readonly test: (feed: Feed) => StepResult;
  readonly predict: (x: Tensors) => Tensors;
  readonly results: () => Record<string, Tensor>;

  constructor(
    private readonly model: Stepped,
    private readonly objective: Objective,
    private readonly parts: () => readonly { readonly optimizer: AnyOptimizer; readonly weights: ReadonlyMap<string, Variable> }[],
    record: boolean,
  ) {
    const recorded = <A extends unknown[], R>(fn: (...args: A) => R): ((...args: A) => R) =>
      record ? (jit(fn as never) as (...args: A) => R) : (...args) => holding(() => fn(...args));
    this.train = recorded((feed: Feed) => this.#train(feed));
    this.test = recorded((feed: Feed) => this.#test(feed));
    this.predict = recorded((x: Tensors) => this.#forward(x, false));
    this.results = recorded(() => this.#results());
  }

  /** Forgets loss and metrics so far. */
  reset(): void {
    this.tracker.reset();
    for (const { metric } of this.objective.metrics) metric.reset();
  }

  #forward(x: Tensors, training: boolean): Tensors {
    const paths = new Map([...layersByPath(this.model)].map(([path, layer]) => [layer as object, path]));
    return namingLayers(paths, () => this.model.apply(x as never, { training }) as Tensors);
  }

  #loss(feed: Feed, training: boolean): { loss: Tensor; yPred: Tensors } {
    const { value: yPred, losses } = collectLosses(() => this.#forward(feed.x, training));
    const penalties = this.model.trainableWeights.flatMap((weight) => {
      const { regularizer } = traitsOf(weight);
      return regularizer ? [regularizer.penalty(weight.value)] : [];
    });
    const own = placed('in the loss', () => this.objective.loss(feed.y, yPred, feed.weight));
    const all = [...(own === undefined ? [] : [own]), ...losses, ...penalties];
    const loss = all.length === 0 ? tensor(0, { dtype: 'f32' }) : all.reduce((a, b) => add(a, b));
    return { loss, yPred };
  }

  #finish(feed: Feed, loss: Tensor, yPred: Tensors): StepResult {
    this.tracker.update(loss, feed.rows);
    this.objective.updateMetrics(feed.y, yPred, feed.weight);
    return this.objective.host.length === 0 ? { loss } : { loss, yPred };
  }

  #train(feed: Feed): StepResult {
    const { loss, yPred } = this.#loss(feed, true);
    const parts = this.parts();
    const weights = parts.flatMap((part) => [...part.weights.values()]);
    const grads = gradients(loss, weights);
    let at = 0;
    for (const part of parts) {
      part.optimizer.apply(grads.slice(at, at + part.weights.size), [...part.weights.values()]);
      at += part.weights.size;
    }
    // The check fails before anything is written, so that a loss that is no number leaves the model as it was.
    return this.#finish(feed, checkFinite(loss, 'the loss'), yPred);
  }

  #test(feed: Feed): StepResult {
    const { loss, yPred } = this.#loss(feed, false);
    return this.#finish(feed, loss, yPred);
  }

  #results(): Record<string, Tensor> {
    const metrics = this.objective.recorded.map(({ key, metric }) => [key, metric.result()] as const);
    return { loss: this.tracker.result(), ...Object.fromEntries(metrics) };
  }
}
