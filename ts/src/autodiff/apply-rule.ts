// Update rules: one elementwise formula, for dense variables and for touched rows.

import * as words from '../array/apply.js';
import { TalrayError } from '../array/errors.js';
import { OP } from '../array/generated/ops-table.js';
import { scatterUpdate, expandDims, gather } from '../array/generated/ops.js';
import type { Tensor } from '../array/tensor.js';
import type { Variable } from '../array/variable.js';
import { applyRegions, region } from './control.js';
import { RowGradient } from './gradients.js';

/** What a rule sees: the parameter, its gradient, its slots by name. */
export type RuleInputs = Record<string, Tensor>;

/** One parameter to be updated. */
export interface RuleParameter {
  /** The parameter. */
  variable: Variable;
  /** Its gradient. */
  grad: Tensor | RowGradient;
  /** Its slots by name. */
  slots: Record<string, Variable>;
  /** Run-time scalars by name. */
  scalars: Record<string, Tensor>;
  /** What rows do that the gradient does not touch: take part with a gradient of zero, or stay as they are. */
  update: 'dense' | 'lazy';
}

/**
 * Applies an update rule to parameters and assigns them and their slots. Dense gradients are one fused sweep over the
 * parameter; row gradients with `update: 'lazy'` read and write each touched row once, duplicates summed first.
 */
export function applyRule(options: {
  rule: (row: RuleInputs, scalars: RuleInputs) => Record<string, Tensor>;
  params: readonly RuleParameter[];
}): void {
  for (const p of options.params) {
    if (p.grad instanceof RowGradient && p.update === 'lazy') lazy(options.rule, p, p.grad);
    else sweep(options.rule, p, p.grad instanceof RowGradient ? p.grad.dense() : p.grad);
  }
}

type Rule = (row: RuleInputs, scalars: RuleInputs) => Record<string, Tensor>;

function sweep(rule: Rule, { variable, slots, scalars }: RuleParameter, grad: Tensor): void {
  const row: RuleInputs = { param: variable.value, grad };
  for (const [name, slot] of Object.entries(slots)) row[name] = slot.value;
  const next = rule(row, scalars);
  variable.assign(result(next, 'param'));
  for (const [name, slot] of Object.entries(slots)) slot.assign(result(next, name));
}

function result(next: Record<string, Tensor>, name: string): Tensor {
  const t = next[name];
  if (t === undefined) throw new TalrayError('OPTION', `the update rule gives no ${name}`);
  return t;
}

/** Is every slot an array of rows, as the fused kernel wants? */
function fusible({ variable, slots }: RuleParameter): boolean {
  return (
    (variable.dtype === 'f32' || variable.dtype === 'f64') &&
    Object.values(slots).every(
      (s) => s.dtype === variable.dtype && s.rank === variable.rank && s.shape.every((d, i) => d === variable.shape[i]),
    )
  );
}

function lazy(rule: Rule, p: RuleParameter, grad: RowGradient): void {
  if (!fusible(p)) return byRows(rule, p, grad);
  const { variable, slots, scalars } = p;
  const names = Object.keys(slots);
  const scalarNames = Object.keys(scalars);
  const element = { dtype: variable.dtype, shape: [] };
  let body: ReturnType<typeof region>;
  try {
    body = region(
      Array.from({ length: 2 + names.length + scalarNames.length }, () => element),
      (inputs) => {
        const [param, g, ...rest] = inputs as [Tensor, Tensor, ...Tensor[]];
        const row: RuleInputs = { param, grad: g };
        names.forEach((name, i) => {
          row[name] = rest[i] as Tensor;
        });
        const s: RuleInputs = {};
        scalarNames.forEach((name, i) => {
          s[name] = rest[names.length + i] as Tensor;
        });
        const next = rule(row, s);
        return [result(next, 'param'), ...names.map((name) => result(next, name))];
      },
    );
  } catch (e) {
    if (e instanceof TalrayError && (e.code === 'SHAPE' || e.code === 'UNSUPPORTED')) return byRows(rule, p, grad);
    throw e;
  }
  if (body.captures.length > 0) {
    for (const t of body.captures) t.dispose();
    return byRows(rule, p, grad);
  }
  const fields = [variable, ...names.map((name) => slots[name] as Variable)];
  const inputs = [...fields, grad.ids, grad.rows, ...scalarNames.map((name) => scalars[name] as Tensor)];
  const attributes = (): void => {
    words.integer(fields.length);
    words.flag(false);
  };
  const outputs = applyRegions(OP.updateRows, inputs, attributes, [body]);
  fields.forEach((field, i) => {
    field.assign(outputs[i] as Tensor);
  });
}

/** The general way: gather the touched rows, apply the rule to them, put them back. */
function byRows(rule: Rule, { variable, slots, scalars }: RuleParameter, grad: RowGradient): void {
  const { ids, rows } = grad.coalesce();
  const at = expandDims(ids, -1);
  const perRow = (v: Variable): boolean => v.rank > 0 && v.shape[0] === variable.shape[0];
  const row: RuleInputs = { param: gather(variable, ids), grad: rows };
  for (const [name, slot] of Object.entries(slots)) row[name] = perRow(slot) ? gather(slot, ids) : slot.value;
  const next = rule(row, scalars);
  variable.assign(scatterUpdate(variable, at, result(next, 'param')));
  for (const [name, slot] of Object.entries(slots)) {
    slot.assign(perRow(slot) ? scatterUpdate(slot, at, result(next, name)) : result(next, name));
  }
}
