// The engine's device and kernels.

import { TalrayError } from './errors.js';
import { native } from './native.js';

/** Devices that tensors can live on. */
export type Device = 'cpu';

/**
 * Chooses the device of tensors made from now on. This build has the CPU.
 *
 * @throws TalrayError `DEVICE` when it is not there.
 */
export async function setDevice(device: Device): Promise<void> {
  if (device !== 'cpu') throw new TalrayError('DEVICE', `device ${String(device)} is not in this build; there is: cpu`);
}

/** Chooses the kernels: `simd` (fast) or `reference` (plain, written to be read), of one op or of all. */
export function implementation(which: 'simd' | 'reference', op?: string): void {
  native.choose(which === 'reference', op);
}
