// Initializers whose spread follows the weight's fan: Glorot, He, LeCun and their general form.
import { type DType, randomNormal, randomTruncatedNormal, randomUniform, TalrayError, type Tensor } from '../../index.js';
import { drawState, floatOf, type Initializer, type SeedOption, type ThingConfig } from './initializer.js';

/** Options of initializers whose spread follows the fan. Both axes or neither are given. */
export interface FanOptions extends SeedOption {
  /** Axes of the weight that are its input; their sizes multiply to fan-in. Default the last but one and those before it. */
  inputAxes?: readonly number[];
  /** Axes of the weight that are its output. Default the last, times those before the last but one. */
  outputAxes?: readonly number[];
}

/** Options of {@link VarianceScaling}. */
export interface VarianceScalingOptions extends FanOptions {
  /** Default 1. */
  scale?: number;
  /** What the variance is divided by. Default `'fanIn'`. */
  mode?: 'fanIn' | 'fanOut' | 'fanAvg';
  /** Default `'truncatedNormal'`. */
  distribution?: 'truncatedNormal' | 'untruncatedNormal' | 'uniform';
}

/** Standard deviation of the standard normal truncated at ±2. */
const TRUNCATED_STDDEV = 0.87962566103423978;

/** Fan-in and fan-out as Keras counts them: the axes that are given, or the last two times the receptive field. */
export function fans(shape: readonly number[], { inputAxes, outputAxes }: FanOptions = {}): { fanIn: number; fanOut: number } {
  if (inputAxes !== undefined && outputAxes !== undefined) return { fanIn: sizeOf(shape, inputAxes), fanOut: sizeOf(shape, outputAxes) };
  const [first = 1, second] = shape;
  if (second === undefined) return { fanIn: first, fanOut: first };
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  return { fanIn: field * shape.at(-2)!, fanOut: field * shape.at(-1)! };
}

function sizeOf(shape: readonly number[], axes: readonly number[]): number {
  return axes.reduce((size, axis) => {
    const at = shape.at(axis);
    if (at === undefined) throw new TalrayError('OPTION', `an initializer names axis ${axis} of a weight [${shape.join(', ')}]`);
    return size * at;
  }, 1);
}

/**
 * Variance `scale / n`, where n is fan-in, fan-out or their mean. The truncated normal is widened so that its variance
 * after truncation is that; the uniform one spans ±√(3·scale/n). Source: Keras `VarianceScaling`.
 */
export class VarianceScaling implements Initializer {
  constructor(readonly options: VarianceScalingOptions = {}) {
    const { scale = 1, inputAxes, outputAxes } = options;
    if (!(scale > 0)) throw new TalrayError('OPTION', `${this.type}: scale must be above 0, got ${scale}`);
    if ((inputAxes === undefined) !== (outputAxes === undefined))
      throw new TalrayError('OPTION', `${this.type}: inputAxes and outputAxes go together, got one of them`);
  }
  /** As saved. */
  get type(): string {
    return 'VarianceScaling';
  }
  make(shape: readonly number[], dtype: DType): Tensor {
    const { scale = 1, mode = 'fanIn', distribution = 'truncatedNormal', seed } = this.options;
    const { fanIn, fanOut } = fans(shape, this.options);
    const fan = mode === 'fanIn' ? fanIn : mode === 'fanOut' ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    const state = drawState(seed);
    const float = floatOf(dtype);
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return randomUniform(state, shape, { low: -limit, high: limit, dtype: float });
    }
    if (distribution === 'untruncatedNormal') return randomNormal(state, shape, { stddev: Math.sqrt(variance), dtype: float });
    return randomTruncatedNormal(state, shape, { stddev: Math.sqrt(variance) / TRUNCATED_STDDEV, dtype: float });
  }
  config(): ThingConfig {
    return { type: this.type, ...this.options };
  }
}

function preset(type: string, fixed: Required<Omit<VarianceScalingOptions, keyof FanOptions>>) {
  return class extends VarianceScaling {
    readonly #own: FanOptions;
    constructor(options: FanOptions = {}) {
      super({ ...fixed, ...options });
      this.#own = options;
    }
    override get type(): string {
      return type;
    }
    /** Type and options, from which it is made again. */
    override config(): ThingConfig {
      return { type, ...this.#own };
    }
  };
}

/** Uniform over ±√(6/(fanIn+fanOut)): Keras's default for kernels. */
export class GlorotUniform extends preset('GlorotUniform', { scale: 1, mode: 'fanAvg', distribution: 'uniform' }) {}
/** Truncated normal with variance 2/(fanIn+fanOut). */
export class GlorotNormal extends preset('GlorotNormal', { scale: 1, mode: 'fanAvg', distribution: 'truncatedNormal' }) {}
/** Uniform over ±√(6/fanIn). */
export class HeUniform extends preset('HeUniform', { scale: 2, mode: 'fanIn', distribution: 'uniform' }) {}
/** Truncated normal with variance 2/fanIn. */
export class HeNormal extends preset('HeNormal', { scale: 2, mode: 'fanIn', distribution: 'truncatedNormal' }) {}
/** Uniform over ±√(3/fanIn). */
export class LecunUniform extends preset('LecunUniform', { scale: 1, mode: 'fanIn', distribution: 'uniform' }) {}
/** Truncated normal with variance 1/fanIn. */
export class LecunNormal extends preset('LecunNormal', { scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' }) {}
