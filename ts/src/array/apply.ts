// Writes requests into the words and reads the answers: what the generated wrappers are made of.

import type { DType } from './dtype.js';
import { dtypeNumber } from './dtype.js';
import { TalrayError } from './errors.js';
import { entries, status, words } from './native.js';
import { isDebugging, markLine } from './place.js';
import { toTensor } from './create.js';
import { firstTensor, Tensor, type TensorLike, tensorsFromWords } from './tensor.js';
import { Variable } from './variable.js';

let at = 0;
/** Temporary tensors made of plain data for the request that is being written. */
let temporary: Tensor[] = [];

/** Starts a request for op `op` with `count` tensor arguments. */
export function begin(op: number, count: number): void {
  words[0] = op;
  words[1] = count;
  at = 2;
}

/** Writes a tensor argument. */
export function arg(x: TensorLike | undefined): void {
  if (x instanceof Tensor) {
    words[at++] = 0;
    words[at++] = x.live();
  } else if (typeof x === 'number') {
    words[at++] = 2;
    words[at++] = x;
  } else if (x instanceof Variable) {
    words[at++] = 5;
    words[at++] = x.cell;
  } else if (x === undefined || x === null) {
    words[at++] = 1;
  } else if (typeof x === 'boolean') {
    words[at++] = 3;
    words[at++] = x ? 1 : 0;
  } else if (typeof x === 'bigint') {
    words[at++] = 4;
    words[at++] = Number(BigInt.asIntN(64, x) >> 32n);
    words[at++] = Number(BigInt.asUintN(32, x));
  } else {
    data(x, undefined);
  }
}

/** Writes a tensor argument that counts or points: plain integers become i32. */
export function indexArg(x: TensorLike | undefined): void {
  if (Array.isArray(x)) data(x, 'i32');
  else arg(x);
}

function data(x: TensorLike, dtype: DType | undefined): void {
  const before = at;
  const t = toTensor(x, dtype);
  temporary.push(t);
  at = before;
  words[at++] = 0;
  words[at++] = t.live();
}

/** Writes a number, or that it was left out. */
export function number(x: number | undefined): void {
  if (x === undefined) {
    words[at++] = 0;
  } else {
    words[at++] = 1;
    words[at++] = x;
  }
}

/** Writes an integer. */
export function integer(x: number | undefined): void {
  if (x === undefined) {
    words[at++] = 0;
    return;
  }
  if (!Number.isSafeInteger(x)) throw new TalrayError('OPTION', `expected an integer, received ${x}`);
  words[at++] = 1;
  words[at++] = Math.floor(x / 4294967296);
  words[at++] = x >>> 0;
}

/** Writes a flag. */
export function flag(x: boolean | undefined): void {
  number(x === undefined ? undefined : x ? 1 : 0);
}

/** Writes a dtype. */
export function dtype(x: DType | undefined): void {
  number(x === undefined ? undefined : dtypeNumber(x));
}

/** Writes one of `names`. */
export function choice(x: string | undefined, names: readonly string[]): void {
  if (x === undefined) return number(undefined);
  const i = names.indexOf(x);
  if (i < 0) throw new TalrayError('OPTION', `expected one of ${names.join(', ')}, received ${x}`);
  number(i);
}

/** Writes text. */
export function text(x: string | undefined): void {
  if (x === undefined) return number(undefined);
  words[at++] = 1;
  words[at++] = x.length;
  for (let i = 0; i < x.length; i++) words[at++] = x.charCodeAt(i);
}

/** Writes numbers, integers, sizes or flags; a single one is a list of one. */
export function list(x: number | readonly number[] | readonly boolean[] | undefined): void {
  if (x === undefined) {
    words[at++] = 0;
    return;
  }
  words[at++] = 1;
  if (typeof x === 'number') {
    words[at++] = 1;
    words[at++] = x;
    return;
  }
  if (x.length > words.length - at - 8) throw new TalrayError('OPTION', `a list of ${x.length} entries is too long here; pass a tensor`);
  words[at++] = x.length;
  for (let i = 0; i < x.length; i++) words[at++] = Number(x[i]);
}

/** Refuses option names that the op does not have. */
export function known(options: object, names: readonly string[]): void {
  for (const key in options) {
    if (!names.includes(key)) {
      throw new TalrayError('OPTION', `unknown option ${key}; there are: ${names.join(', ') || 'none'}`);
    }
  }
}

/** Sends the request; gives the number of outputs. */
function send(regions: readonly number[] | undefined): number {
  words[at++] = regions === undefined ? 0 : regions.length;
  if (regions !== undefined) for (const r of regions) words[at++] = r;
  if (isDebugging()) markLine();
  entries.apply();
  if (temporary.length === 0) return status();
  // Freeing is a call too, with a status of its own.
  try {
    return status();
  } finally {
    for (const t of temporary) t.dispose();
    temporary = [];
  }
}

/** Sends the request; gives its only output. */
export function one(): Tensor {
  send(undefined);
  return firstTensor();
}

/** Sends the request; gives all outputs. */
export function many(regions?: readonly number[]): Tensor[] {
  return tensorsFromWords(send(regions));
}
