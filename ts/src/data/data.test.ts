// Datasets and encoders from TypeScript: what crosses the binding arrives as it was sent.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  categorical,
  cross,
  csv,
  type Dataset,
  type EncodedBatch,
  EncodedSource,
  Encoder,
  type Feature,
  fromColumns,
  fromRows,
  hashed,
  type Inputs,
  multiValued,
  numeric,
  sequence,
} from './index.js';
import { failure } from '../testing/failure.js';

let folder: string;
const text = 'age,job,income\n39,Sales,<=50K\n50,?,>50K\n38,"Tech, other",<=50K\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'talray-data-'));
  writeFileSync(join(folder, 'rows.csv'), text);
  writeFileSync(join(folder, 'rows.csv.gz'), gzipSync(text));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function numbers(data: Dataset, epoch = 0): Promise<unknown[]> {
  const out: unknown[] = [];
  for await (const row of data.rows({ epoch })) out.push(row.n);
  return out;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

const counting = (count: number) => fromColumns({ n: Int32Array.from({ length: count }, (_, i) => i) });

test('csv rows arrive with missing values and a label', async () => {
  const options = { missing: '?', label: { name: 'income', positive: '>50K' } };
  const expected = [
    { age: 39, job: 'Sales', income: 0 },
    { age: 50, job: null, income: 1 },
    { age: 38, job: 'Tech, other', income: 0 },
  ];
  const path = join(folder, 'rows.csv');
  for (const source of [path, [path], join(folder, '*.csv'), pathToFileURL(path), `${path}.gz`, new TextEncoder().encode(text)]) {
    const rows = csv(source, options);
    expect(rows.names).toEqual(['age', 'job', 'income']);
    expect(await collect(rows.rows())).toEqual(expected);
  }
});

test('columns of every kind go in and come out', async () => {
  const data = fromColumns({
    f32: Float32Array.of(1.5, 2),
    f64: Float64Array.of(0.1, Number.NaN),
    big: BigInt64Array.of(9007199254740993n, -1n),
    small: Int16Array.of(1, -2),
    mixed: [1, null],
    bigints: [2n ** 62n, undefined],
    words: ['é', null],
    yes: [true, false],
    lists: [[1, 2], []],
    infinite: [Number.POSITIVE_INFINITY, 1],
  });
  const [first, second] = await collect(data.rows());
  expect(first).toEqual({
    f32: 1.5,
    f64: 0.1,
    big: 9007199254740993n,
    small: 1,
    mixed: 1,
    bigints: 2n ** 62n,
    words: 'é',
    yes: true,
    lists: [1, 2],
    infinite: Infinity,
  });
  expect(second).toEqual({
    f32: 2,
    f64: Number.NaN,
    big: -1,
    small: -2,
    mixed: null,
    bigints: null,
    words: null,
    yes: false,
    lists: [],
    infinite: 1,
  });
  expect(await collect(fromRows([{ a: 1 }, { b: 'x' }]).rows())).toEqual([
    { a: 1, b: null },
    { a: null, b: 'x' },
  ]);
});

test('steps do what they say', async () => {
  const batches = await collect(counting(25).batch(10));
  expect(batches.map((b) => b.rows)).toEqual([10, 10, 5]);
  expect(await numbers(counting(9).skip(2).take(3))).toEqual([2, 3, 4]);
  expect(await numbers(counting(2).repeat(2))).toEqual([0, 1, 0, 1]);
  const shuffled = counting(50).cache().shuffle({ seed: 3 });
  const order = await numbers(shuffled);
  expect(order).not.toEqual(await numbers(shuffled, 1));
  expect(order).toEqual(await numbers(shuffled.prefetch()));
  const [train, validation] = counting(100).split({ fraction: 0.2, seed: 1 });
  const parts = [...(await numbers(train)), ...(await numbers(validation))] as number[];
  expect(parts.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test('an iterator resumes from its state', async () => {
  const data = counting(100).shuffle({ seed: 1, buffer: 30 }).batch(7);
  const whole = await collect(data.iterate({ epoch: 2 }));
  const iterator = data.iterate({ epoch: 2, ahead: 4 });
  for (let i = 0; i < 5; i++) await iterator.next();
  const rest = await collect(data.iterate({ state: iterator.state }));
  expect(rest).toEqual(whole.slice(5));
});

test('an abort signal ends the iteration', async () => {
  const control = new AbortController();
  const iterator = counting(10).batch(1).repeat().iterate({ signal: control.signal });
  await iterator.next();
  control.abort(new Error('enough'));
  await expect(iterator.next()).rejects.toThrow('enough');
});

const features = [
  numeric('age', { scale: 'standard' }),
  numeric('age', { name: 'decade', buckets: [30, 40, 50] }),
  categorical('job', { dim: 8 }),
  hashed('job', 10, { name: 'hashed' }),
  cross(['job', numeric('age', { buckets: [40] })], { buckets: 100 }),
  multiValued('tags', { vocabulary: ['a', 'b'] }),
  sequence('tags', { name: 'order', maxLength: 2, vocabulary: {} }),
];
const people = { age: [20, 40, 60], job: ['x', null, 'y'], tags: ['a|b', '', 'b'], y: [1, 0, 1] };

test('features are fitted, saved and applied the same way', async () => {
  const data = fromColumns(people, { label: { name: 'y' } });
  const encoder = await Encoder.fit(features, data);
  expect(encoder.layout.dense).toEqual(['age']);
  expect(encoder.layout.keys.map((k) => [k.name, k.cardinality])).toEqual([
    ['decade', 4],
    ['job', null],
    ['hashed', 11],
    ['job_x_age', 100],
  ]);
  expect(encoder.columns).toEqual(['age', 'job', 'tags', 'y']);
  const [batch] = (await collect(data.batch(3).encode(encoder))) as [EncodedBatch];
  expect([...batch.dense].map((x) => x.toFixed(4))).toEqual(['-1.2247', '0.0000', '1.2247']);
  expect([...(batch.keys.decade as BigInt64Array)]).toEqual([0n, 2n, 3n]);
  expect(batch.multi.tags).toEqual({ keys: BigInt64Array.of(0n, 1n, 1n), offsets: BigInt64Array.of(0n, 2n, 2n, 3n) });
  expect([...(batch.sequences.order?.keys ?? [])]).toEqual([2n, 1n, 0n, 0n, 1n, 0n]);
  expect([...batch.labels]).toEqual([1, 0, 1]);
  const saved = Encoder.fromJSON(encoder.toJSON());
  expect(saved.encode(people, { labels: true })).toEqual(batch);
  const served = saved.encode([{ age: 20, job: 'x', tags: 'a|b' }]);
  expect(served.keys.job?.[0]).toBe(batch.keys.job?.[0]);
  expect(served.labels).toHaveLength(0);
});

test('a model is fed with named tensors', async () => {
  const data = fromColumns(people, { label: { name: 'y' } });
  const encoder = await Encoder.fit([...features.slice(0, 3), ...features.slice(6)], data);
  const source = new EncodedSource(data.shuffle({ seed: 1 }).batch(2), encoder);
  const first = source.iterate({ epoch: 1 });
  const { value } = await first.next();
  expect(Object.entries(value.x as Inputs).map(([name, t]) => [name, t.dtype, t.shape])).toEqual([
    ['dense', 'f32', [2, 1]],
    ['decade', 'i64', [2]],
    ['job', 'i64', [2]],
    ['order', 'i64', [2, 2]],
    ['order:mask', 'f32', [2, 2]],
  ]);
  expect(value.y.shape).toEqual([2, 1]);
  const rest = source.iterate({ epoch: 0, state: first.state });
  expect((await rest.next()).value.y.shape).toEqual([1, 1]);
  expect((await rest.next()).done).toBe(true);
  const ragged = await Encoder.fit([features[5] as Feature], data);
  expect((await failure(() => new EncodedSource(data, ragged))).message).toContain('maxLength');
});

test('42 and 42n are one key', async () => {
  const encoder = await Encoder.fit([categorical('id')], fromColumns({ id: [42, 7] }));
  const key = (id: number | bigint | string) => encoder.encode([{ id }]).keys.id?.[0];
  expect([key(42), key(42n), key('42')]).toEqual([42n, 42n, 42n]);
});

test('mistakes are TalrayErrors that name their place', async () => {
  const path = join(folder, 'bad.csv');
  writeFileSync(path, 'a,b\n1,2\n3,x\n');
  const typed = csv(path, { header: true, columns: { b: 'f32' } });
  const unparsable = await failure(() => collect(typed));
  expect(unparsable).toMatchObject({ code: 'FORMAT' });
  expect(unparsable.message).toContain("bad.csv:3:3: column 'b'");
  expect(await failure(() => csv(join(folder, 'none.csv')))).toMatchObject({ code: 'IO' });
  expect((await failure(() => csv(path, { select: ['bb'] }))).message).toContain("nearest are 'b'");
  expect((await failure(() => counting(3).batch(0))).message).toContain('batch.size');
  expect((await failure(() => counting(3).batch(1.5))).code).toBe('OPTION');
  expect((await failure(() => counting(3).batch(2).shuffle())).message).toContain('before batch');
  expect((await failure(() => fromColumns({ a: [1], b: [1, 2] }))).code).toBe('SHAPE');
  expect((await failure(() => Encoder.fit([numeric('m')], counting(3)))).message).toContain("unknown column 'm'");
  expect(
    (await failure(() => Encoder.fit([categorical('n', { vocabulary: [1, 2] })], counting(3)).then((e) => e.encode({ n: [3] })))).code,
  ).toBe('OPTION');
  expect((await failure(() => counting(3).iterate({ state: counting(4).iterate().state }))).message).toContain('does not fit');
  expect((await failure(() => Encoder.fromJSON('{'))).code).toBe('FORMAT');
  // @ts-expect-error a misspelt option does not compile, and does not pass unseen either
  expect((await failure(() => csv(path, { delimeter: ';' }))).message).toContain('unknown field `delimeter`');
});
