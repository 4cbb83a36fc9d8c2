// Recording a function once and replaying it as a plan.

import { dtypeNumber } from '../array/dtype.js';
import { TalrayError } from '../array/errors.js';
import { guarded, native } from '../array/native.js';
import { collecting, Tensor, tensorsFromWords } from '../array/tensor.js';
import { fillOutputs, Output } from './control.js';
import { flatten, replace } from './tree.js';

/** How many plans one function keeps; more than this suggests shapes or numbers that change with every call. */
const MAX_PLANS = 64;

interface Recorded {
  plan: number;
  /** The result, with numbers of outputs in place of tensors. */
  tree: unknown;
}

const plans = new FinalizationRegistry<Map<string, Recorded>>((kept) => {
  for (const { plan } of kept.values()) native.freePlan(plan);
});

/** A function recorded by {@link jit}. */
export interface Jitted<A extends readonly unknown[], R> {
  (...args: A): R;
  /** The plan that these arguments use, as text: kernels, buffers, bytes. */
  explain(...args: A): string;
  /** Forgets all recordings. */
  clear(): void;
}

/**
 * Records `fn` once for each signature (structure, dtypes and shapes of its tensors, other values) and replays the plan.
 *
 * `fn` is synchronous and maps trees of tensors to a tree of tensors. Variables that it reads or assigns are found by
 * themselves; numbers that it captures are constants. Reading a value inside throws: use `where`, `cond`, `scan`.
 *
 * @example
 * const step = jit((x: Tensor) => { const y = x.matmul(w); counter.assign(counter.value.add(1)); return y.mean(); });
 */
export function jit<A extends readonly unknown[], R>(fn: (...args: A) => R extends Promise<unknown> ? never : R): Jitted<A, R> {
  const recorded = new Map<string, Recorded>();
  let warned = false;

  const find = (args: A): { entry: Recorded; tensors: Tensor[] } => {
    const { tensors, key } = flatten(args);
    let entry = recorded.get(key);
    if (entry === undefined) {
      entry = record(fn as (...args: A) => unknown, args, tensors);
      if (recorded.size >= MAX_PLANS) {
        const [oldest, { plan }] = recorded.entries().next().value as [string, Recorded];
        native.freePlan(plan);
        recorded.delete(oldest);
        if (!warned)
          console.warn(
            `talray: jit(${fn.name || 'function'}) was recorded for more than ${MAX_PLANS} signatures; pad or bucket what changes`,
          );
        warned = true;
      }
      recorded.set(key, entry);
    }
    return { entry, tensors };
  };

  const call = (...args: A): R => {
    if (native.depth() > 0) return fn(...args) as R;
    const { entry, tensors } = find(args);
    const handles = Float64Array.from(tensors, (t) => t.live());
    const outputs = tensorsFromWords(guarded(() => native.run(entry.plan, handles)));
    return fillOutputs(entry.tree, outputs) as R;
  };
  const explain = (...args: A): string => native.explain(find(args).entry.plan);
  const clear = (): void => {
    for (const { plan } of recorded.values()) native.freePlan(plan);
    recorded.clear();
  };
  const jitted = Object.assign(call, { explain, clear });
  plans.register(jitted, recorded);
  return jitted;
}

function record<A extends readonly unknown[]>(fn: (...args: A) => unknown, args: A, tensors: readonly Tensor[]): Recorded {
  const types = Float64Array.from(tensors.flatMap((t) => [dtypeNumber(t.dtype), t.rank, ...t.shape]));
  const handles = guarded(() => native.beginJit(types));
  let ended = false;
  try {
    const { result, made } = collecting(true, () => {
      let at = 0;
      const inputs = replace(args, (t) => new Tensor(handles[at++] as number, t.dtype, t.shape));
      const tree = fn(...inputs);
      if (tree instanceof Promise) throw new TalrayError('OPTION', 'jit wants a synchronous function; await its results outside');
      const outputs = flatten(tree).tensors;
      let n = 0;
      const spelled = replace(tree, () => new Output(n++));
      ended = true;
      const plan = guarded(() => native.endJit(Float64Array.from(outputs, (t) => t.live())));
      return { plan, tree: spelled };
    });
    for (const t of made) t.dispose();
    return result;
  } catch (e) {
    if (!ended || native.depth() > 0) native.abandon();
    throw e;
  }
}
