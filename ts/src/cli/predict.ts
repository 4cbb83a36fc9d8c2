// talray predict: rows in, a prediction a row out, in the same order.

import type { Dataset, Row } from '../data/index.js';
import type { Tensor } from '../index.js';
import type { FeatureModel } from '../recsys/index.js';
import { judged } from './about.js';
import { type Command, exit, type Given, UsageError } from './command.js';
import { readConfig } from './config/config.js';
import { open, type ReadOptions } from './config/data.js';
import { loadModel } from './load.js';
import type { Output } from './output.js';
import { cell, formatOf, head, jsonLine, jsonRows, looksLikeJson, peeked, type RowFormat, whole } from './rows.js';
import { openSink } from './sink.js';

export const command: Command = {
  name: 'predict',
  summary: 'Gives the predictions of a saved model for rows, in their order',
  positionals: [
    ['model', 'the folder of a saved model'],
    ['data', 'a CSV, Parquet or JSON lines file; - reads CSV or JSON lines from standard input'],
  ],
  options: {
    output: { value: 'FILE', doc: 'where predictions go; default standard output' },
    format: { value: 'csv|json', doc: 'of the predictions; default that of the output file, else that of the rows' },
    keep: { value: 'COLUMNS', doc: 'columns that stand before the prediction, with commas between' },
    header: { doc: "the first line of the CSV names its columns, also where the training data's did not" },
    config: { value: 'FILE', doc: 'how rows are read; default what the model was trained by' },
    batch: { value: 'N', doc: 'rows a step; default 4096' },
  },
  notes: `
The rows need the columns of the model's features; others are passed over. JSON lines are read and answered
as they come; CSV on standard input is read whole.

  talray predict census-model people.csv --keep name --output chances.csv
  echo '{"age": 39, "occupation": "Sales"}' | talray predict shop-model -`,
  async run(given, output) {
    const [path = '', file = ''] = given.positionals;
    const size = given.count('batch', 4096);
    const asked = askedFormat(given);
    const model = await loadModel(path);
    const keep = given.value('keep')?.split(',') ?? [];
    const { format, batches } = await source(model, given, path, file, keep, size);
    const to = given.value('output');
    const sink = await openSink(to, output);
    const asJson = outputFormat(asked, to, format, output) === 'json';
    let rows = 0;
    try {
      for await (const { kept, prediction } of batches) {
        const width = prediction.shape.slice(1).reduce((a, b) => a * b, 1);
        const values = (await prediction.data()) as ArrayLike<number>;
        prediction.dispose();
        let text = rows === 0 && !asJson ? `${[...keep, 'prediction'].map(cell).join(',')}\n` : '';
        for (let i = 0; i < values.length / width; i++) {
          const value = width === 1 ? values[i]! : Array.from({ length: width }, (_, j) => values[i * width + j]!);
          const own = keep.map((name) => kept?.[i]?.[name]);
          text += asJson
            ? `${jsonLine({ ...Object.fromEntries(keep.map((name, j) => [name, own[j]])), prediction: value })}\n`
            : `${[...own, value].map(cell).join(',')}\n`;
          rows += 1;
        }
        await sink.write(text);
      }
      await sink.close();
    } catch (error) {
      await sink.abandon();
      throw error;
    }
    if (to !== undefined) output.result({ event: 'predicted', rows, path: to }, `${rows} predictions in ${to}`);
    return exit.done;
  },
};

function askedFormat(given: Given): 'csv' | 'json' | undefined {
  const asked = given.value('format');
  if (asked === undefined || asked === 'csv' || asked === 'json') return asked;
  throw new UsageError(`--format: expected csv or json, received '${asked}'`);
}

function outputFormat(asked: 'csv' | 'json' | undefined, to: string | undefined, rows: RowFormat, output: Output): 'csv' | 'json' {
  if (asked !== undefined) return asked;
  if (output.json && to === undefined) return 'json';
  const own = to === undefined ? rows : (formatOf(to) ?? rows);
  return own === 'json' ? 'json' : 'csv';
}

interface Answered {
  /** The rows, where some of their columns are kept. */
  readonly kept: readonly Row[] | undefined;
  readonly prediction: Tensor;
}

/** Batches of predictions, and the format of the rows that they are for. */
async function source(
  model: FeatureModel,
  given: Given,
  path: string,
  file: string,
  keep: readonly string[],
  size: number,
): Promise<{ format: RowFormat; batches: AsyncIterable<Answered> }> {
  const config = given.value('config');
  const how = judged(model, config === undefined ? undefined : await readConfig(config), path)?.data ?? {};
  if (file === '-') {
    const { first, rest } = await peeked(process.stdin);
    if (looksLikeJson(first)) return { format: 'json', batches: ofRows(model, jsonRows(rest, 'standard input', size)) };
    return { format: 'csv', batches: ofDataset(model, open(await whole(rest), options(model, how, given, keep)), keep, size) };
  }
  const format = formatOf(file) ?? (looksLikeJson(await head(file)) ? 'json' : 'csv');
  if (format === 'json') return { format, batches: ofRows(model, jsonRows(file, file, size)) };
  return { format, batches: ofDataset(model, open(file, { ...options(model, how, given, keep), format }), keep, size) };
}

/** How rows without a label are read: only the columns that are needed. */
function options(model: FeatureModel, how: ReadOptions, given: Given, keep: readonly string[]): ReadOptions {
  const { label: _label, select: _select, chunkRows: _chunkRows, ...rest } = how;
  const select = [...new Set([...model.input.encoder.withoutLabels().columns, ...keep])];
  if (!given.has('header')) return { ...rest, select };
  // Types by name hold; an order of names does not.
  const { columns, ...others } = rest;
  const typed =
    columns === undefined ? {} : Object.entries(Array.isArray(columns) ? {} : columns).filter(([name]) => select.includes(name));
  return { ...others, header: true, select, columns: Object.fromEntries(typed as [string, 'f32'][]) };
}

async function* ofRows(model: FeatureModel, batches: AsyncIterable<readonly Row[]>): AsyncGenerator<Answered> {
  for await (const rows of batches) yield { kept: rows, prediction: await model.predict(rows) };
}

async function* ofDataset(model: FeatureModel, rows: Dataset, keep: readonly string[], size: number): AsyncGenerator<Answered> {
  const batched = rows.batch(size);
  const beside = keep.length > 0 ? batched.iterate() : undefined;
  for await (const prediction of model.predictBatches(batched)) {
    const batch = beside === undefined ? undefined : (await beside.next()).value;
    yield { kept: batch && Array.from({ length: batch.rows }, (_, i) => batch.row(i)), prediction };
  }
}
