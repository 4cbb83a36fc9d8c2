// What is known about a variable beside its value: penalty, constraint, and how optimizers treat idle rows.
import type { Variable } from '../../index.js';
import type { Constraint } from '../constraints/constraint.js';
import type { Regularizer } from '../regularizers/regularizer.js';

/** How an optimizer treats the rows that a row gradient does not name. */
export type RowUpdate = 'dense' | 'lazy';

/** Facts a layer states about one of its variables. */
export interface VariableTraits {
  /** Added to the training loss, applied to the whole value. */
  readonly regularizer?: Regularizer;
  /** Applied to the value after each update. */
  readonly constraint?: Constraint;
  /** `'dense'`: every row takes part in an update (Keras's numbers); `'lazy'`: only rows of the batch. */
  readonly update?: RowUpdate;
}

const traits = new WeakMap<Variable, VariableTraits>();
const none: VariableTraits = {};

/** Records facts about `variable`, beside what was recorded before. */
export function setTraits(variable: Variable, facts: VariableTraits): void {
  traits.set(variable, { ...traits.get(variable), ...facts });
}

/** What was recorded about `variable`; nothing by default. */
export function traitsOf(variable: Variable): VariableTraits {
  return traits.get(variable) ?? none;
}
