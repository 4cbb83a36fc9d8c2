// The engine's device and kernels.

import { TalrayError } from './errors.js';
import { OP } from './generated/ops-table.js';
import { native } from './native.js';

/** Devices that tensors can live on. */
export type Device = 'cpu';

/** Options of {@link setDevice}. */
export interface DeviceOptions {
  /** Whether the CPU computes what the device has no kernel for; otherwise that is `UNSUPPORTED`. Default true. The CPU has all. */
  fallback?: boolean;
}

/**
 * Chooses the device of tensors made from now on. This build has the CPU.
 *
 * @throws TalrayError `DEVICE` when it is not there.
 */
export async function setDevice(device: Device | (string & {}), _options: DeviceOptions = {}): Promise<void> {
  if (device === 'cpu') return;
  throw new TalrayError('DEVICE', `device ${device} is not in this build; there is: cpu. Leave setDevice out, or use setDevice('cpu')`);
}

/** Devices of this build. */
export function devices(): Device[] {
  return ['cpu'];
}

/**
 * Chooses the kernels: `simd` (fast) or `reference` (plain, written to be read), of one op (`matmul`, `topK` …) or of all.
 *
 * @throws TalrayError `OPTION` when there is no such op.
 */
export function implementation(which: 'simd' | 'reference', op?: string): void {
  if (op !== undefined && !Object.hasOwn(OP, op))
    throw new TalrayError('OPTION', `no op is named ${op}: names are those of the op table, in camelCase`);
  native.choose(
    which === 'reference',
    op?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
}
