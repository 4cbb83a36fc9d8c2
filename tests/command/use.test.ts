// talray evaluate, predict, inspect, doctor, and the help: over one model of the census data.

import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { census, configIn, events, runProgram, talray, talrayOnTerminal } from './run.js';

let folder = '';
let model = '';
let lines: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-use-'));
  const { code, err } = await talray(['train', await configIn(folder, (config) => Object.assign(config, { epochs: 1 }))]);
  if (code !== 0) throw new Error(err);
  model = join(folder, 'model');
  lines = (await readFile(join(census, 'adult.data'), 'utf8')).split('\n').slice(0, 20);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const names = [
  ...['age', 'workclass', 'fnlwgt', 'education', 'educationNum', 'maritalStatus', 'occupation', 'relationship', 'race', 'sex'],
  ...['capitalGain', 'capitalLoss', 'hoursPerWeek', 'nativeCountry', 'income'],
];
/** The first lines of the data as objects without the label, as a user would send them. */
const people = (): Record<string, string | number | null>[] =>
  lines.map((line) => {
    const cells = line.split(', ').slice(0, -1);
    return Object.fromEntries(cells.map((cell, i) => [names[i]!, cell === '?' ? null : /^\d+$/.test(cell) ? Number(cell) : cell]));
  });

describe('talray evaluate', () => {
  it('prints loss and metrics, for people and for machines', async () => {
    const test = join(census, 'adult.test');
    const { code, out } = await talray(['evaluate', model, test]);
    expect(out).toMatch(/^auc 0\.\d{4} {2}binaryAccuracy 0\.\d{4} {2}loss 0\.\d{4} {2}\(16281 rows\)\n$/);
    expect(code).toBe(0);
    const [result] = events((await talray(['evaluate', model, test, '--json', '--batch', '100'])).out);
    expect(result).toMatchObject({ event: 'evaluated', rows: 16_281 });
    expect((result as { logs: { auc: number } }).logs.auc.toFixed(4)).toBe(/auc (\S+)/.exec(out)![1]);
  });

  it('fails with 1 for data and models that are not there', async () => {
    const noData = await talray(['evaluate', model, join(folder, 'nothing.csv')]);
    expect([noData.code, noData.err]).toEqual([1, expect.stringMatching(/IO .*nothing\.csv/)]);
    const noModel = await talray(['evaluate', join(folder, 'nothing'), join(census, 'adult.test')]);
    expect([noModel.code, noModel.err]).toEqual([1, expect.stringMatching(/IO no saved model at .*nothing/)]);
  });
});

