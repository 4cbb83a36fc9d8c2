// talray train: from a config file to a saved model.

import { resolve } from 'node:path';
import { Callback, EarlyStopping, type Logs, ProgressBar, type RunInfo, type StepLogs } from '../callbacks/index.js';
import type { Dataset } from '../data/index.js';
import { setSeed, TalrayError } from '../index.js';
import type { Json } from '../nn/core/config.js';
import type { FeatureModel } from '../recsys/index.js';
import { expectFolder } from '../train/folder.js';
import { Model } from '../train/index.js';
import { type Command, exit } from './command.js';
import { type ConfigFile, readConfig } from './config/config.js';
import { openAll } from './config/data.js';
import { classes } from './config/models.js';
import { interrupts } from './interrupt.js';
import { figures, type Output } from './output.js';
import { aboutOf, type About } from './about.js';

/** Keys of a config that may not change when a training goes on. */
const FIXED = ['features', 'model', 'optimizer', 'batch', 'seed', 'shuffle'] as const;

export const command: Command = {
  name: 'train',
  summary: 'Trains a model as a config file says, and saves it',
  positionals: [['config', 'a .json file, or a module (.js, .mjs, .ts) whose default export is the config']],
  options: {
    output: { value: 'FOLDER', doc: "where the model goes; default the config's output" },
    epochs: { value: 'N', doc: "the epoch at which training ends; default the config's epochs" },
    resume: { doc: 'go on where the training that was saved there stopped' },
  },
  notes: `
Paths in a config are relative to its folder. On a terminal a bar shows loss, metrics and rows a second;
elsewhere there is a line an epoch. With --json each line of standard output is an object with an 'event':
start, step (at most one a second), epoch, saved, interrupted, error.
Ctrl-C stops after the running step and saves; --resume goes on from there, to the same bits.

  talray train examples/census/census.json --output census-model`,
  async run(given, output) {
    const path = given.positionals[0]!;
    const file = await readConfig(path);
    const { config, folder } = file;
    const to = given.value('output') ?? resolve(folder, config.output);
    const epochs = given.count('epochs', config.epochs ?? 1);
    if (config.data.label === undefined)
      throw new TalrayError('OPTION', `${path}: data.label: expected the name of the column that is to be learned, received nothing`);
    await expectFolder(to);
    const { train, validation } = openAll(config.data, folder);
    setSeed(config.seed ?? 0);
    const resume = given.has('resume') || config.resume === true;
    const model = resume ? await stopped(to, file) : config.model(config.features);
    model.about = about(file);
    model.compile({ optimizer: config.optimizer, loss: config.loss, metrics: config.metrics ?? [] });
    const stop = interrupts(() => output.note('\nstopping after this step …'));
    const progress = output.json ? new MachineProgress(output) : new ProgressBar({ stream: output.error });
    try {
      const history = await model.fit(ordered(train, config.shuffle ?? true, config.seed ?? 0).batch(config.batch ?? 512), {
        epochs,
        resume,
        verbose: 0,
        signal: stop.signal,
        ...(validation === undefined ? {} : { validation: validation.batch(4096) }),
        callbacks: [
          ...(config.earlyStopping === undefined ? [] : [new EarlyStopping(config.earlyStopping)]),
          ...(config.saveEvery === undefined ? [] : [new SaveEvery(config.saveEvery, to)]),
          progress,
        ],
      });
      await model.save(to);
      if (stop.code() === undefined) {
        const logs = Object.fromEntries(Object.keys(history.history).map((key) => [key, history.last(key) ?? Number.NaN]));
        const why = history.stopped === undefined ? '' : ` (${history.stopped})`;
        output.result(
          { event: 'saved', path: to, epochs: history.epochs.length, stopped: history.stopped ?? null, logs },
          saved(to, logs, why, output),
        );
        return exit.done;
      }
    } catch (error) {
      // An evaluation that is stopped rejects with the signal's reason; the epoch before it is whole.
      if (stop.code() === undefined || error !== stop.signal.reason) throw error;
      await model.save(to);
    } finally {
      stop.release();
    }
    const again = [
      'talray train',
      path,
      '--resume',
      ...(given.has('output') ? ['--output', to] : []),
      ...(given.has('epochs') ? ['--epochs', String(epochs)] : []),
    ];
    output.result(
      { event: 'interrupted', path: to, resume: again.join(' ') },
      `interrupted; what was reached is saved in ${to}. Go on with: ${again.join(' ')}`,
    );
    return stop.code() ?? exit.interrupted;
  },
};

function saved(to: string, logs: Logs, why: string, { colors }: Output): string {
  return `${colors.green('saved')} ${to}${why}  ${figures(logs)}`;
}

/** The model that an earlier training left, if it goes with the config. */
async function stopped(to: string, { config, json }: ConfigFile): Promise<FeatureModel> {
  // Made first: loading sets the random numbers to where they were.
  const fresh = config.model(config.features);
  const model = await Model.load(to, { classes });
  if (!(model instanceof fresh.constructor))
    throw new TalrayError('OPTION', `model: ${to} holds another model than the config's; it cannot go on with it`);
  const before = aboutOf(model)?.config;
  for (const key of FIXED) {
    if (before !== undefined && JSON.stringify(before[key]) !== JSON.stringify(json[key]))
      throw new TalrayError(
        'OPTION',
        `${key}: differs from what the model in ${to} was trained with; --resume needs the same (epochs may grow)`,
      );
  }
  return model as unknown as FeatureModel;
}

function about({ json }: ConfigFile): Json {
  return { config: json } satisfies About as unknown as Json;
}

function ordered(rows: Dataset, shuffle: boolean | { buffer: number }, seed: number): Dataset {
  return shuffle === false ? rows : rows.shuffle({ seed, ...(shuffle === true ? {} : shuffle) });
}

/** Saves in the course of training, so that a crash costs no more than some epochs. */
class SaveEvery extends Callback {
  constructor(
    private readonly epochs: number,
    private readonly to: string,
  ) {
    super();
  }

  override async onEpochEnd(epoch: number, _logs: Logs, run: RunInfo): Promise<void> {
    if ((epoch + 1) % this.epochs === 0 && epoch + 1 < run.epochs) await run.model.save(this.to);
  }
}

/** Progress as lines of JSON. */
class MachineProgress extends Callback {
  #epoch = 0;
  #began = 0;
  #told = 0;
  #rows = 0;

  constructor(private readonly output: Output) {
    super();
  }

  override onTrainBegin(run: RunInfo): void {
    this.#line({ event: 'start', epochs: run.epochs, steps: run.steps ?? null });
  }

  override onEpochBegin(epoch: number): void {
    const now = performance.now();
    [this.#epoch, this.#began, this.#told, this.#rows] = [epoch, now, now, 0];
  }

  override async onTrainStepEnd(step: number, logs: StepLogs, run: RunInfo): Promise<void> {
    this.#rows += logs.rows;
    const now = performance.now();
    if (now - this.#told < 1000) return;
    this.#told = now;
    this.#line({
      event: 'step',
      epoch: this.#epoch + 1,
      step: step + 1,
      steps: run.steps ?? null,
      logs: await logs.metrics(),
      rowsPerSecond: this.#rate(),
    });
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.#line({ event: 'epoch', epoch: epoch + 1, logs, rowsPerSecond: this.#rate() });
  }

  #rate(): number {
    return Math.round(this.#rows / Math.max(1e-3, (performance.now() - this.#began) / 1000));
  }

  #line(event: Readonly<Record<string, unknown>>): void {
    this.output.result(event, '');
  }
}
