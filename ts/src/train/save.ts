// Models as folders: a manifest (config tree, optimizers, place in training) and safetensors (weights, slots, other state).
import { type DType, type SavedTable, TableVariable, TalrayError, type Variable, type Tensor, zeros } from '../index.js';
import { decodeLayer, encodeLayer, type Json, type LayerClass, type LayerConfig } from '../nn/core/config.js';
import type { TrainingPlace } from './fit.js';
import { type FileEntry, makeFolder, readChecked, readManifest, removeStray, replaceFolder } from './folder.js';
import type { ExtraState, Model } from './model.js';
import { randomState } from './random-state.js';
import { readSafetensors, writeSafetensors } from './safetensors.js';
import { partsOf, type Tensors, type TensorsLike } from './tree.js';

/** The version of the form that this release writes. */
const VERSION = 1;

/** What loading needs of a model. */
export interface Loadable {
  weightsByPath(): Map<string, Variable>;
  buildFor(x: TensorsLike): void;
  restored(values: ReadonlyMap<string, Tensor>, place: TrainingPlace | undefined): void;
  restoreExtra(state: ExtraState): void;
  about: Json | undefined;
}

/** A model class that can be loaded. */
export interface ModelClass<M> {
  readonly type: string | undefined;
  new (...args: never[]): M;
}

/** Options of `load`. */
export interface LoadOptions {
  /** Classes of layers beside those of talray/nn. */
  classes?: readonly LayerClass[];
}

