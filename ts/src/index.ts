/**
 * The array API: tensors, ops with NumPy's names, gradients, recorded functions.
 *
 * @packageDocumentation
 */

export { devices, setDevice, implementation, type Device, type DeviceOptions } from './array/device.js';
export { DTYPES, type DataOf, type DType, type FloatDType, type ScalarOf, type TypedArray } from './array/dtype.js';
export { type ErrorCode, TalrayError } from './array/errors.js';
export { full, ones, onesLike, tensor, type TensorOptions, zeros, zerosLike } from './array/create.js';
export * from './array/generated/ops.js';
export { type EngineInfo, engineInfo } from './array/native.js';
export { setDebug } from './array/place.js';
export { Generator, random, setSeed } from './array/random.js';
export { memory, type Memory, scope, setMemoryLimit, trimMemory } from './array/scope.js';
export { type Nested, type Shape, Tensor, type TensorLike } from './array/tensor.js';
export { lookupTables, type SavedTable, type TableFeature, TableVariable } from './array/table.js';
export { Variable, variable, type VariableOptions } from './array/variable.js';
export { type Gradient, grad, gradients, RowGradient, valueAndGrad } from './autodiff/gradients.js';
export { applyRule, type RuleInputs, type RuleParameter } from './autodiff/apply-rule.js';
export { cond, customGradient, scan, whileLoop } from './autodiff/control.js';
export { TableGradient, type TableRule } from './autodiff/table-gradient.js';
export { jit, type Jitted, type JitOptions } from './autodiff/jit.js';
export type { Tree } from './autodiff/tree.js';
