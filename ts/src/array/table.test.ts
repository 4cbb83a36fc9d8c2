// The generated wrappers: every golden case of tests/golden through TypeScript, a test for each op and dtype, and the switch
// between the fast and the plain kernels.
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { type DType, implementation, tensor, Tensor } from '../index.js';
import * as generated from './generated/ops.js';

interface Held {
  dtype: DType;
  shape: number[];
  data: (number | string | boolean)[];
}

interface Case {
  attrs: Record<string, unknown>;
  inputs: (Held | null)[];
  outputs: Held[];
  rtol: number;
  atol: number;
}

type Wrapper = (...args: unknown[]) => Tensor | Tensor[] | Record<string, Tensor>;

const folder = new URL('../../../tests/golden/', import.meta.url);
const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

/** The cases of a file. Integers that a number cannot hold stay text. */
function read(file: string): Case[] {
  const text = readFileSync(new URL(file, folder), 'utf8').replace(/(?<=[[,:])-?\d{16,}(?=[,\]])/g, '"$&"');
  return (JSON.parse(text) as { cases: Case[] }).cases;
}

const wide = (dtype: DType): boolean => dtype === 'i64' || dtype === 'u64';
const number = (x: number | string | boolean): number =>
  x === 'inf' ? Infinity : x === '-inf' ? -Infinity : x === 'nan' ? Number.NaN : Number(x);
const element = (x: Held['data'][number], dtype: DType): number | bigint | boolean =>
  wide(dtype) ? BigInt(x) : dtype === 'bool' ? Boolean(x) : dtype === 'f32' ? Math.fround(number(x)) : number(x);
const elements = (a: Held): (number | bigint | boolean)[] => a.data.map((x) => element(x, a.dtype));
const made = (a: Held): Tensor => tensor(elements(a) as number[], { dtype: a.dtype, shape: a.shape });
const attribute = (x: unknown): unknown =>
  typeof x === 'string' && /^(-?inf|nan)$/.test(x) ? number(x) : Array.isArray(x) ? x.map(Number) : x;

/** Calls a wrapper with a case's inputs and attributes, put in the places that its signature gives them. */
function call(wrapper: Wrapper, c: Case): Tensor[] {
  const attrs = new Map(Object.entries(c.attrs).map(([name, value]) => [camel(name), attribute(value)]));
  const names = (/^[^(]*\(([^)]*)\)/.exec(wrapper.toString())?.[1] ?? '').split(',').map((part) => part.split('=')[0]!.trim());
  const inputs = c.inputs.map((x) => (x === null ? undefined : made(x)));
  const args: unknown[] = [];
  for (const name of names.filter((n) => n !== '' && n !== 'options')) {
    if (attrs.has(name)) {
      args.push(attrs.get(name));
      attrs.delete(name);
    } else if (name === 'xs' || name === 'operands' || name === 'inputs') {
      args.push(inputs.splice(0));
    } else {
      args.push(inputs.shift());
    }
  }
  if (attrs.size > 0) args.push(Object.fromEntries(attrs));
  const result = wrapper(...args);
  return result instanceof Tensor ? [result] : Array.isArray(result) ? result : Object.values(result);
}

/** The first element in which a result differs from the golden one by more than the case allows. */
async function difference(got: Tensor, want: Held, c: Case): Promise<string | undefined> {
  if (got.dtype !== want.dtype || got.shape.join() !== want.shape.join())
    return `expected ${want.dtype} [${want.shape.join()}], received ${got.dtype} [${got.shape.join()}]`;
  const values = Array.from((await got.data()) as Iterable<number | bigint | boolean>);
  const expected = elements(want);
  const at = expected.findIndex((w, i) => {
    const g = values[i]!;
    if (typeof w === 'bigint') return g !== w;
    const [a, b] = [Number(g), Number(w)];
    return !(
      a === b ||
      Object.is(a, b) ||
      (Number.isFinite(b) && want.dtype.includes('f') && Math.abs(a - b) <= c.atol + c.rtol * Math.abs(b))
    );
  });
  return at < 0 && values.length === expected.length
    ? undefined
    : `element ${at}: expected ${String(expected[at])}, received ${String(values[at])}`;
}

const wrappers = generated as unknown as Record<string, Wrapper | undefined>;
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const table = files.flatMap((file) => {
  const op = file.replace('.json', '');
  const wrapper = wrappers[camel(op)];
  if (wrapper === undefined) return [];
  const cases = read(file);
  const dtypeOf = (c: Case): DType => (c.inputs.find((x) => x !== null) ?? c.outputs[0]!).dtype;
  const dtypes = [...new Set(cases.map(dtypeOf))];
  return dtypes.map((dtype) => ({ op, dtype, wrapper, cases: cases.filter((c) => dtypeOf(c) === dtype) }));
});

describe('every wrapper gives what independent programs give', () => {
  it.each(table)('$op of $dtype', async ({ wrapper, cases }) => {
    for (const [n, c] of cases.entries()) {
      const outputs = call(wrapper, c);
      for (const [i, want] of c.outputs.entries()) expect(await difference(outputs[i]!, want, c), `case ${n}, output ${i}`).toBeUndefined();
    }
  });

  it('leaves out only the ops that others are made of', () => {
    const without = files.map((file) => file.replace('.json', '')).filter((op) => wrappers[camel(op)] === undefined);
    expect(without).toEqual([
      'batch_normalization_grad',
      'conv',
      'conv_input_grad',
      'conv_kernel_grad',
      'dot_interaction_grad',
      'embedding_matmul_grad',
      'pool_avg',
      'pool_avg_grad',
      'pool_max',
      'pool_max_grad',
      'pool_max_pick',
      'resize_grad',
    ]);
  });
});

describe('the implementation switch', () => {
  it('refuses an op that does not exist', () => {
    expect(() => implementation('reference', 'mathmul')).toThrowError(/no op is named mathmul/);
  });

  afterEach(() => implementation('simd'));
  const sums = table.filter(
    ({ op, dtype }) =>
      dtype === 'f32' &&
      ['sum', 'matmul', 'softmax', 'conv2d', 'cumsum', 'exp', 'gather', 'sort', 'layer_normalization', 'top_k'].includes(op),
  );

  it.each(sums)('gives $op the same golden values by the plain kernels, for all ops and for one', async ({ op, wrapper, cases }) => {
    for (const choose of [() => implementation('reference'), () => implementation('reference', camel(op))]) {
      implementation('simd');
      choose();
      for (const c of cases) expect(await difference(call(wrapper, c)[0]!, c.outputs[0]!, c)).toBeUndefined();
    }
  });
});
