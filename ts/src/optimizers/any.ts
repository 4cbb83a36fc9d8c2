// What users of an optimizer need of it, whatever its slots and hyper-parameters are.
import type { Gradient, Variable } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import type { LearningRate } from './optimizer.js';

/** Any optimizer. */
export interface AnyOptimizer {
  /** Updates made so far. */
  readonly iterations: Variable;
  /** A number or a schedule. */
  learningRate: LearningRate;
  /** Makes the slots of variables. */
  build(variables: ReadonlyMap<string, Variable> | readonly Variable[]): void;
  /** Updates variables by gradients. */
  apply(grads: readonly Gradient[], variables: readonly Variable[]): void;
  /** All state by name. */
  stateByName(): Map<string, Variable>;
  /** A variable's slots by name. */
  slotsOf(variable: Variable): Readonly<Record<string, Variable>>;
  /** Type, learning rate and options. */
  config(): ThingConfig;
}
