// Freeing by block, and what memory is in use.

import { native } from './native.js';
import { collecting, keepOutside, type Tensor } from './tensor.js';
import { freeAll } from './transfer.js';
import { flatten } from '../autodiff/tree.js';
import { TalrayError } from './errors.js';

/**
 * Runs `fn` and frees every tensor made in it, except those in what it returns. Synchronous only: in async code use
 * `using` or `dispose()`.
 */
export function scope<T>(fn: () => T extends Promise<unknown> ? never : T): T {
  const { result, made } = collecting(fn as () => T);
  if (result instanceof Promise)
    throw new TalrayError('OPTION', 'scope wants a synchronous function; use using or dispose() in async code');
  const plain = typeof result !== 'object' || result === null;
  const kept = plain ? undefined : new Set<Tensor>(flatten(result).tensors);
  const handles: number[] = [];
  for (const t of made) {
    if (kept?.has(t)) keepOutside(t);
    else handles.push(t.release());
  }
  freeAll(handles);
  return result;
}

/** What is in use. */
export interface Memory {
  /** Bytes of live buffers. */
  live: number;
  /** Most bytes that were live at once (since `trimMemory`). */
  peak: number;
  /** Bytes kept for reuse. */
  pooled: number;
  /** Live buffers. */
  buffers: number;
  /** Live handles: tensors that JavaScript holds, and variables' values. */
  handles: number;
}

/** What is in use on the CPU. */
export function memory(): Memory {
  const [live, peak, pooled, buffers, handles] = native.memory() as [number, number, number, number, number];
  return { live, peak, pooled, buffers, handles };
}

/** Live buffers may take at most this many bytes; beyond it allocation fails with `MEMORY`. 0 lifts the limit. */
export function setMemoryLimit(bytes: number): void {
  native.setMemoryLimit(bytes);
}

/** Gives unused memory back to the system and restarts `memory().peak`. */
export function trimMemory(): void {
  native.trim();
}
