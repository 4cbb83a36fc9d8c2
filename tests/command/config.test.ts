// What a config may say, and what is said of mistakes in it.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../ts/src/cli/config/config.js';
import { TalrayError } from '../../ts/src/index.js';
import { configIn, example, talray } from './run.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Where in the example config something else is written, what (undefined: nothing), and what is said of it. */
const mistakes: [what: string, at: string, value: unknown, message: string | RegExp][] = [
  ['a misspelt key', 'epoch', 3, "unknown key 'epoch', did you mean 'epochs'?"],
  ['a key that is missing', 'loss', undefined, "'loss' is missing"],
  ['a misspelt key of the data', 'data.lable', 'income', "data: unknown key 'lable', did you mean 'label'?"],
  ['a type of a column', 'data.columns.age', 'float', "data.columns.age: unknown word 'float'"],
  ['a kind of feature', 'features.0', { numerik: 'age' }, "features[0]: unknown kind of feature 'numerik', did you mean 'numeric'?"],
  ['an option of a feature', 'features.5.dims', 3, "features[5]: unknown key 'dims', did you mean 'dim'?"],
  ['a value of a feature', 'features.5.dim', 'wide', 'features[5].dim: expected a whole number from 1, received "wide"'],
  ['the name of a model', 'model.name', 'WideAndDeap', "model: unknown model 'WideAndDeap', did you mean 'WideAndDeep'?"],
  ['an option of a model', 'model.hiden', [3], "model: unknown key 'hiden', did you mean 'hidden'?"],
  ['an activation', 'model.activation', 'rleu', 'model.activation: no activation is called rleu'],
  ['the name of an optimizer', 'optimizer.deep', 'Adan', "optimizer.deep: unknown optimizer 'Adan', did you mean 'Adam'?"],
  ['an option of an optimizer', 'optimizer.deep.learningrate', 1, "unknown key 'learningrate', did you mean 'learningRate'?"],
  [
    'a schedule',
    'optimizer.deep.learningRate',
    { name: 'CosineDecay', decaySteps: 5 },
    "optimizer.deep.learningRate: 'initialLearningRate' is missing",
  ],
  ['the name of a loss', 'loss', 'binaryCrossEntropie', "unknown loss 'binaryCrossEntropie', did you mean 'binaryCrossentropy'?"],
  ['the name of a metric', 'metrics', ['Auk'], "metrics[0]: unknown metric 'Auk', did you mean 'Auc'?"],
  ['an option of a metric', 'metrics', [{ name: 'Auc', curve: 'RP' }], /metrics\[0\]\.curve: unknown word 'RP'.*ROC, PR/],
  ['a number that is none', 'batch', 0, 'batch: expected a whole number from 1, received 0'],
];

function put(config: Record<string, unknown>, at: string, value: unknown): void {
  const keys = at.split('.');
  const last = keys.pop()!;
  const inner = keys.reduce((part, key) => part[key] as Record<string, unknown>, config);
  if (value === undefined) delete inner[last];
  else inner[last] = value;
}

describe('a config', () => {
  it('reads the example', async () => {
    const { config } = await readConfig(example);
    expect(config.features.map(({ name }) => name)).toContain('ageBucket_x_relationship');
    expect(Object.keys(config.optimizer)).toEqual(['wide', 'deep']);
    expect(config.data.label).toEqual({ name: 'income', positive: ['>50K', '>50K.'] });
  });

  it.each(mistakes)('refuses %s, naming the place and what was meant', async (_what, at, value, message) => {
    const path = await configIn(folder, (config) => put(config, at, value));
    const error = await readConfig(path).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TalrayError);
    const { code, message: said } = error as TalrayError;
    expect(code).toBe('OPTION');
    expect(said.startsWith(`${path}: `)).toBe(true);
    if (typeof message === 'string') expect(said).toContain(message);
    else expect(said).toMatch(message);
  });

  it('ends the command with 2 for a mistake and 1 for a file that cannot be read', async () => {
    const path = await configIn(folder, (config) => Object.assign(config, { epochz: 3 }));
    const wrong = await talray(['train', path, '--json']);
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.out)).toMatchObject({ event: 'error', code: 'OPTION' });
    const absent = await talray(['train', join(folder, 'nowhere.json')]);
    expect([absent.code, absent.out]).toEqual([1, '']);
    expect(absent.err).toMatch(/talray: IO the config .*nowhere\.json cannot be read/);
    await writeFile(join(folder, 'broken.json'), '{ "data": ');
    expect((await talray(['train', join(folder, 'broken.json')])).err).toMatch(/FORMAT .*broken\.json is no JSON/);
  });

  it('refuses what means nothing for the format of the files', async () => {
    const path = await configIn(folder, (config) => Object.assign(config['data'] as object, { train: 'rows.parquet' }));
    const { code, err } = await talray(['train', path]);
    expect([code, err]).toEqual([2, expect.stringMatching(/OPTION data: '\w+' means nothing for Parquet files/)]);
  });

  it('names the column that the data do not have', async () => {
    const path = await configIn(folder, (config) =>
      Object.assign(config, { features: [{ categorical: 'town' }], model: { name: 'WideAndDeep', hidden: [4] } }),
    );
    const { code, err } = await talray(['train', path]);
    expect(err).toMatch(/town/);
    expect(code).not.toBe(0);
  });
});
