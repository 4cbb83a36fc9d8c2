// Which dtype a layer keeps its weights in and which one it computes in.
import type { DType } from '../../index.js';

/** Floating dtypes that a layer can compute in. */
export type FloatDType = 'f32' | 'f64' | 'f16' | 'bf16';

/**
 * Keras's mixed-precision policy: `variable` is the dtype of weights, `compute` the dtype that inputs and weights are
 * cast to before `call`. A plain dtype means both.
 */
export interface DTypePolicy {
  readonly variable: FloatDType;
  readonly compute: FloatDType;
}

/** `'f32'`, `'f64'`, …, or a pair. `{ variable: 'f32', compute: 'bf16' }` is Keras's `mixed_bfloat16`. */
export type PolicyLike = FloatDType | DTypePolicy;

let current: DTypePolicy = { variable: 'f32', compute: 'f32' };

/** The policy of layers that name none. */
export function dtypePolicy(): DTypePolicy {
  return current;
}

/** Sets the policy of layers made from here on that name none. Initially `'f32'`. */
export function setDtypePolicy(policy: PolicyLike): void {
  current = resolvePolicy(policy);
}

/** The pair that `policy` stands for; the global one where it is undefined. */
export function resolvePolicy(policy: PolicyLike | undefined): DTypePolicy {
  if (policy === undefined) return current;
  return typeof policy === 'string' ? { variable: policy, compute: policy } : policy;
}

/** Whether `dtype` is floating. */
export function isFloating(dtype: DType): dtype is FloatDType {
  return dtype === 'f32' || dtype === 'f64' || dtype === 'f16' || dtype === 'bf16';
}
