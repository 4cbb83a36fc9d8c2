// Recording a function once and replaying it as a plan.

import { type DType, dtypeNumber } from '../array/dtype.js';
import { TalrayError } from '../array/errors.js';
import { depth, entries, guarded, native, status, words } from '../array/native.js';
import { collecting, Tensor, tensorsFromWords, withSymbols } from '../array/tensor.js';
import { fillOutputs, Output } from './control.js';
import { fits, patternOf, type Sizes } from './sizes.js';
import { flatten, replace } from './tree.js';

/** How many plans one function keeps; more than this suggests shapes or numbers that change with every call. */
const MAX_PLANS = 64;

interface Recorded {
  plan: number;
  /** The result, with numbers of outputs in place of tensors. */
  tree: unknown;
}

/** Calls of equal structure, dtypes and ranks. */
interface Form {
  /** Sizes of the last call that was recorded. */
  sizes: Sizes;
  /** Recordings with symbols for some sizes. */
  readonly symbolic: { pattern: Sizes; entry: Recorded }[];
  /** The function reads its sizes (or has no form with symbols): it is recorded for each. */
  fixed: boolean;
}

/** The last call, where its arguments were tensors alone: one of the same types replays what that did, without a key. */
class Last {
  private constructor(
    readonly entry: Recorded,
    private readonly types: readonly { dtype: DType; sizes: Sizes }[],
  ) {}

  /** The call with these arguments; `undefined` where one is no tensor. */
  static of(args: readonly unknown[], entry: Recorded): Last | undefined {
    const types: { dtype: DType; sizes: Sizes }[] = [];
    for (const x of args) {
      if (!(x instanceof Tensor)) return undefined;
      types.push({ dtype: x.dtype, sizes: x.knownSizes() });
    }
    return new Last(entry, types);
  }

  /** The arguments, if they are of the same types. */
  fits(args: readonly unknown[]): readonly Tensor[] | undefined {
    if (args.length !== this.types.length) return undefined;
    for (let i = 0; i < args.length; i++) {
      const x = args[i];
      const type = this.types[i] as { dtype: DType; sizes: Sizes };
      if (!(x instanceof Tensor) || x.dtype !== type.dtype) return undefined;
      const sizes = x.knownSizes();
      if (sizes.length !== type.sizes.length) return undefined;
      for (let d = 0; d < sizes.length; d++) if (sizes[d] !== type.sizes[d]) return undefined;
    }
    return args as readonly Tensor[];
  }
}

/** What one function has recorded. */
interface Recordings {
  readonly exact: Map<string, Recorded>;
  readonly forms: Map<string, Form>;
}

const plans = new FinalizationRegistry<Recordings>((kept) => forget(kept));

function forget({ exact, forms }: Recordings): void {
  for (const { plan } of exact.values()) native.freePlan(plan);
  for (const { symbolic } of forms.values()) for (const { entry } of symbolic) native.freePlan(entry.plan);
  exact.clear();
  forms.clear();
}

/** Options of {@link jit}. */
export interface JitOptions {
  /**
   * Whether the plan keeps every bit of what the same ops give when they run one by one. Default true. With false a
   * division by a constant may become a product with its reciprocal, and a product may read a view where a copy was
   * recorded: quicker, and off by roundings; plans for other sizes may round otherwise.
   */
  exact?: boolean;
}

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
 * A size that is seen with a second value becomes a symbol, and later ones replay that plan, unless `fn` reads the size
 * (`x.shape[0]`): then it is recorded for each.
 *
 * `fn` is synchronous and maps trees of tensors to a tree of tensors. Variables that it reads or assigns are found by
 * themselves; numbers that it captures are constants. Reading a value inside throws: use `where`, `cond`, `scan`.
 *
 * @example
 * const step = jit((x: Tensor) => { const y = x.matmul(w); counter.assign(counter.value.add(1)); return y.mean(); });
 */
