// talray train: progress, saving, Ctrl-C, going on.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { census, configIn, events, example, root, talray, talrayOnTerminal } from './run.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-command-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const place = async (name: string): Promise<string> => mkdtemp(join(folder, `${name}-`));

describe('talray train', () => {
  it('trains the example config to the AUC that the README names, a line an epoch, and saves', async () => {
    const to = join(folder, 'census');
    const { code, out, err } = await talray(['train', example, '--output', to]);
    expect(err).toMatch(/^epoch 1\/4.*\n.*epoch 4\/4 .*auc 0\.\d{4}.*valAuc 0\.\d{4}.* rows\/s\n$/s);
    expect(err).not.toContain('\x1b');
    expect(out).toMatch(/^saved .*census {2}auc 0\.\d+/);
    expect(code).toBe(0);

    const judged = await talray(['evaluate', to, join(census, 'adult.test'), '--json']);
    const [result] = events(judged.out) as [{ rows: number; logs: { auc: number; binaryAccuracy: number } }];
    expect(result.rows).toBe(16_281);
    expect(result.logs.auc).toBeGreaterThan(0.917);
    expect(result.logs.binaryAccuracy).toBeGreaterThan(0.86);
  });

  it('draws a bar on a terminal, in colours unless NO_COLOR is set', async () => {
    const config = await configIn(await place('terminal'), (c) => {
      c['epochs'] = 2;
    });
    const coloured = await talrayOnTerminal(['train', config]);
    expect(coloured.code).toBe(0);
    expect(coloured.out).toContain('\r\x1b[2Kepoch 2/2 ');
    expect(coloured.out).toMatch(/epoch 2\/2 [█░]{20} .*loss 0\.\d+.*rows\/s/);
    expect(coloured.out).toContain('\x1b[32msaved\x1b[39m');
    const plain = await talrayOnTerminal(['train', config], { NO_COLOR: '1' });
    expect(plain.out).toContain('saved');
    expect(plain.out).not.toContain('\x1b[32m');
  });

  it('prints a JSON object a line for machines', async () => {
    const config = await configIn(await place('json'), (c) => {
      c['epochs'] = 2;
    });
    const { code, out, err } = await talray(['train', config, '--json']);
    expect(code).toBe(0);
    expect(err).toBe('');
    const lines = events(out);
    expect(lines[0]).toEqual({ event: 'start', epochs: 2, steps: 58 });
    expect(lines.filter(({ event }) => event === 'epoch').map(({ epoch }) => epoch)).toEqual([1, 2]);
    const last = lines.at(-1) as { event: string; path: string; logs: Record<string, number> };
    expect(last.event).toBe('saved');
    expect(Object.keys(last.logs).sort()).toEqual(['auc', 'binaryAccuracy', 'loss', 'valAuc', 'valBinaryAccuracy', 'valLoss']);
    expect(await readdir(last.path)).toContain('manifest.json');
  });

  it('stops at Ctrl-C after the step, saves, and goes on to the very bits of a run that was not stopped', async () => {
    const config = await configIn(await place('interrupt'), (c) => {
      c['epochs'] = 1000;
    });
    const [part, straight] = [join(folder, 'part'), join(folder, 'straight')];
    let told = false;
    const stopped = await talray(['train', config, '--output', part, '--json'], {
      heard: (out, child) => {
        if (!told && out.includes('"event":"epoch"')) told = child.kill('SIGINT');
      },
    });
    expect(stopped.code).toBe(130);
    const last = events(stopped.out).at(-1)!;
    expect(last).toMatchObject({ event: 'interrupted', path: part, resume: `talray train ${config} --resume --output ${part}` });
    const { training } = events((await talray(['inspect', part, '--json'])).out)[0] as { training: { epoch: number; step: number } };
    expect(training.epoch).toBeGreaterThan(0);
    const epochs = String(training.epoch + 1);

    expect((await talray(['train', config, '--output', part, '--resume', '--epochs', epochs])).code).toBe(0);
    expect((await talray(['train', config, '--output', straight, '--epochs', epochs])).code).toBe(0);
    const files = async (path: string): Promise<unknown> => events((await talray(['inspect', path, '--json'])).out)[0]!['files'];
    expect(await files(part)).toEqual(await files(straight));
  });

  it('says how to go on where it was stopped on a terminal', async () => {
    const config = await configIn(await place('hint'), (c) => {
      c['epochs'] = 1000;
      c['saveEvery'] = 1;
    });
    const stopped = await talray(['train', config], {
      started: (child) => {
        child.stderr?.on('data', (line: Buffer) => void (line.includes('epoch 1/') && child.kill('SIGINT')));
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.out).toMatch(/^interrupted; what was reached is saved in .*model\. Go on with: talray train .*config\.json --resume\n$/);
  });

  it('does not go on with another model or other features', async () => {
    const at = await place('other');
    const config = await configIn(at, (c) => {
      c['epochs'] = 1;
    });
    expect((await talray(['train', config])).code).toBe(0);
    await configIn(at, (c) => {
      c['batch'] = 100;
    });
    const { code, err } = await talray(['train', config, '--resume']);
    expect(err).toMatch(/OPTION batch: differs from what the model in .* was trained with/);
    expect(code).toBe(2);
  });

  it.each([
    ['without a label', { label: undefined }, 'model', 2, /OPTION .*data\.label: expected the name of the column that is to be learned/],
    [
      'with a positive value that no row has',
      { label: { name: 'income', positive: 'rich' } },
      'model',
      2,
      /label 'income': no row .*"rich"/,
    ],
    ['to where a file lies', {}, 'config.json', 1, /IO cannot save to .*config\.json is a file/],
    ['to where no folder can be', {}, '/proc/nothing/model', 1, /IO cannot save to \/proc\/nothing\/model: .*mkdir '\/proc\/nothing'/],
  ])('refuses to train %s', async (_what, data, to, expected, message) => {
    const config = await configIn(await place('refused'), (all) => {
      Object.assign(all, { epochs: 1, output: to });
      Object.assign(all['data'] as object, data);
    });
    const { code, err } = await talray(['train', config]);
    expect(err).toMatch(message);
    expect(code).toBe(expected);
  });

  it('trains a DLRM, which evaluates and predicts as the other does', async () => {
    const config = await configIn(await place('dlrm'), (c) => {
      c['features'] = [
        { numeric: 'age', scale: 'standard' },
        { numeric: 'educationNum', scale: 'standard' },
        ...['workclass', 'maritalStatus', 'occupation', 'relationship'].map((categorical) => ({ categorical })),
      ];
      c['model'] = { name: 'DLRM', dim: 8, bottom: [16], top: [32] };
      c['optimizer'] = { name: 'Adam', learningRate: 0.005 };
      c['epochs'] = 2;
    });
    const { code, err } = await talray(['train', config]);
    expect(err).toMatch(/epoch 2\/2/);
    expect(code).toBe(0);
    const model = join(config, '..', 'model');
    const judged = await talray(['evaluate', model, join(census, 'adult.test'), '--json']);
    expect((events(judged.out)[0] as { logs: { auc: number } }).logs.auc).toBeGreaterThan(0.86);
    const predicted = await talray(['predict', model, join(census, 'adult.test'), '--json']);
    expect(events(predicted.out)).toHaveLength(16_281);
  });

  it('takes a module that brings objects of its own', async () => {
    const at = await place('module');
    const { data, features } = JSON.parse(await readFile(example, 'utf8')) as { data: object; features: object[] };
    const text = `
      import { numeric } from '${root}dist/ts/data/index.js';
      import { meanSquaredError } from '${root}dist/ts/losses/index.js';
      import { Adam } from '${root}dist/ts/optimizers/index.js';
      export default {
        data: ${JSON.stringify({ ...data, train: join(census, 'adult.data') })},
        features: [...${JSON.stringify(features.slice(5, 8))}, numeric('age', { scale: 'standard' })],
        model: { name: 'WideAndDeep', hidden: [8] },
        optimizer: new Adam(0.01),
        loss: meanSquaredError,
        earlyStopping: { monitor: 'loss', patience: 3 },
        output: 'model',
      };`;
    await writeFile(join(at, 'config.mjs'), text);
    const { code, out, err } = await talray(['train', join(at, 'config.mjs')]);
    expect(err).toMatch(/^epoch 1\/1 .*loss 0\.\d+/);
    expect(out).toMatch(/^saved /);
    expect(code).toBe(0);
  });
});