describe('talray predict', () => {
  it('answers CSV and JSON lines, files and standard input alike, in order', async () => {
    const csv = join(folder, 'people.csv');
    await writeFile(csv, `${lines.join('\n')}\n`);
    const jsonl = join(folder, 'people.jsonl');
    const objects = people().map((person) => JSON.stringify(person));
    await writeFile(jsonl, `${objects.join('\n')}\n`);

    const fromCsv = await talray(['predict', model, csv]);
    expect(fromCsv.err).toBe('');
    const [header, ...answers] = fromCsv.out.trimEnd().split('\n');
    expect(header).toBe('prediction');
    expect(answers.map(Number).every((p) => p > 0 && p < 1)).toBe(true);
    expect(answers).toHaveLength(20);

    const fromJson = events((await talray(['predict', model, jsonl])).out);
    expect(fromJson.map(({ prediction }) => prediction)).toEqual(answers.map(Number));
    const piped = events((await talray(['predict', model, '-'], { input: objects.join('\n') })).out);
    expect(piped).toEqual(fromJson);
    const pipedCsv = await talray(['predict', model, '-'], { input: lines.join('\n') });
    expect(pipedCsv.out).toBe(fromCsv.out);
  });

  it('needs no label, keeps columns, and writes a file that appears when it is whole', async () => {
    const named = join(folder, 'named.csv');
    const rows = people().map((person) => names.slice(0, -1).map((name) => person[name] ?? ''));
    await writeFile(named, `${[names.slice(0, -1).join(','), ...rows.map((row) => row.join(','))].join('\n')}\n`);
    const to = join(folder, 'chances.csv');
    const { code, out, err } = await talray(['predict', model, named, '--header', '--keep', 'age,occupation', '--output', to]);
    expect([code, err, out]).toEqual([0, '', `20 predictions in ${to}\n`]);
    const [header, first] = (await readFile(to, 'utf8')).split('\n');
    expect(header).toBe('age,occupation,prediction');
    expect(first).toMatch(/^39,Adm-clerical,0\.\d+$/);
    const plain = await talray(['predict', model, named, '--header', '--format', 'json']);
    expect(events(plain.out)[0]!['prediction']).toBe(Number(first!.split(',')[2]));
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('names the line that is no JSON and the column that is missing, and leaves no file behind', async () => {
    const to = join(folder, 'half.csv');
    const bad = await talray(['predict', model, '-', '--output', to], { input: `${JSON.stringify(people()[0])}\n{"age": \n` });
    expect([bad.code, bad.err]).toEqual([1, expect.stringMatching(/FORMAT standard input:2: no JSON/)]);
    const missing = await talray(['predict', model, '-'], { input: '{"age": 39}\n' });
    expect(missing.err).toMatch(/workclass|educationNum/);
    expect(missing.code).not.toBe(0);
    expect((await readdir(folder)).filter((name) => name.startsWith('half'))).toEqual([]);
  });

  it('stops quietly when its reader has had enough', async () => {
    const command = `"${process.execPath}" dist/ts/cli/main.js predict "${model}" examples/census/data/adult.data --batch 64 | head -n 2`;
    const { out, err } = await runProgram('bash', ['-c', command]);
    expect(out).toMatch(/^prediction\n0\.\d+\n$/);
    expect(err).toBe('');
  });
});

describe('talray inspect', () => {
  it('shows layers, features with vocabularies, weights, slots and files', async () => {
    const { code, out } = await talray(['inspect', model]);
    expect(code).toBe(0);
    expect(out).toContain('WideAndDeep');
    expect(out).toMatch(/deep\.tower\.layers\.0 +Dense +kernel \[109, 64\] bias \[64\] +7,040/);
    expect(out).toMatch(/ageBucket +one key +23 keys/);
    expect(out).toMatch(/deep\.slots\.deep\.tower\.layers\.0\.kernel\.momentum +F32 +\[109, 64\] +6,976/);
    expect(out).toMatch(/model-[0-9a-f]{16}\.safetensors +[\d,]+ bytes +sha256 [0-9a-f]{64} +ok/);
  });

  it('finds a file that was altered', async () => {
    const altered = join(folder, 'altered');
    await cp(model, altered, { recursive: true });
    const name = (await readdir(altered)).find((file) => file.endsWith('.safetensors'))!;
    const bytes = await readFile(join(altered, name));
    bytes[bytes.length - 5]! ^= 1;
    await writeFile(join(altered, name), bytes);
    const { code, out } = await talray(['inspect', altered, '--json']);
    expect(code).toBe(1);
    expect(events(out)[0]).toMatchObject({ files: [{ name, ok: false, problem: expect.stringContaining('checksum') }] });
  });
});

describe('talray doctor', () => {
  it('says which engine, devices, SIMD level, threads and versions there are', async () => {
    const { code, out } = await talray(['doctor', '--json'], { env: { TALRAY_THREADS: '1' } });
    const [report] = events(out) as [{ checks: { name: string; state: string; found: string }[]; environment: string }];
    const found = new Map(report.checks.map((check) => [check.name, check]));
    expect(found.get('device cpu')).toMatchObject({ state: 'ok', found: expect.stringMatching(/SIMD level \w+/) });
    expect(found.get('threads')!.found).toBe('1 (as TALRAY_THREADS says)');
    expect(report.environment.split(' ')).toContain('TALRAY_THREADS=1');
    expect(code).toBe(report.checks.some(({ state }) => state === 'missing') ? 1 : 0);
  });

  it('shows the SIMD level that was asked for, and a misspelt one with what it may be', async () => {
    const engine = async (env: Record<string, string>) => {
      const { code, out } = await talray(['doctor', '--json'], { env });
      const [{ checks }] = events(out) as [{ checks: { name: string; state: string; found: string; fix?: string }[] }];
      return { code, checks };
    };
    const lowered = (await engine({ TALRAY_SIMD: 'portable' })).checks.find(({ name }) => name === 'device cpu')!;
    expect(lowered.found).toBe('in use: SIMD level portable, TALRAY_SIMD=portable');
    const { code, checks } = await engine({ TALRAY_SIMD: 'avx-512' });
    expect(checks.find(({ name }) => name.startsWith('engine'))).toMatchObject({
      state: 'missing',
      found: expect.stringMatching(/TALRAY_SIMD: expected one of portable, avx2, avx512, received 'avx-512'/),
      fix: 'correct or unset the environment variable',
    });
    expect(code).toBe(1);
  });

  it('names variables that nothing reads, and the one that is perhaps meant', async () => {
    const { out } = await talray(['doctor', '--json'], { env: { TALRAY_THREAD: '2', TALRAY_COLOUR: 'red' } });
    const [report] = events(out) as [Record<string, string>];
    expect(report['unread']).toBe('TALRAY_COLOUR, TALRAY_THREAD (is TALRAY_THREADS meant?)');
    expect(report['environment']).not.toMatch(/COLOUR|THREAD/);
  });

  it('fails, and gives one command, where the tools of a checkout are missing', async () => {
    const { code, out } = await talray(['doctor', '--json'], { env: { PATH: join(folder, 'empty') } });
    const [report] = events(out) as [{ checks: { name: string; state: string; fix?: string }[] }];
    const rust = report.checks.find(({ name }) => name.startsWith('Rust'))!;
    expect(rust).toMatchObject({ state: 'missing', fix: expect.stringContaining('rustup') });
    expect(code).toBe(1);
  });
});

describe('talray', () => {
  it('helps with every command, in colours only on a terminal', async () => {
    const overview = await talray(['--help']);
    expect([overview.code, overview.err]).toEqual([0, '']);
    expect(overview.out).toMatch(/Exit codes: 0 done; 1 failed; 2 wrong usage/);
    for (const name of ['train', 'evaluate', 'predict', 'inspect', 'doctor']) {
      expect(overview.out).toMatch(new RegExp(`^ {2}${name} +[A-Z]`, 'm'));
      const { code, out } = await talray([name, '--help']);
      expect([code, out]).toEqual([0, expect.stringMatching(new RegExp(`^talray ${name} `))]);
      expect(out).toContain('--json');
    }
    expect((await talrayOnTerminal(['doctor'])).out).toContain('\x1b[32mok\x1b[39m');
    expect((await talray(['doctor'])).out).not.toContain('\x1b');
    expect((await talray(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('runs by npm exec in a built checkout, as the README has it', async () => {
    const { code, out, err } = await runProgram('npm', ['exec', '--offline', 'talray', '--', '--version']);
    expect([code, err, out]).toEqual([0, '', expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });

  it.each([
    [['trian'], "unknown command 'trian', did you mean 'train'?"],
    [['train'], 'talray train needs <config>'],
    [['train', 'a', 'b'], "'b' is one argument too many"],
    [['train', 'a', '--rseume'], "unknown option --rseume, did you mean 'resume'?"],
    [['train', 'a', '--epochs'], '--epochs needs a value: N'],
    [['evaluate', 'a', 'b', '--batch', 'many'], "--batch: expected a whole number from 1, received 'many'"],
    [[], 'talray <command> [options]'],
  ])('ends with 2 for %j', async (args, message) => {
    const { code, err } = await talray(args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});
