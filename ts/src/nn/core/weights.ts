// How weights and sub-layers are found: own enumerable properties, arrays and Maps, named by the path to them.
import { Variable } from '../../index.js';
import { Layer } from './layer.js';

type AnyLayer = Layer<never, unknown>;

/** The weights below `root` by path; with `'trainable'` only those that optimizers may change. Shared ones appear once. */
export function weightsByPath(root: unknown, which: 'all' | 'trainable' = 'all'): Map<string, Variable> {
  const found = new Map<string, Variable>();
  const known = new Set<Variable>();
  visit(root, (path, value, frozen) => {
    if (!(value instanceof Variable) || known.has(value)) return;
    known.add(value);
    if (which === 'all' || (value.trainable && !frozen)) found.set(path, value);
  });
  return found;
}

/** All layers below `root`, `root` itself left out. */
export function sublayersOf(root: unknown): AnyLayer[] {
  return [...layersByPath(root).values()];
}

/** All layers below `root` by path, outer ones first. */
export function layersByPath(root: unknown): Map<string, AnyLayer> {
  const found = new Map<string, AnyLayer>();
  visit(root, (path, value) => {
    if (value instanceof Layer && value !== root) found.set(path, value as AnyLayer);
  });
  return found;
}

function visit(root: unknown, see: (path: string, value: unknown, frozen: boolean) => void): void {
  const seen = new Set<unknown>();
  const go = (path: string, value: unknown, frozen: boolean): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    if (value instanceof Variable) return see(path, value, frozen);
    const layer = value instanceof Layer;
    if (!layer && !Array.isArray(value) && !(value instanceof Map)) return;
    seen.add(value);
    if (layer) see(path, value, frozen);
    const still = frozen || (layer && !value.trainable);
    const entries = value instanceof Map ? value.entries() : Object.entries(value);
    for (const [key, part] of entries) go(path === '' ? String(key) : `${path}.${String(key)}`, part, still);
  };
  go('', root, false);
}
