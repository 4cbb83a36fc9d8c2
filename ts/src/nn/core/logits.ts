// Probabilities that remember their logits, so that a loss of probabilities need not take the logarithm of a sigmoid.
import { sigmoid, type Tensor } from '../../index.js';

const logits = new WeakMap<Tensor, Tensor>();

/** `sigmoid(x)` that remembers `x`. */
export function sigmoidOf(x: Tensor): Tensor {
  const probabilities = sigmoid(x);
  logits.set(probabilities, x);
  return probabilities;
}

/** The logits that `probabilities` came from, where they were made by {@link sigmoidOf}. */
export function logitsOf(probabilities: Tensor): Tensor | undefined {
  return logits.get(probabilities);
}
