// Constructor arguments as JSON and back: how a saved model's layers are made again.
import { TalrayError } from '../../index.js';
import { type ActivationFunction, activationName, activationNamed } from '../activations.js';
import { constraintFrom } from '../constraints/index.js';
import { initializerFrom, type ThingConfig } from '../initializers/index.js';
import { regularizerFrom } from '../regularizers/index.js';
import { Layer } from './layer.js';
import { type DTypePolicy, dtypePolicy, setDtypePolicy } from './policy.js';

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A layer as data. */
export interface LayerConfig {
  /** The class's static `type`. */
  readonly layer: string;
  /** Constructor arguments. */
  readonly args: readonly Json[];
  readonly policy: DTypePolicy;
  readonly trainable: boolean;
}

/** A layer class that a config can name. */
export interface LayerClass {
  readonly type: string;
  new (...args: never[]): Layer<never, unknown>;
}

/** Constructor arguments as JSON. Throws `OPTION` for what has no such form (own functions, tensors). */
export function encode(value: unknown, place: string): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { number: String(value) };
  if (typeof value === 'function') return { activation: activationName(value as ActivationFunction) };
  if (value instanceof Layer) return { ...encodeLayer(value as Layer<never, unknown>) } as unknown as Json;
  if (Array.isArray(value)) return value.map((part, i) => encode(part, `${place}[${i}]`));
  if (typeof value === 'object') {
    if ('make' in value) return { initializer: configOf(value, place) };
    if ('penalty' in value) return { regularizer: configOf(value, place) };
    if ('project' in value) return { constraint: configOf(value, place) };
    if (Object.getPrototypeOf(value) === Object.prototype) {
      const entries = Object.entries(value).filter(([, part]) => part !== undefined);
      return { plain: Object.fromEntries(entries.map(([key, part]) => [key, encode(part, `${place}.${key}`)])) };
    }
  }
  throw new TalrayError('OPTION', `${place} cannot be saved as a config`);
}

/** The value that {@link encode} wrote down; `classes` are the layers that may be named. */
export function decode(json: Json, classes: ReadonlyMap<string, LayerClass>): unknown {
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map((part: Json) => decode(part, classes));
  const record = json as Record<string, Json>;
  if ('layer' in record) return decodeLayer(record as unknown as LayerConfig, classes);
  if ('plain' in record)
    return Object.fromEntries(Object.entries(record['plain'] as Record<string, Json>).map(([key, part]) => [key, decode(part, classes)]));
  if ('activation' in record) return activationNamed(String(record['activation']));
  if ('initializer' in record) return initializerFrom(record['initializer'] as ThingConfig);
  if ('regularizer' in record) return regularizerFrom(record['regularizer'] as ThingConfig);
  if ('constraint' in record) return constraintFrom(record['constraint'] as ThingConfig);
  if ('number' in record) return Number(record['number']);
  throw new TalrayError('FORMAT', `a layer's config holds an unknown form {${Object.keys(record).join(', ')}}`);
}

/** A layer as data. Throws `OPTION` where its class has no static `type`. */
export function encodeLayer(layer: Layer<never, unknown>): LayerConfig {
  const type = typeOf(layer);
  const args = layer.args().map((arg, i) => (arg === undefined ? { plain: {} } : encode(arg, `${type} argument ${i}`)));
  return { layer: type, args, policy: { variable: layer.dtype, compute: layer.computeDtype }, trainable: layer.trainable };
}

/** The layer that {@link encodeLayer} wrote down, not built. Throws `FORMAT` for a type that is not in `classes`. */
export function decodeLayer(config: LayerConfig, classes: ReadonlyMap<string, LayerClass>): Layer<never, unknown> {
  const known = classes.get(config.layer);
  if (known === undefined) {
    throw new TalrayError(
      'FORMAT',
      `the model has a layer of type ${config.layer}, which is not known here: give its class in \`classes\`; known: ${[...classes.keys()].join(', ')}`,
    );
  }
  const outer = dtypePolicy();
  setDtypePolicy(config.policy);
  try {
    const layer = new known(...(config.args.map((arg) => decode(arg, classes)) as never[]));
    if (!config.trainable) layer.trainable = false;
    return layer;
  } finally {
    setDtypePolicy(outer);
  }
}

/** The static `type` of a layer's class. */
export function typeOf(layer: object): string {
  const type = Object.hasOwn(layer.constructor, 'type') ? (layer.constructor as { type?: unknown }).type : undefined;
  if (typeof type !== 'string') {
    throw new TalrayError(
      'OPTION',
      `the class of this layer (${layer.constructor.name}) has no \`static readonly type\`: give it one, so that it can be saved`,
    );
  }
  return type;
}

function configOf(value: object, place: string): Json {
  if ('config' in value && typeof value.config === 'function') return value.config() as Json;
  throw new TalrayError('OPTION', `${place} has no config() to be saved by`);
}
