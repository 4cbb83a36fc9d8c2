// Activations as functions of one tensor, and the names under which configs keep them.
import {
  celu as celuOp,
  elu as eluOp,
  exponential as exponentialOp,
  gelu as geluOp,
  glu as gluOp,
  hardShrink as hardShrinkOp,
  hardSigmoid as hardSigmoidOp,
  hardSilu as hardSiluOp,
  hardTanh as hardTanhOp,
  leakyRelu as leakyReluOp,
  logSigmoid as logSigmoidOp,
  logSoftmax as logSoftmaxOp,
  mish as mishOp,
  relu as reluOp,
  relu6 as relu6Op,
  selu as seluOp,
  sigmoid as sigmoidOp,
  silu as siluOp,
  softmax as softmaxOp,
  softplus as softplusOp,
  softShrink as softShrinkOp,
  softsign as softsignOp,
  sparsemax as sparsemaxOp,
  sparsePlus as sparsePlusOp,
  squareplus as squareplusOp,
  TalrayError,
  tanh as tanhOp,
  tanhShrink as tanhShrinkOp,
  threshold as thresholdOp,
  type Tensor,
} from '../index.js';

/** A function of one tensor that keeps (but for `glu`) its shape. */
export type ActivationFunction = (x: Tensor) => Tensor;

/** `x`. */
export const linear: ActivationFunction = (x) => x;
/** `max(x, 0)`. */
export const relu: ActivationFunction = (x) => reluOp(x);
/** `min(max(x, 0), 6)`. */
export const relu6: ActivationFunction = (x) => relu6Op(x);
/** `x` where positive, else `0.2 x`. */
export const leakyRelu: ActivationFunction = (x) => leakyReluOp(x);
/** `x` where positive, else `eˣ − 1`. */
export const elu: ActivationFunction = (x) => eluOp(x);
/** Scaled `elu` that keeps mean and variance (1.0507, 1.6733). */
export const selu: ActivationFunction = (x) => seluOp(x);
/** `max(x, 0) + min(0, eˣ − 1)`. */
export const celu: ActivationFunction = (x) => celuOp(x);
/** `x Φ(x)` with the error function. */
export const gelu: ActivationFunction = (x) => geluOp(x);
/** `gelu` by its tanh approximation. */
export const geluTanh: ActivationFunction = (x) => geluOp(x, { approximate: true });
/** `x σ(x)`, also called swish. */
export const silu: ActivationFunction = (x) => siluOp(x);
/** `x tanh(softplus(x))`. */
export const mish: ActivationFunction = (x) => mishOp(x);
/** `1 / (1 + e⁻ˣ)`. */
export const sigmoid: ActivationFunction = (x) => sigmoidOp(x);
/** `log σ(x)`. */
export const logSigmoid: ActivationFunction = (x) => logSigmoidOp(x);
/** `clip(x/6 + 1/2, 0, 1)`. */
export const hardSigmoid: ActivationFunction = (x) => hardSigmoidOp(x);
/** `x · hardSigmoid(x)`. */
export const hardSilu: ActivationFunction = (x) => hardSiluOp(x);
/** `clip(x, −1, 1)`. */
export const hardTanh: ActivationFunction = (x) => hardTanhOp(x);
/** `x` outside ±0.5, else 0. */
export const hardShrink: ActivationFunction = (x) => hardShrinkOp(x);
/** `x` moved 0.5 towards 0. */
export const softShrink: ActivationFunction = (x) => softShrinkOp(x);
/** `x − tanh(x)`. */
export const tanhShrink: ActivationFunction = (x) => tanhShrinkOp(x);
/** `x` above 0, else 0. */
export const threshold: ActivationFunction = (x) => thresholdOp(x);
/** Hyperbolic tangent. */
export const tanh: ActivationFunction = (x) => tanhOp(x);
/** `log(1 + eˣ)`. */
export const softplus: ActivationFunction = (x) => softplusOp(x);
/** `x / (1 + |x|)`. */
export const softsign: ActivationFunction = (x) => softsignOp(x);
/** `eˣ`. */
export const exponential: ActivationFunction = (x) => exponentialOp(x);
/** 0 below −1, `x` above 1, `(x+1)²/4` between. */
export const sparsePlus: ActivationFunction = (x) => sparsePlusOp(x);
/** `(x + √(x² + 4)) / 2`. */
export const squareplus: ActivationFunction = (x) => squareplusOp(x);
/** First half of the last axis times the sigmoid of the second. */
export const glu: ActivationFunction = (x) => gluOp(x);
/** Probabilities over the last axis. */
export const softmax: ActivationFunction = (x) => softmaxOp(x);
/** Log-probabilities over the last axis. */
export const logSoftmax: ActivationFunction = (x) => logSoftmaxOp(x);
/** Sparse probabilities over the last axis (projection on the simplex). */
export const sparsemax: ActivationFunction = (x) => sparsemaxOp(x);

const byName: Readonly<Record<string, ActivationFunction>> = {
  linear,
  relu,
  relu6,
  leakyRelu,
  elu,
  selu,
  celu,
  gelu,
  geluTanh,
  silu,
  mish,
  sigmoid,
  logSigmoid,
  hardSigmoid,
  hardSilu,
  hardTanh,
  hardShrink,
  softShrink,
  tanhShrink,
  threshold,
  tanh,
  softplus,
  softsign,
  exponential,
  sparsePlus,
  squareplus,
  glu,
  softmax,
  logSoftmax,
  sparsemax,
};
const names = new Map(Object.entries(byName).map(([name, fn]) => [fn, name]));

/** The name under which a config keeps `activation`; throws `OPTION` for a function that is not one of these. */
export function activationName(activation: ActivationFunction): string {
  const name = names.get(activation);
  if (name === undefined)
    throw new TalrayError('OPTION', 'an activation that is not one of talray/nn has no name to be saved by: write it as a Layer');
  return name;
}

/** The activation of that name; throws `FORMAT` for an unknown one. */
export function activationNamed(name: string): ActivationFunction {
  const activation = byName[name];
  if (activation === undefined)
    throw new TalrayError('FORMAT', `no activation is called ${name}; known: ${Object.keys(byName).join(', ')}`);
  return activation;
}
