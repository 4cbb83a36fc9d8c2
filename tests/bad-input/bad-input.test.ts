// What people get wrong: each is a TalrayError with its code and place, and leaves nothing half-written.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { categorical, csv, Encoder, fromColumns, numeric } from '../../ts/src/data/index.js';
import { add, bitwiseAnd, concat, matmul, sum, tensor, Variable } from '../../ts/src/index.js';
import { meanSquaredError } from '../../ts/src/losses/index.js';
import { Dense } from '../../ts/src/nn/index.js';
import { Adam, SGD } from '../../ts/src/optimizers/index.js';
import { failure } from '../../ts/src/testing/failure.js';
import { Sequential } from '../../ts/src/train/index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'talray-bad-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('arrays', () => {
  it('of wrong shapes name the op and both shapes at the line that wrote them', async () => {
    const broadcast = await failure(() => add(tensor([[1, 2]]), tensor([1, 2, 3])));
    expect(broadcast).toMatchObject({ code: 'SHAPE', op: 'add' });
    expect(broadcast.message).toMatch(/\[1,2\] and \[3\].*sizes 2 and 3/);
    const product = await failure(() => matmul(tensor([[1, 2]]), tensor([[1, 2]])));
    expect(product).toMatchObject({ code: 'SHAPE', op: 'matmul' });
    const axis = await failure(() => sum(tensor([1, 2]), { axis: 3 }));
    expect(axis).toMatchObject({ code: 'SHAPE', op: 'sum' });
    expect(axis.message).toMatch(/axis 3.*rank 1/);
    expect(await failure(() => concat([tensor([[1, 2]]), tensor([[1]])], { axis: 0 }))).toMatchObject({ code: 'SHAPE', op: 'concat' });
  });

  it('of wrong dtypes name the argument, what was expected and what came', async () => {
    const bits = await failure(() => bitwiseAnd(tensor([1.5]), tensor([1.5])));
    expect(bits).toMatchObject({ code: 'DTYPE', op: 'bitwise_and' });
    expect(bits.message).toMatch(/expected an integer dtype or bool, received f32/);
    expect(await failure(() => tensor([1, 2]).gather(tensor([0.5])))).toMatchObject({ code: 'DTYPE', op: 'gather' });
    const variable = new Variable(tensor([1, 2]), { name: 'kernel' });
    const assigned = await failure(() => variable.assign(tensor([1, 2], { dtype: 'i32' })));
    expect(assigned).toMatchObject({ code: 'DTYPE' });
    expect(assigned.message).toMatch(/variable kernel holds f32, received i32/);
  });

  it('with unknown options name the option and those that there are', async () => {
    // @ts-expect-error a misspelt option does not compile
    const unknown = await failure(() => sum(tensor([1]), { axes: 0 }));
    expect(unknown).toMatchObject({ code: 'OPTION' });
    expect(unknown.message).toMatch(/unknown option axes.*axis/);
  });

  it('used after they were freed are refused', async () => {
    const x = tensor([1]);
    x.dispose();
    expect(await failure(() => x.add(1))).toMatchObject({ code: 'OPTION' });
  });
});

describe('data', () => {
  it('with a number that is none name file, line and column', async () => {
    const path = join(folder, 'numbers.csv');
    await writeFile(path, 'a,b\n1,2\n3,x7\n');
    const error = await failure(async () => {
      const rows = csv(path, { header: true, columns: { b: 'f32' } });
      for await (const _ of rows.rows()) void _;
    });
    expect(error.code).toBe('FORMAT');
    expect(error.message).toMatch(/numbers\.csv:3:3: column 'b'.*expected a number, received 'x7'/);
  });

  it('with an unknown column name the nearest ones', async () => {
    const rows = fromColumns({ price: Float32Array.of(1, 2) });
    const error = await failure(() => Encoder.fit([numeric('prise')], rows));
    expect(error.code).toBe('OPTION');
    expect(error.message).toMatch(/prise.*price/);
  });

  it('with an id outside of a closed vocabulary name the feature and the value', async () => {
    const rows = fromColumns({ job: ['sales', 'tech'] });
    const encoder = await Encoder.fit([categorical('job', { vocabulary: ['sales', 'tech'] })], rows);
    const error = await failure(() => encoder.encode({ job: ['sales', 'nurse'] }));
    expect(error.code).toBe('OPTION');
    expect(error.message).toMatch(/job.*nurse/);
  });
});

