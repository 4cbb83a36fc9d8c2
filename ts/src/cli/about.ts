// What `talray train` keeps of its config in a model's manifest, so that the model can be judged and used without it.

import type { Model } from '../train/index.js';
import { isPlain, type Reader } from './config/fields.js';
import { list } from './config/fields.js';
import { type ReadOptions, readOptions } from './config/data.js';
import { loss } from './config/losses.js';
import { metric } from './config/metrics.js';
import type { ConfigFile } from './config/config.js';
import type { LossLike, MetricLike } from '../train/index.js';

/** The `about` of a model that the command trained. */
export interface About {
  /** The keys of its config that are JSON, as they were written. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** How a model's data are read, and how it is judged. */
export interface Judged {
  readonly data: ReadOptions;
  readonly loss: LossLike | undefined;
  readonly metrics: readonly MetricLike[];
}

/** What the command kept in a model; undefined for a model that a program saved. */
export function aboutOf(model: Pick<Model, 'about'>): About | undefined {
  const { about } = model;
  return isPlain(about) && isPlain(about['config']) ? (about as unknown as About) : undefined;
}

/** How the model of `path` is judged: as the given config says, or as the one it was trained by. */
export function judged(model: Pick<Model, 'about'>, file: ConfigFile | undefined, path: string): Judged | undefined {
  if (file !== undefined) {
    const { train: _train, validation: _validation, ...data } = file.config.data;
    return { data, loss: file.config.loss, metrics: file.config.metrics ?? [] };
  }
  const kept = aboutOf(model)?.config;
  if (kept === undefined) return undefined;
  const read = <T>(key: string, reader: Reader<T>): T | undefined =>
    kept[key] === undefined ? undefined : reader(kept[key], `${path}: the config it was trained by: ${key}`);
  const { train: _train, validation: _validation, ...data } = isPlain(kept['data']) ? kept['data'] : {};
  return {
    data: readOptions(data, `${path}: the config it was trained by: data`),
    loss: read('loss', loss),
    metrics: read('metrics', list(metric)) ?? [],
  };
}
