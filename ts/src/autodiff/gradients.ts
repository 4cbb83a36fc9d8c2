// Reverse-mode gradients.

import { TalrayError } from '../array/errors.js';
import { coalesceRows, concat, identity, unsortedSegmentSum } from '../array/generated/ops.js';
import { guarded, native, words } from '../array/native.js';
import { collecting, keepOutside, type Shape, Tensor, tensorAt } from '../array/tensor.js';
import { Variable } from '../array/variable.js';
import { TableVariable } from '../array/table.js';
import { TableGradient } from './table-gradient.js';
import { flatten, replace } from './tree.js';

/**
 * The gradient of rows that were looked up: row `ids[i]` has gradient `rows[i]`, all other rows have none.
 * Ids may repeat; their rows then add up.
 */
export class RowGradient {
  /** Row numbers, `[n]`. */
  readonly ids: Tensor;
  /** Their gradients, `[n, …]`. */
  readonly rows: Tensor;
  /** Shape of the whole. */
  readonly shape: Shape;
  /** Are ids distinct and increasing? */
  readonly coalesced: boolean;

  constructor(ids: Tensor, rows: Tensor, shape: Shape, coalesced: boolean) {
    this.ids = ids;
    this.rows = rows;
    this.shape = shape;
    this.coalesced = coalesced;
  }

  /** With distinct ids in increasing order, rows of equal ids summed in order of position. */
  coalesce(): RowGradient {
    if (this.coalesced) return this;
    const { ids, rows } = coalesceRows(this.ids, this.rows);
    return new RowGradient(ids, rows, this.shape, true);
  }

  /** As a tensor of the whole shape. */
  dense(): Tensor {
    return unsortedSegmentSum(this.rows, this.ids, [this.shape[0] as number]);
  }

  /** The sum of this and another row gradient of the same shape. */
  add(other: RowGradient): RowGradient {
    return new RowGradient(concat([this.ids, other.ids], { axis: 0 }), concat([this.rows, other.rows], { axis: 0 }), this.shape, false);
  }
}

/** What a gradient can be: a tensor, rows of a looked-up variable, that of an embedding table, or nothing (not reached). */
export type Gradient = Tensor | RowGradient | TableGradient | null;

/**
 * Gradients of a scalar `loss` for tensors and variables that it was computed from, in the same synchronous stretch
 * of code. `null` where none reaches.
 *
 * @param seed cotangent of `loss`, which may then have any shape
 * @throws TalrayError `SHAPE` when the loss is no scalar and there is no seed.
 */
export function gradients(loss: Tensor, wrt: readonly (Tensor | Variable)[], seed?: Tensor): Gradient[] {
  const request = new Float64Array(wrt.length * 2);
  wrt.forEach((x, i) => {
    request[2 * i] = x instanceof Variable ? 5 : 0;
    request[2 * i + 1] = x instanceof Variable ? x.cell : x.live();
  });
  guarded(() => native.gradients(loss.live(), seed === undefined ? -1 : seed.live(), request));
  let at = 0;
  return wrt.map((x) => {
    const kind = words[at++];
    if (kind === 0) return null;
    const [first, next] = tensorAt(at);
    at = next;
    if (kind === 1) return first;
    const [rows, after] = tensorAt(at);
    at = after;
    return x instanceof TableVariable ? new TableGradient(x, first, rows) : new RowGradient(first, rows, x.shape, kind === 3);
  });
}

/** While `work` runs, nothing that it records is run and forgotten: gradients may go through all of it. */
export function holding<T>(work: () => T): T {
  native.hold();
  try {
    return work();
  } finally {
    native.unhold();
  }
}

/**
 * The function that gives value and gradients of `fn`, which maps trees of tensors to a scalar. Gradients have the
 * structure of the first argument, or of all arguments as an array when `fn` takes several.
 *
 * @example
 * const { value, grads } = valueAndGrad((w: Tensor) => w.square().mean())(tensor([1, 2, 3]));
 */
export function valueAndGrad(fn: (x: Tensor) => Tensor): (x: Tensor) => { value: Tensor; grads: Tensor };
export function valueAndGrad<A extends readonly unknown[]>(
  fn: (...args: A) => Tensor,
): (...args: A) => { value: Tensor; grads: A extends readonly [infer One] ? One : A };
export function valueAndGrad(fn: (...args: never[]) => Tensor): (...args: never[]) => { value: Tensor; grads: unknown } {
  return (...args) =>
    holding(() => {
      const { result, made } = collecting(() => {
        // Fresh names for the arguments: the same tensor passed twice has two gradients.
        const inputs = replace(args, (t) => identity(t));
        const value = (fn as (...args: readonly unknown[]) => Tensor)(...inputs);
        if (!(value instanceof Tensor))
          throw new TalrayError('OPTION', 'the function must return a tensor (a scalar loss), not a promise or another value');
        const { tensors } = flatten(inputs);
        const grads = gradients(value, tensors).map((g, i) => dense(g, tensors[i] as Tensor));
        let at = 0;
        const tree = replace(args, () => grads[at++]);
        return { value, grads: args.length === 1 ? tree[0] : tree, keep: new Set<Tensor>([value, ...grads]) };
      });
      // What else was made is freed by the garbage collector only: the function may have handed it to somebody.
      for (const t of made) {
        if (result.keep.has(t)) keepOutside(t);
        else t.outlive();
      }
      return { value: result.value, grads: result.grads };
    });
}

/** As {@link valueAndGrad}, without the value. */
export function grad(fn: (x: Tensor) => Tensor): (x: Tensor) => Tensor;
export function grad<A extends readonly unknown[]>(fn: (...args: A) => Tensor): (...args: A) => A extends readonly [infer One] ? One : A;
export function grad(fn: (...args: never[]) => Tensor): (...args: never[]) => unknown {
  const both = valueAndGrad(fn as (...args: readonly unknown[]) => Tensor);
  return (...args) => (both as (...args: readonly unknown[]) => { grads: unknown })(...args).grads;
}

function dense(g: Gradient, like: Tensor): Tensor {
  if (g === null) return like.mul(0);
  if (g instanceof TableGradient) throw new TalrayError('INTERNAL', 'an argument has the gradient of a table');
  return g instanceof RowGradient ? g.dense() : g;
}
