// Looking at what each layer gives while a model runs.
import type { Tensor } from '../../index.js';

type Observer = (layer: object, out: Tensor) => void;
let observer: Observer | undefined;

/** Runs `fn` and tells `see` of each layer's output, inner layers first. */
export function observeLayers<T>(see: Observer, fn: () => T): T {
  const outer = observer;
  observer = see;
  try {
    return fn();
  } finally {
    observer = outer;
  }
}

/** Tells the observer, if there is one. */
export function observed(layer: object, out: Tensor): void {
  observer?.(layer, out);
}
