// Trees: arrays and plain objects with tensors at some leaves.

import { Tensor } from '../array/tensor.js';
import { Variable } from '../array/variable.js';

/** A tensor, or arrays and plain objects of trees; other values are carried along. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree } | number | bigint | boolean | string | null | undefined;

/**
 * The tensors of a tree in order, and a key that is equal for trees of equal structure and equal other values; without
 * `sized` also for tensors of other sizes.
 */
export function flatten(tree: unknown, sized = true): { tensors: Tensor[]; key: string } {
  const tensors: Tensor[] = [];
  const spell = (node: unknown): string => {
    if (node instanceof Tensor) {
      tensors.push(node);
      return sized ? `T${node.dtype}[${node.knownSizes().join(',')}]` : `T${node.dtype}${node.rank}`;
    }
    if (node instanceof Variable) return `V${node.cell}`;
    if (Array.isArray(node)) return `[${node.map(spell).join(',')}]`;
    if (isPlain(node)) {
      return `{${Object.keys(node)
        .sort()
        .map((k) => `${JSON.stringify(k)}:${spell(node[k])}`)
        .join(',')}}`;
    }
    if (typeof node === 'bigint') return `${node}n`;
    if (typeof node === 'function') return 'function';
    return JSON.stringify(node) ?? 'undefined';
  };
  return { key: spell(tree), tensors };
}

/** The tree with its tensors replaced, in order, by what `next` gives. */
export function replace<T>(tree: T, next: (old: Tensor) => unknown): T {
  if (tree instanceof Tensor) return next(tree) as T;
  if (Array.isArray(tree)) return tree.map((x) => replace(x, next)) as T;
  if (isPlain(tree)) {
    const out: Record<string, unknown> = {};
    for (const k of Object.keys(tree).sort()) out[k] = replace((tree as Record<string, unknown>)[k], next);
    return out as T;
  }
  return tree;
}

function isPlain(x: unknown): x is Record<string, unknown> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
}
