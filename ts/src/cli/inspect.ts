// talray inspect: what is in the folder of a saved model. Reads manifest and headers; makes a model only for its summary.

import { join } from 'node:path';
import { type FeatureInput, FeatureModel } from '../recsys/index.js';
import { readChecked, readManifest } from '../train/folder.js';
import { Model } from '../train/index.js';
import { tensorTypes } from '../train/safetensors.js';
import { type Manifest, parseManifest } from '../train/save.js';
import { type Command, exit } from './command.js';
import { classes } from './config/models.js';
import { columns, type Output } from './output.js';
import { type SavedTable, savedTables, type TableFile, tableFiles } from './saved-tables.js';

export const command: Command = {
  name: 'inspect',
  summary: 'Shows what is in the folder of a saved model: layers, features, parameters, slots, tables, files',
  positionals: [['model', 'the folder of a saved model']],
  options: {},
  notes: `
Every file is checked against the size and the checksum in the manifest; one that differs makes the exit code 1.

  talray inspect census-model`,
  async run(given, output) {
    const path = given.positionals[0]!;
    const manifest = parseManifest(await readManifest(path), path);
    const [files, rows] = await Promise.all([checked(path, manifest), tableFiles(path, manifest)]);
    const whole = [...files, ...rows].every(({ problem }) => problem === undefined);
    const model = whole ? await Model.load(path, { classes }).catch((error: Error) => error) : undefined;
    const report = {
      model: manifest.model.layer,
      version: manifest.version,
      training: training(manifest),
      ...tensors(files),
      tables: savedTables(manifest),
      files: [...files, ...rows].map(shown),
    };
    const loaded = model instanceof Model ? { summary: model.summary(), features: featuresOf(model) } : undefined;
    output.result({ event: 'inspected', path, ...report, features: loaded?.features ?? null }, text(path, report, loaded, model, output));
    return whole ? exit.done : exit.failed;
  },
};

interface CheckedFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  readonly tensors: ReadonlyMap<string, { readonly dtype: string; readonly shape: readonly number[] }>;
  readonly problem: string | undefined;
}

async function checked(path: string, { files }: Manifest): Promise<CheckedFile[]> {
  return Promise.all(
    files.map(async (entry) => {
      try {
        const bytes = await readChecked(path, entry);
        return { ...entry, tensors: tensorTypes(bytes, join(path, entry.name)), problem: undefined };
      } catch (error) {
        return { ...entry, tensors: new Map(), problem: (error as Error).message };
      }
    }),
  );
}

interface ShownFile {
  readonly name: string;
  readonly size: number;
  readonly sha256?: string;
  /** Of a table's file, in place of a SHA-256. */
  readonly crc32?: string;
  readonly ok: boolean;
  readonly problem: string | null;
}

function shown({ name, size, problem, ...file }: CheckedFile | TableFile): ShownFile {
  const checksum = 'crc32' in file ? { crc32: file.crc32 } : { sha256: file.sha256 };
  return { name, size, ...checksum, ok: problem === undefined, problem: problem ?? null };
}

function training({ training: place, optimizers }: Manifest): { epoch: number; step: number; optimizers: unknown } | null {
  return place === null ? null : { epoch: place.epoch, step: place.step, optimizers };
}

type Saved = { name: string; dtype: string; shape: readonly number[]; size: number };

/** What the files hold, by what it is: weights, slots of optimizers, other state. */
function tensors(files: readonly CheckedFile[]): { weights: Saved[]; slots: Saved[]; other: Saved[] } {
  const all = files.flatMap((file) =>
    [...file.tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape, size: shape.reduce((a, b) => a * b, 1) })),
  );
  const of = (prefix: string): Saved[] =>
    all
      .filter(({ name }) => name.startsWith(prefix))
      .map((saved) => ({ ...saved, name: saved.name.slice(prefix.length).replace(/^\./, '') }));
  const [weights, slots] = [of('weights.'), of('optimizer.')];
  return { weights, slots, other: all.filter(({ name }) => !/^(weights|optimizer)\./.test(name)) };
}

interface ShownFeature {
  readonly name: string;
  readonly gives: string;
  /** How many keys it tells apart. */
  readonly vocabulary: number | null;
}

/** Features with the number of their keys; none for a model that takes tensors, or that has seen no data. */
function featuresOf(model: unknown): ShownFeature[] {
  if (!(model instanceof FeatureModel) || model.extraState() === undefined) return [];
  const input: FeatureInput = model.input;
  const gives = { key: 'one key', multi: 'any number of keys', sequence: 'keys in order' } as const;
  return [
    ...input.encoder.layout.dense.map((name) => ({ name, gives: 'a number', vocabulary: null })),
    ...input.keyFeatures().map(({ name, kind, rows }) => ({ name, gives: gives[kind], vocabulary: rows })),
  ];
}

type Report = {
  model: string;
  version: number;
  training: ReturnType<typeof training>;
  tables: SavedTable[];
  files: ShownFile[];
} & ReturnType<typeof tensors>;

function text(
  path: string,
  { model, version, training: place, weights, slots, other, tables, files }: Report,
  loaded: { summary: string; features: ShownFeature[] } | undefined,
  failure: unknown,
  { colors }: Output,
): string {
  const head = (title: string): string => `\n${colors.bold(title)}`;
  const rows = (saved: readonly Saved[]): string =>
    columns(saved.map(({ name, dtype, shape, size }) => [name, dtype, `[${shape.join(', ')}]`, grouped(size)]));
  const total = (saved: readonly Saved[]): string => grouped(saved.reduce((sum, { size }) => sum + size, 0));
  const lines = [`${colors.bold(path)}: ${model}, form ${version}`];
  if (place !== null)
    lines.push(place.step === 0 ? `trained for ${place.epoch} epochs` : `stopped in epoch ${place.epoch + 1} after ${place.step} steps`);
  if (loaded !== undefined) lines.push(head('layers'), indented(loaded.summary));
  else if (failure instanceof Error) lines.push(head('layers'), `  cannot be shown: ${failure.message}`);
  if (loaded !== undefined && loaded.features.length > 0)
    lines.push(
      head('features'),
      columns(
        loaded.features.map(({ name, gives, vocabulary }) => [name, gives, vocabulary === null ? '' : `${grouped(vocabulary)} keys`]),
      ),
    );
  lines.push(head(`weights: ${total(weights)} numbers`), rows(weights));
  if (slots.length > 0) lines.push(head(`optimizers' slots: ${total(slots)} numbers`), rows(slots));
  if (tables.length > 0) lines.push(head('tables'), columns(tables.map(tableColumns)));
  if (other.length > 0) lines.push(head(`other state: ${total(other)} numbers`), rows(other));
  lines.push(
    head('files'),
    columns(
      files.map(({ name, size, sha256, crc32, ok }) => [
        name,
        `${grouped(size)} bytes`,
        crc32 === undefined ? `sha256 ${sha256}` : `crc32 ${crc32}`,
        ok ? colors.green('ok') : colors.red('ALTERED'),
      ]),
    ),
  );
  for (const { problem } of files) if (problem !== null) lines.push(colors.red(`  ${problem}`));
  return lines.join('\n');
}

function tableColumns({ name, kind, dtype, rows, dim, slots, updates }: SavedTable): string[] {
  const beside = slots.length === 0 ? 'no slots' : slots.join(' ');
  return [name, kind, dtype.toUpperCase(), `[${rows}, ${dim}]`, beside, `${grouped(updates)} updates`];
}

function indented(block: string): string {
  return block.replace(/^/gm, '  ');
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
