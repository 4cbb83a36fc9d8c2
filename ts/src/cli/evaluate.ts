// talray evaluate: loss and metrics of a saved model over labelled rows.

import { LambdaCallback } from '../callbacks/index.js';
import { TalrayError } from '../index.js';
import { judged } from './about.js';
import { type Command, exit } from './command.js';
import { readConfig } from './config/config.js';
import { open } from './config/data.js';
import { interrupts } from './interrupt.js';
import { figures } from './output.js';
import { loadModel } from './load.js';

export const command: Command = {
  name: 'evaluate',
  summary: 'Judges a saved model on labelled rows',
  positionals: [
    ['model', 'the folder of a saved model'],
    ['data', 'a CSV or Parquet file with the label, or a quoted glob'],
  ],
  options: {
    config: { value: 'FILE', doc: 'how rows are read, loss and metrics; default what the model was trained by' },
    batch: { value: 'N', doc: 'rows a step; default 4096' },
  },
  notes: `
  talray evaluate census-model examples/census/data/adult.test`,
  async run(given, output) {
    const [path = '', file = ''] = given.positionals;
    const config = given.value('config');
    const size = given.count('batch', 4096);
    const model = await loadModel(path);
    const how = judged(model, config === undefined ? undefined : await readConfig(config), path);
    if (how === undefined)
      throw new TalrayError('OPTION', `${path} was not saved by talray train: say with --config how rows are read and judged`);
    if (how.loss === undefined) throw new TalrayError('OPTION', `${path} keeps no loss, as its config was a module: give it with --config`);
    if (how.data.label === undefined) throw new TalrayError('OPTION', 'data: without a label there is nothing to judge by');
    model.compile({ loss: how.loss, metrics: how.metrics });
    let rows = 0;
    const stop = interrupts(() => output.note('\nstopping after this step …'));
    try {
      const logs = await model.evaluate(open(file, how.data).batch(size), {
        signal: stop.signal,
        callbacks: [new LambdaCallback({ onEvaluateStepEnd: (_step, step) => void (rows += step.rows) })],
      });
      output.result({ event: 'evaluated', model: path, data: file, rows, logs }, `${figures(logs)}  (${rows} rows)`);
      return exit.done;
    } catch (error) {
      if (error !== stop.signal.reason) throw error;
      output.failure('INTERRUPTED', `after ${rows} rows`);
      return stop.code() ?? exit.interrupted;
    } finally {
      stop.release();
    }
  },
};
