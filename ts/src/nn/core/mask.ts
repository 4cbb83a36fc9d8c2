// Masks travel beside tensors: a layer that makes one (Embedding) is heard by those that read one (LSTM, pooling, losses).
import type { Tensor } from '../../index.js';

const masks = new WeakMap<Tensor, Tensor>();

/** The boolean mask that came with `x` (true: a real position), if any. */
export function maskOf(x: Tensor): Tensor | undefined {
  return masks.get(x);
}

/** Gives `x` a mask and returns `x`. */
export function withMask(x: Tensor, mask: Tensor): Tensor {
  masks.set(x, mask);
  return x;
}
