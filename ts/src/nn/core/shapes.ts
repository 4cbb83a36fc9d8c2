// Shapes with unknown sizes, as layers state them before there is data.
import { TalrayError } from '../../index.js';

/** A shape whose batch (or another) size is not known: `null` stands for it. */
export type PartialShape = readonly (number | null)[];

/** The size at `axis` (negative from the end); throws `SHAPE` where it is unknown or absent. */
export function knownSize(shape: PartialShape, axis: number, who: string): number {
  const size = shape.at(axis);
  if (typeof size !== 'number') {
    throw new TalrayError(
      'SHAPE',
      `${who} needs a known size at axis ${axis}, got [${shape.map(String).join(', ')}]: give the input's shape with that size`,
    );
  }
  return size;
}

/** The product of `sizes`, unknown if one is. */
export function productOf(sizes: PartialShape): number | null {
  return sizes.reduce<number | null>((product, size) => (product === null || size === null ? null : product * size), 1);
}

/** The length that a window of `size` leaves of `length` (Keras's `compute_conv_output_length`). */
export function windowed(length: number | null, size: number, stride: number, padding: 'valid' | 'same', dilation = 1): number | null {
  if (length === null) return null;
  if (padding === 'same') return Math.ceil(length / stride);
  return Math.floor((length - ((size - 1) * dilation + 1)) / stride) + 1;
}

/** A pair from a number or a pair. */
export function pair(value: number | readonly [number, number]): [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]];
}

/** The axis as a non-negative number; throws `OPTION` outside the rank. */
export function axisOf(axis: number, rank: number, who: string): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= rank) throw new TalrayError('OPTION', `${who}: axis ${axis} is outside rank ${rank}`);
  return at;
}