export function jit<A extends readonly unknown[], R>(
  fn: (...args: A) => R extends Promise<unknown> ? never : R,
  { exact: keepsBits = true }: JitOptions = {},
): Jitted<A, R> {
  const kept: Recordings = { exact: new Map(), forms: new Map() };
  const { exact, forms } = kept;
  let warned = false;
  let last: Last | undefined;

  /** A recording with symbols that fits, or is made where this is the second size of something. */
  const withSymbolsFor = (form: Form, args: A, tensors: readonly Tensor[], sizes: Sizes): Recorded | undefined => {
    const known = form.symbolic.find(({ pattern }) => fits(pattern, sizes));
    if (known !== undefined || form.fixed) return known?.entry;
    const pattern = patternOf(form.sizes, sizes);
    if (pattern === undefined) return undefined;
    try {
      const { result: entry, read } = withSymbols(() => record(fn as (...args: A) => unknown, args, tensors, pattern, keepsBits));
      if (!read) {
        form.symbolic.push({ pattern, entry });
        return entry;
      }
      native.freePlan(entry.plan);
    } catch {
      // Whatever it was (a size was read, an op wants to know it), the recording for these sizes decides.
    }
    form.fixed = true;
    return undefined;
  };

  const find = (args: A): { entry: Recorded; tensors: Tensor[] } => {
    const { tensors, key } = flatten(args);
    let entry = exact.get(key);
    if (entry !== undefined) return { entry, tensors };
    const sizes = tensors.flatMap((t) => t.shape);
    const loose = flatten(args, false).key;
    const form = forms.get(loose) ?? { sizes, symbolic: [], fixed: false };
    entry = withSymbolsFor(form, args, tensors, sizes);
    if (entry !== undefined) return { entry, tensors };
    entry = record(fn as (...args: A) => unknown, args, tensors, sizes, keepsBits);
    form.sizes = sizes;
    if (forms.size < MAX_PLANS || forms.has(loose)) forms.set(loose, form);
    if (exact.size >= MAX_PLANS) {
      const [oldest, { plan }] = exact.entries().next().value as [string, Recorded];
      native.freePlan(plan);
      if (last?.entry.plan === plan) last = undefined;
      exact.delete(oldest);
      if (!warned)
        console.warn(
          `talray: jit(${fn.name || 'function'}) was recorded for more than ${MAX_PLANS} signatures; pad or bucket what changes`,
        );
      warned = true;
    }
    exact.set(key, entry);
    return { entry, tensors };
  };

  const call = (...args: A): R => {
    if (depth() > 0) return fn(...args) as R;
    const plain = last?.fits(args);
    const { entry, tensors } = plain === undefined ? find(args) : { entry: (last as Last).entry, tensors: plain };
    if (plain === undefined) last = Last.of(args, entry);
    words[0] = entry.plan;
    words[1] = tensors.length;
    for (let i = 0; i < tensors.length; i++) words[2 + i] = (tensors[i] as Tensor).live();
    entries.run();
    return fillOutputs(entry.tree, tensorsFromWords(status())) as R;
  };
  const explain = (...args: A): string => native.explain(find(args).entry.plan);
  const clear = (): void => {
    last = undefined;
    forget(kept);
  };
  const jitted = Object.assign(call, { explain, clear });
  plans.register(jitted, kept);
  return jitted;
}

/** Records `fn` for tensors of these sizes, some of which may be symbols. */
function record<A extends readonly unknown[]>(
  fn: (...args: A) => unknown,
  args: A,
  tensors: readonly Tensor[],
  sizes: Sizes,
  exact: boolean,
): Recorded {
  let from = 0;
  const shapes = tensors.map((t) => sizes.slice(from, (from += t.rank)));
  const types = Float64Array.from(tensors.flatMap((t, i) => [dtypeNumber(t.dtype), t.rank, ...(shapes[i] as Sizes)]));
  const handles = guarded(() => native.beginJit(types));
  let ended = false;
  try {
    const { result, made } = collecting(() => {
      let at = 0;
      const inputs = replace(args, (t) => {
        const shape = (shapes[at] as Sizes).map((size) => (size < 0 ? -1 : size));
        return new Tensor(handles[at++] as number, t.dtype, shape);
      });
      const tree = fn(...inputs);
      if (tree instanceof Promise) throw new TalrayError('OPTION', 'jit wants a synchronous function; await its results outside');
      const outputs = flatten(tree).tensors;
      let n = 0;
      const spelled = replace(tree, () => new Output(n++));
      ended = true;
      const plan = guarded(() =>
        native.endJit(
          Float64Array.from(outputs, (t) => t.live()),
          exact,
        ),
      );
      return { plan, tree: spelled };
    });
    for (const t of made) t.dispose();
    return result;
  } catch (e) {
    if (!ended || depth() > 0) native.abandon();
    throw e;
  }
}
