// What an update rule sees and gives: one element of a parameter, its gradient, its slots, and scalars of the step.
import type { Tensor } from '../index.js';

/** How a slot is made: as many numbers as the parameter, one a row, or one. */
export interface SlotSpec {
  /** Default `'param'`. */
  readonly shape?: 'param' | 'row' | 'scalar';
  /** First value. Default 0. */
  readonly init?: number;
}

/** What a rule reads: the parameter, its gradient and its slots. */
export type Row<Slot extends string> = Readonly<Record<'param' | 'grad' | Slot, Tensor>>;

/** What a rule gives: the new parameter and new slots; a slot that is left out stays. */
export type Update<Slot extends string> = { readonly param: Tensor } & Readonly<Partial<Record<Slot, Tensor>>>;

/** Scalars of the step: the learning rate, the number of this step (from 1), and the rule's hyper-parameters. */
export type Scalars<Name extends string> = Readonly<Record<'learningRate' | 'step' | Name, Tensor>>;
