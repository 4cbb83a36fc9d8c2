// Losses that layers add while they run (activity penalties, row penalties): gathered by whoever runs a training step.
import type { Tensor } from '../../index.js';

let open: Tensor[] | undefined;

/** Adds a scalar to the losses of the running training step; without one it is ignored. */
export function addLoss(loss: Tensor): void {
  open?.push(loss);
}

/** Runs `fn` and returns its value with the losses that layers added meanwhile. */
export function collectLosses<T>(fn: () => T): { value: T; losses: Tensor[] } {
  const outer = open;
  const losses: Tensor[] = [];
  open = losses;
  try {
    return { value: fn(), losses };
  } finally {
    open = outer;
  }
}