interface Shaped {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** What `manifest.json` says. */
export interface Manifest {
  readonly format: 'talray';
  readonly version: number;
  readonly model: LayerConfig;
  readonly input: { readonly form: 'tensor' | 'list' | 'record'; readonly parts: Readonly<Record<string, Shaped>> } | null;
  readonly optimizers: Readonly<Record<string, unknown>>;
  readonly training: TrainingPlace | null;
  readonly extra: unknown;
  /** What the user said of the model. */
  readonly about?: Json;
  /** Embedding tables by path; their manifests name files beside this one. */
  readonly tables?: Readonly<Record<string, SavedTable>>;
  readonly files: readonly FileEntry[];
}

/** Writes `model` to the folder `path`. */
export async function saveModel(model: Model, path: string): Promise<void> {
  await makeFolder(path);
  // Weights are read and tables are queued in one stretch: no step comes between them.
  const { example, state, optimizers, place } = model.saved();
  const live = [...model.weightsByPath()].filter((entry): entry is [string, TableVariable] => entry[1] instanceof TableVariable);
  const writing = live.map(async ([name, table], i) => [name, await table.save(path, `table-${i}-`)] as const);
  const extra = model.extraState();
  const tensors = new Map<string, Tensor>([...state].map(([name, cell]) => [name, cell.value]));
  for (const [name, value] of extra?.arrays ?? []) tensors.set(`extra.${name}`, value);
  const random = randomState();
  tensors.set('random', random.value);
  const config = encodeLayer(model as never);
  const [bytes, ...written] = await Promise.all([writeSafetensors(tensors), ...writing]).catch(async (error: unknown) => {
    await Promise.allSettled(writing);
    await removeStray(path);
    throw error;
  });
  const tables = Object.fromEntries(written);
  const files = new Map([['model.safetensors', bytes]]);
  await replaceFolder(path, files, (entries) => {
    const manifest: Manifest = {
      format: 'talray',
      version: VERSION,
      model: config,
      input: example === undefined ? null : inputOf(example),
      optimizers,
      training: place ?? null,
      extra: extra?.json ?? null,
      ...(model.about === undefined ? {} : { about: model.about }),
      ...(written.length === 0 ? {} : { tables }),
      files: entries,
    };
    return `${JSON.stringify(manifest, undefined, 1)}\n`;
  }).finally(() => removeStray(path));
}

/** Reads the model in the folder `path`. */
export async function loadModel<M extends Loadable>(own: ModelClass<M>, path: string, options: LoadOptions): Promise<M> {
  try {
    return await readModel(own, path, options);
  } catch (cause) {
    // A manifest of another form than ours trips over its own parts somewhere.
    if (cause instanceof TalrayError) throw cause;
    throw new TalrayError('FORMAT', `the model in ${path} does not add up: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}

async function readModel<M extends Loadable>(own: ModelClass<M>, path: string, { classes = [] }: LoadOptions): Promise<M> {
  const manifest = parseManifest(await readManifest(path), path);
  const tensors = new Map<string, Tensor>();
  for (const entry of manifest.files)
    for (const [name, value] of readSafetensors(await readChecked(path, entry), `${path}/${entry.name}`)) tensors.set(name, value);
  const known = await knownClasses([...classes, own as unknown as LayerClass]);
  const model = decodeLayer(manifest.model, known) as unknown as M;
  if (!(model instanceof own)) throw new TalrayError('FORMAT', `${path} holds a ${manifest.model.layer}, not a ${own.type ?? own.name}`);
  if (manifest.extra !== null) {
    const arrays = new Map(
      [...tensors].filter(([name]) => name.startsWith('extra.')).map(([name, value]) => [name.slice('extra.'.length), value]),
    );
    model.restoreExtra({ json: manifest.extra, arrays });
  }
  if (manifest.input !== null) model.buildFor(exampleOf(manifest.input) as TensorsLike);
  const places = model.weightsByPath();
  for (const [name, saved] of Object.entries(manifest.tables ?? {})) {
    const table = places.get(name);
    if (!(table instanceof TableVariable)) throw new TalrayError('FORMAT', `${path} holds a table ${name}, which the model does not have`);
    await table.load(path, saved);
  }
  for (const [name, weight] of places) {
    if (weight instanceof TableVariable && manifest.tables?.[name] === undefined)
      throw new TalrayError('FORMAT', `the saved model has no table ${name}`);
  }
  model.restored(
    tensors,
    manifest.training === null ? undefined : { ...manifest.training, iterator: manifest.training.iterator ?? undefined },
  );
  model.about = manifest.about;
  const random = tensors.get('random');
  if (random !== undefined) randomState().assign(random);
  return model;
}

async function knownClasses(classes: readonly LayerClass[]): Promise<Map<string, LayerClass>> {
  const [layers, { Sequential }, { Model }] = await Promise.all([
    import('../nn/index.js'),
    import('./sequential.js'),
    import('./model.js'),
  ]);
  const all: unknown[] = [...Object.values(layers), Sequential, Model, ...classes];
  const typed = all.filter(
    (value): value is LayerClass => typeof value === 'function' && 'type' in value && typeof value.type === 'string',
  );
  return new Map(typed.map((value) => [value.type, value]));
}

/** Reads the text of a manifest. Throws `FORMAT` for one that is none, or that is newer than this release. */
export function parseManifest(text: string, path: string): Manifest {
  const bad = (why: string): TalrayError => new TalrayError('FORMAT', `${path}/manifest.json ${why}`);
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(text) as Partial<Manifest>;
  } catch (error) {
    throw bad(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (manifest.format !== 'talray') throw bad('is not that of a talray model');
  if (typeof manifest.version !== 'number' || manifest.version > VERSION)
    throw bad(`has version ${String(manifest.version)}; this release reads up to ${VERSION}: it was saved by a newer one`);
  if (manifest.model === undefined || !Array.isArray(manifest.files)) throw bad('is incomplete');
  return manifest as Manifest;
}

function inputOf(example: Tensors): NonNullable<Manifest['input']> {
  const parts = Object.fromEntries(
    [...partsOf(example)].map(([name, { shape, dtype }]) => [name, { shape: [1, ...shape.slice(1)], dtype }]),
  );
  return { form: '' in parts ? 'tensor' : Array.isArray(example) ? 'list' : 'record', parts };
}

function exampleOf({ form, parts }: NonNullable<Manifest['input']>): Tensors {
  const made = Object.fromEntries(Object.entries(parts).map(([name, { shape, dtype }]) => [name, zeros(shape, { dtype })]));
  return form === 'tensor' ? made['']! : form === 'list' ? Object.values(made) : made;
}