describe('saved models', () => {
  const big = (): Sequential => {
    const model = new Sequential([new Dense(64, { useBias: false })]);
    model.compile({ optimizer: new Adam(0.1), loss: meanSquaredError });
    model.buildFor([Array.from({ length: 64 }, () => 0)]);
    return model;
  };

  it('stay readable when the disk is full during the next save, and nothing half-written is left', async () => {
    const path = join(folder, 'full');
    const model = big();
    await model.save(path);
    const [names, kernel] = [(await readdir(path)).sort(), await model.weights[0]!.array()];
    const script = fileURLToPath(new URL('./save.mjs', import.meta.url));
    // No file of the child may grow past 8 KiB, the new weights are 16 KiB: the write fails half-way.
    const { stdout } = await promisify(execFile)('bash', ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, script, path]);
    const ended = JSON.parse(stdout) as { name: string; code: string; message: string };
    expect(ended).toMatchObject({ name: 'TalrayError', code: 'IO' });
    expect(ended.message).toMatch(/cannot save to .*full.*what was saved there before is unchanged/);
    expect((await readdir(path)).sort()).toEqual(names);
    expect(await (await Sequential.load(path)).weights[0]!.array()).toEqual(kernel);
  });

  it('that are truncated, altered, of another kind or of a newer version are FORMAT and name the file', async () => {
    const path = join(folder, 'damaged');
    await big().save(path);
    const name = (await readdir(path)).find((n) => n.endsWith('.safetensors'))!;
    const [bytes, manifest] = [await readFile(join(path, name)), await readFile(join(path, 'manifest.json'), 'utf8')];
    const load = () => failure(() => Sequential.load(path));
    for (const length of [0, 7, 100, bytes.length - 1]) {
      await writeFile(join(path, name), bytes.subarray(0, length));
      const error = await load();
      expect(error.code).toBe('FORMAT');
      expect(error.message).toContain(name);
      expect(error.message).toMatch(new RegExp(`has ${length} bytes`));
    }
    for (const at of [0, 9, bytes.length - 1]) {
      const altered = Uint8Array.from(bytes);
      altered[at]! ^= 4;
      await writeFile(join(path, name), altered);
      const error = await load();
      expect(error.code).toBe('FORMAT');
      expect(error.message).toMatch(new RegExp(`${name}.*checksum`));
    }
    await writeFile(join(path, name), bytes);
    const changes: [string, RegExp][] = [
      [manifest.replace('"version": 1', '"version": 9'), /manifest\.json has version 9.*saved by a newer one/],
      [manifest.slice(0, manifest.length / 2), /manifest\.json is no JSON/],
      [manifest.replace('"talray"', '"other"'), /manifest\.json is not that of a talray model/],
    ];
    for (const [text, message] of changes) {
      await writeFile(join(path, 'manifest.json'), text);
      const error = await load();
      expect(error.code).toBe('FORMAT');
      expect(error.message).toMatch(message);
    }
    await rm(join(path, 'manifest.json'));
    expect(await load()).toMatchObject({ code: 'IO' });
  });
});

describe('training', () => {
  it('with a parameter that no gradient reaches names it', async () => {
    class Lost extends Sequential {
      readonly unused = new Dense(1);
    }
    const model = new Lost([new Dense(1)]);
    model.unused.apply([[1, 2]]);
    model.compile({ optimizer: new SGD(), loss: meanSquaredError });
    const error = await failure(() => model.trainOnBatch([[1, 2]], [[1]]));
    expect(error.message).toMatch(/no gradient reaches unused\.kernel, unused\.bias/);
    expect(error.code).toBe('OPTION');
  });

  it('with wrong shapes of data or a target names what does not fit', async () => {
    const model = new Sequential([new Dense(1)]);
    model.compile({ optimizer: new SGD(), loss: meanSquaredError });
    await model.trainOnBatch([[1, 2]], [[1]]);
    expect(await failure(() => model.trainOnBatch([[1, 2, 3]], [[1]]))).toMatchObject({ code: 'SHAPE' });
    expect(await failure(() => model.fit([[1, 2]], [[1], [2]], { verbose: 0 }))).toMatchObject({ code: 'SHAPE' });
  });
});
