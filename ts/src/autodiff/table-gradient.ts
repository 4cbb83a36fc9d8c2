// The gradient of an embedding table, and the update that it is for.
import { applyRegions, region, type Region } from './control.js';
import { TalrayError } from '../array/errors.js';
import * as words from '../array/apply.js';
import { OP } from '../array/generated/ops-table.js';
import type { TableVariable } from '../array/table.js';
import type { Tensor } from '../array/tensor.js';

/** A formula over one element of a row: `param`, `grad`, slots by name, and scalars by name. */
export type TableRule = (row: Record<string, Tensor>, scalars: Record<string, Tensor>) => Record<string, Tensor>;

/** The gradient of what was looked up in a table in training. */
export class TableGradient {
  constructor(
    readonly table: TableVariable,
    /** Numbers of the lookups. */
    readonly lookups: Tensor,
    /** The gradients of what they gave, flat, one after another. */
    readonly vectors: Tensor,
  ) {}

  /**
   * Updates each row that was looked up once: duplicates are summed first, in order of position, rows that are missing are
   * made, and `rule` gives the new `param` and slots.
   */
  update(rule: TableRule, slots: readonly string[], scalars: Readonly<Record<string, Tensor>>): void {
    const body = this.#region(rule, slots, Object.keys(scalars), ['param', ...slots]);
    const inputs = [this.table.token, this.lookups, this.vectors, ...Object.values(scalars)];
    this.table.advance(applyRegions(OP.updateTable, inputs, () => undefined, [body])[0]!);
  }

  /** Sums of what `rule` gives over all elements of the rows that {@link update} would change. */
  sums(
    rule: TableRule,
    slots: readonly string[],
    scalars: Readonly<Record<string, Tensor>>,
    names: readonly string[],
  ): Record<string, Tensor> {
    const body = this.#region(rule, slots, Object.keys(scalars), names);
    const inputs = [this.table.token, this.lookups, this.vectors, ...Object.values(scalars)];
    const sums = applyRegions(OP.sumTable, inputs, () => words.integer(names.length), [body]);
    return Object.fromEntries(names.map((name, i) => [name, sums[i]!]));
  }

  #region(rule: TableRule, slots: readonly string[], scalars: readonly string[], names: readonly string[]): Region {
    const { dtype, name } = this.table;
    const types = Array.from({ length: 2 + slots.length + scalars.length }, () => ({ dtype, shape: [] }));
    const body = region(types, ([param, grad, ...rest]) => {
      const row: Record<string, Tensor> = { param: param!, grad: grad! };
      slots.forEach((slot, i) => {
        row[slot] = rest[i]!;
      });
      const next = rule(row, Object.fromEntries(scalars.map((scalar, i) => [scalar, rest[slots.length + i]!])));
      return names.map((key) => next[key] ?? missing(key));
    });
    if (body.captures.length > 0) {
      throw new TalrayError('UNSUPPORTED', `the rule for table ${name} uses tensors beside its row and scalars`);
    }
    return body;
  }
}

function missing(name: string): never {
  throw new TalrayError('OPTION', `the update rule gives no ${name}`);
}
