// The whole config of a training: read from JSON or a module, checked, its defaults filled in.

import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EarlyStoppingOptions } from '../../callbacks/index.js';
import type { Feature } from '../../data/index.js';
import { TalrayError } from '../../index.js';
import type { AnyOptimizer } from '../../optimizers/index.js';
import type { LossLike, MetricLike } from '../../train/index.js';
import { type DataConfig, data } from './data.js';
import { features } from './features.js';
import { type Fields, flag, isPlain, list, number, object, oneOf, text, whole } from './fields.js';
import { loss } from './losses.js';
import { metric } from './metrics.js';
import { type ModelMaker, model } from './models.js';
import { optimizer } from './optimizers.js';

/** What a config file says. */
export interface Config {
  /** Files and how they are read. */
  data: DataConfig;
  /** Columns and what they mean. */
  features: Feature[];
  /** The model, which is made of the features. */
  model: ModelMaker;
  /** One for the model, or one for each of its parts. */
  optimizer: AnyOptimizer | Record<string, AnyOptimizer>;
  /** What is minimised. */
  loss: LossLike;
  /** What is shown beside the loss. Default none. */
  metrics?: MetricLike[];
  /** Default 1. */
  epochs?: number;
  /** Rows a step. Default 512. */
  batch?: number;
  /** Of initial weights, dropout and the order of rows. Default 0. */
  seed?: number;
  /** Whether each epoch has its own order of rows, and within how many rows they move. Default true: the whole. */
  shuffle?: boolean | { buffer: number };
  /** Stops where a value no longer gets better. Default never. */
  earlyStopping?: EarlyStoppingOptions;
  /** Saves after every so many epochs. Default: at the end. */
  saveEvery?: number;
  /** The folder of the trained model. */
  output: string;
  /** Whether training goes on where the model in `output` was stopped. Default false. */
  resume?: boolean;
}

/** A config and where it came from. */
export interface ConfigFile {
  readonly config: Config;
  /** The folder that its paths are relative to. */
  readonly folder: string;
  /** Those of its keys that are JSON, as they were written. */
  readonly json: Readonly<Record<string, unknown>>;
}

const earlyStopping: Fields<EarlyStoppingOptions> = {
  monitor: text,
  minDelta: number,
  patience: whole(),
  mode: oneOf('auto', 'min', 'max'),
  baseline: number,
  restoreBestWeights: flag,
  startFromEpoch: whole(),
};

const fields: Fields<Config> = {
  data,
  features,
  model,
  optimizer,
  loss,
  metrics: list(metric),
  epochs: whole(1),
  batch: whole(1),
  seed: whole(),
  shuffle: (value, place) =>
    isPlain(value) ? object<{ buffer: number }>({ buffer: whole(1) }, ['buffer'])(value, place) : flag(value, place),
  earlyStopping: object<EarlyStoppingOptions>(earlyStopping),
  saveEvery: whole(1),
  output: text,
  resume: flag,
};

/**
 * Reads a config file.
 *
 * @throws TalrayError `IO` where it cannot be read, `FORMAT` where it is no JSON, `OPTION` for what it says, naming the place.
 */
export async function readConfig(path: string): Promise<ConfigFile> {
  const given = extname(path) === '.json' ? await readJson(path) : await readModule(path);
  if (!isPlain(given)) throw new TalrayError('OPTION', `${path}: expected an object`);
  try {
    const config = object<Config>(fields, ['data', 'features', 'model', 'optimizer', 'loss', 'output'])(given, '');
    return { config, folder: dirname(resolve(path)), json: jsonPart(given) };
  } catch (error) {
    throw located(error, path);
  }
}

async function readJson(path: string): Promise<unknown> {
  const written = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new TalrayError('IO', `the config ${path} cannot be read: ${cause.message}`, { cause });
  });
  try {
    return JSON.parse(written) as unknown;
  } catch (cause) {
    throw new TalrayError('FORMAT', `${path} is no JSON: ${(cause as Error).message}`, { cause });
  }
}

async function readModule(path: string): Promise<unknown> {
  try {
    const { default: config } = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
    if (config === undefined) throw new TalrayError('OPTION', `${path}: a config module exports the config as its default`);
    return config;
  } catch (cause) {
    if (cause instanceof TalrayError) throw cause;
    const { code, message } = cause as { code?: string; message: string };
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[mc]?ts$/.test(path))
      throw new TalrayError(
        'UNSUPPORTED',
        `${path}: Node ${process.versions.node} does not run TypeScript: use 22.18 or newer, or compile it`,
      );
    throw new TalrayError(code === 'ERR_MODULE_NOT_FOUND' ? 'IO' : 'FORMAT', `the config ${path} cannot be loaded: ${message}`, { cause });
  }
}

function located(error: unknown, path: string): unknown {
  if (!(error instanceof TalrayError)) return error;
  return new TalrayError(error.code, `${path}: ${error.message.replace(/^: /, '')}`, { cause: error });
}

/** Keys whose values JSON can hold; a config module may have others. */
function jsonPart(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => isJson(value)));
}

function isJson(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return true;
  if (Array.isArray(value)) return value.every(isJson);
  return isPlain(value) && Object.values(value).every(isJson);
}
