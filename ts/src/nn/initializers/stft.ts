// The initializer by which a convolution over time computes a short-time Fourier transform.
import { type DType, TalrayError, type Tensor, tensor } from '../../index.js';
import { floatOf, type Initializer, type ThingConfig } from './initializer.js';

/** Options of {@link STFT}. */
export interface STFTOptions {
  /** The part of the transform that the kernel gives. Default `'real'`. */
  side?: 'real' | 'imag';
  /** What frames are multiplied by: a window by name, its values (as many as the kernel has steps), or null for none. Default `'hann'`. */
  window?: WindowName | readonly number[] | null;
  /** The window is divided by its L2 norm (`'density'`), by its L1 norm (`'spectrum'`), or stays. Default `'density'`. */
  scaling?: 'density' | 'spectrum' | null;
  /** Whether the window is one period of a periodic function rather than symmetric. Default false. */
  periodic?: boolean;
}

/** Windows that {@link STFT} knows by name, as `scipy.signal.windows` defines them. */
export type WindowName = 'boxcar' | 'hann' | 'hamming' | 'blackman' | 'nuttall' | 'flattop';

/** Each window is Σ (−1)ᵏ aₖ cos(2πkn/period). */
const COSINES: Readonly<Record<WindowName, readonly number[]>> = {
  boxcar: [1],
  hann: [0.5, 0.5],
  hamming: [0.54, 0.46],
  blackman: [0.42, 0.5, 0.08],
  nuttall: [0.3635819, 0.4891775, 0.1365995, 0.0106411],
  flattop: [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368],
};

/**
 * `cos` or `sin` of `−2π·step·bin / (2·(bins − 1))`, times the window: a `Conv1D` kernel [steps, 1, bins] whose output is
 * the real or imaginary part of the bins. Source: Keras `STFT`.
 */
export class STFT implements Initializer {
  constructor(readonly options: STFTOptions = {}) {
    const { window = 'hann' } = options;
    if (typeof window === 'string' && !Object.hasOwn(COSINES, window))
      throw new TalrayError('OPTION', `STFT: no window is called ${String(window)}; known: ${Object.keys(COSINES).join(', ')}`);
  }
  make(shape: readonly number[], dtype: DType): Tensor {
    const [steps, channels, bins] = shape;
    if (shape.length !== 3 || steps === undefined || channels !== 1 || bins === undefined || bins < 2)
      throw new TalrayError('SHAPE', `STFT makes kernels [steps, 1, bins] of at least two bins, got [${shape.join(', ')}]`);
    const window = this.#window(steps);
    const { side = 'real' } = this.options;
    const wave = side === 'real' ? Math.cos : Math.sin;
    const length = 2 * (bins - 1);
    const values = new Float64Array(steps * bins);
    // Whole turns are taken off before the product becomes an angle, which keeps it exact.
    for (let i = 0; i < values.length; i++) {
      const [step, bin] = [Math.floor(i / bins), i % bins];
      values[i] = wave((-2 * Math.PI * ((step * bin) % length)) / length) * window[step]!;
    }
    return tensor(Array.from(values), { dtype: floatOf(dtype), shape });
  }
  config(): ThingConfig {
    return { type: 'STFT', ...this.options };
  }

  /** The window's values, scaled. */
  #window(steps: number): readonly number[] {
    const { window = 'hann', scaling = 'density', periodic = false } = this.options;
    if (window === null) return new Array<number>(steps).fill(1);
    const values = typeof window === 'string' ? cosines(COSINES[window], steps, periodic) : window;
    if (values.length !== steps) throw new TalrayError('SHAPE', `STFT: the window has ${values.length} values, the kernel ${steps} steps`);
    if (scaling === null) return values;
    const size = scaling === 'density' ? Math.hypot(...values) : values.reduce((sum, value) => sum + Math.abs(value), 0);
    return values.map((value) => value / size);
  }
}

function cosines(weights: readonly number[], steps: number, periodic: boolean): number[] {
  const period = periodic ? steps : steps - 1;
  if (period === 0 || steps === 1) return [1];
  return Array.from({ length: steps }, (_, n) =>
    weights.reduce((sum, weight, k) => sum + (-1) ** k * weight * Math.cos((2 * Math.PI * k * n) / period), 0),
  );
}
