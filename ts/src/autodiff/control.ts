// Control flow that can be recorded: branches, loops, scans, and gradients written by hand.

import * as words from '../array/apply.js';
import { dtypeNumber } from '../array/dtype.js';
import { TalrayError } from '../array/errors.js';
import { toTensor } from '../array/create.js';
import { OP } from '../array/generated/ops-table.js';
import { identity } from '../array/generated/ops.js';
import { depth, guarded, native } from '../array/native.js';
import { collecting, type Shape, Tensor, type TensorLike } from '../array/tensor.js';
import type { DType } from '../array/dtype.js';
import { flatten, replace } from './tree.js';

/** A recorded region. */
export interface Region {
  /** Number in the engine. */
  id: number;
  /** Outer tensors that it uses; they are its last inputs. */
  captures: Tensor[];
  /** The result's structure, with outputs in place of tensors. */
  tree: unknown;
}

/** Type of a region's input. */
export interface InputType {
  dtype: DType;
  shape: Shape;
}

/** Stands for output `n` in a region's result. */
export class Output {
  constructor(readonly n: number) {}
}

/** A tree with its outputs filled in. */
export function fillOutputs(tree: unknown, outputs: readonly Tensor[]): unknown {
  if (tree instanceof Output) return outputs[tree.n];
  if (Array.isArray(tree)) return tree.map((x) => fillOutputs(x, outputs));
  if (typeof tree === 'object' && tree !== null && Object.getPrototypeOf(tree) === Object.prototype) {
    return Object.fromEntries(Object.entries(tree).map(([k, v]) => [k, fillOutputs(v, outputs)]));
  }
  return tree;
}

/** Records `fn` over inputs of these types as a region. */
export function region(types: readonly InputType[], fn: (inputs: Tensor[]) => unknown): Region {
  const request = Float64Array.from(types.flatMap((t) => [dtypeNumber(t.dtype), t.shape.length, ...t.shape]));
  const before = depth();
  const handles = guarded(() => native.beginRegion(request));
  try {
    const { result, made } = collecting(() => {
      const inputs = types.map((t, i) => new Tensor(handles[i] as number, t.dtype, t.shape));
      const result = fn(inputs);
      if (result instanceof Promise) throw new TalrayError('OPTION', 'a branch, loop body or rule must be synchronous');
      const { tensors } = flatten(result);
      let n = 0;
      const tree = replace(result, () => new Output(n++));
      const [id, ...captured] = guarded(() => native.endRegion(Float64Array.from(tensors, (t) => t.live())));
      return { id: id as number, captured, tree };
    });
    for (const t of made) t.dispose();
    // Captured handles come with a reference of their own.
    const captures = result.captured.map((handle) => new Tensor(handle, 'f32', []));
    return { id: result.id, captures, tree: result.tree };
  } catch (e) {
    if (depth() > before) native.abandon();
    throw e;
  }
}

/** Sends op `op` over tensors and regions; the regions' captures are freed. */
export function applyRegions(op: number, inputs: readonly TensorLike[], attrs: () => void, regions: readonly Region[]): Tensor[] {
  words.begin(op, inputs.length);
  for (const x of inputs) words.arg(x);
  attrs();
  try {
    return words.many(regions.map((r) => r.id));
  } finally {
    for (const r of regions) {
      native.freeRegion(r.id);
      for (const t of r.captures) t.dispose();
    }
  }
}

/**
 * `onTrue()` where the scalar `pred` is true, else `onFalse()`; both give trees of tensors of the same types. Only the
 * chosen one runs. It has a gradient.
 *
 * @example
 * const y = cond(x.sum().greater(0), () => x, () => x.neg());
 */
export function cond<R>(pred: TensorLike, onTrue: () => R, onFalse: () => R): R {
  const yes = region([], onTrue);
  const no = region([], onFalse);
  const inputs = [toTensor(pred), ...yes.captures, ...no.captures];
  const outputs = applyRegions(OP.cond, inputs, () => words.integer(yes.captures.length), [yes, no]);
  return fillOutputs(yes.tree, outputs) as R;
}

/** Runs `body` on the state, an array of tensors, as long as `test` gives true. It has no gradient: use {@link scan}. */
export function whileLoop<S extends readonly Tensor[]>(test: (...state: S) => Tensor, body: (...state: S) => S, init: S): S {
  const types = init.map((t) => ({ dtype: t.dtype, shape: t.shape }));
  const tests = region(types, (state) => test(...(state as unknown as S)));
  const turns = region(types, (state) => body(...(state as unknown as S)));
  const attrs = () => {
    words.integer(init.length);
    words.integer(tests.captures.length);
  };
  return applyRegions(OP.whileLoop, [...init, ...tests.captures, ...turns.captures], attrs, [tests, turns]) as unknown as S;
}

/**
 * Carries a state along the first axis of `xs`: `fn(carry, x)` gives the next carry and a result for each entry; results
 * are stacked. Carry, xs and results are trees. It has a gradient.
 *
 * @param options.reverse starts at the last entry
 * @example
 * const [last, sums] = scan((s: Tensor, x: Tensor) => [s.add(x), s.add(x)], tensor(0), tensor([1, 2, 3]));
 */
export function scan<C, X, Y>(fn: (carry: C, x: X) => readonly [C, Y], init: C, xs: X, options: { reverse?: boolean } = {}): [C, Y] {
  const state = flatten(init).tensors;
  const columns = flatten(xs).tensors;
  if (columns.length === 0) throw new TalrayError('OPTION', 'scan wants at least one sequence to go along');
  const types = [...state, ...columns].map((t, i) => ({ dtype: t.dtype, shape: i < state.length ? t.shape : t.shape.slice(1) }));
  const turn = region(types, (inputs) => {
    let at = 0;
    const next = (): Tensor => inputs[at++] as Tensor;
    const carry = replace(init, next);
    return fn(carry, replace(xs, next));
  });
  const attrs = () => {
    words.integer(state.length);
    words.integer(columns.length);
    words.integer(undefined);
    words.flag(options.reverse);
  };
  const outputs = applyRegions(OP.scan, [...state, ...columns, ...turn.captures], attrs, [turn]);
  return fillOutputs(turn.tree, outputs) as [C, Y];
}

/**
 * A function with a gradient of your own: `fn(...xs)` gives `value` and `gradient`, which maps the cotangent of `value`
 * to one gradient for each of `xs`.
 *
 * @example
 * const safeLog = customGradient((x: Tensor) => ({ value: x.log(), gradient: (dy) => [dy.div(x.add(1e-6))] }));
 */
export function customGradient<A extends readonly Tensor[]>(
  fn: (...xs: A) => { value: Tensor; gradient: (dy: Tensor) => readonly Tensor[] },
): (...xs: A) => Tensor {
  return (...given) => {
    const xs = given.map((x) => identity(x)) as unknown as A;
    const { value, gradient } = fn(...xs);
    const rule = region([{ dtype: value.dtype, shape: value.shape }], ([dy]) => {
      const grads = gradient(dy as Tensor);
      if (grads.length !== xs.length)
        throw new TalrayError('OPTION', `customGradient: expected ${xs.length} gradients, received ${grads.length}`);
      return grads;
    });
    const attrs = () => {
      words.integer(xs.length);
      words.integer(1);
    };
    return applyRegions(OP.customGradient, [...xs, value, ...rule.captures], attrs, [rule])[0] as Tensor;
  };
}
