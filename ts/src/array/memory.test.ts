// Memory: what is live stays constant in long runs, and a limit is an error that leaves the engine alive.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { MeanAbsoluteError } from '../metrics/index.js';
import { meanSquaredError } from '../losses/index.js';
import { Dense } from '../nn/index.js';
import { Adam } from '../optimizers/index.js';
import { Sequential } from '../train/index.js';
import {
  add,
  devices,
  grad,
  jit,
  memory,
  mul,
  scan,
  scope,
  setDevice,
  setMemoryLimit,
  type TalrayError,
  type Tensor,
  tensor,
  trimMemory,
  Variable,
} from '../index.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const held = (): { handles: number; live: number; buffers: number } => {
  const { handles, live, buffers } = memory();
  return { handles, live, buffers };
};

describe('a long run', () => {
  it('keeps handles and bytes constant over a million synchronous steps', () => {
    const x = tensor([1, 2, 3]);
    const total = new Variable(0);
    const step = (): void =>
      scope(() => {
        total.assign(add(mul(x, 0.5).sum(), total.value));
      });
    for (let i = 0; i < 1000; i++) step();
    total.dataSync();
    const before = held();
    for (let i = 0; i < 1_000_000; i++) {
      step();
      if (i % 1000 === 0) total.dataSync();
    }
    total.dataSync();
    expect(held()).toEqual(before);
  }, 300_000);

  it('frees what the garbage collector takes, and what a scope returned, but nothing that is held', async () => {
    const held = tensor([1, 2, 3]);
    for (let turn = 0; turn < 3; turn++) {
      const before = memory().handles;
      for (let i = 0; i < 20_000; i++) {
        const kept = scope(() => held.add(i).mul(2));
        if (i % 2 === 0) kept.dispose();
      }
      held.add(0).dataSync();
      // Finalizers run between tasks, some time after a collection.
      for (let wait = 0; wait < 200 && memory().handles > before + 5_000; wait++) {
        collectGarbage();
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      expect(memory().handles).toBeLessThan(before + 5_000);
    }
    expect(await held.array()).toEqual([1, 2, 3]);
  }, 60_000);

  it('frees what a gradient left behind inside a scope', async () => {
    const before = memory().handles;
    const slope = grad((w: Tensor) => w.square().mul(3).sum());
    for (let i = 0; i < 5_000; i++) scope(() => slope(tensor([1, 2, 3])).dataSync());
    for (let wait = 0; wait < 200 && memory().handles > before + 5_000; wait++) {
      collectGarbage();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(memory().handles).toBeLessThan(before + 5_000);
  }, 60_000);

  it('keeps handles and bytes constant over a long fit', async () => {
    const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
    const y = x.map(([a, b]) => [a! - b!]);
    const model = new Sequential([new Dense(4), new Dense(1)]);
    model.compile({ optimizer: new Adam(0.01), loss: meanSquaredError, metrics: [new MeanAbsoluteError()] });
    const train = (epochs: number) => model.fit(x, y, { epochs, batchSize: 8, verbose: 0, shuffle: false });
    await train(3);
    const before = held();
    await train(300);
    const after = held();
    expect(after.handles - before.handles).toBeLessThan(10);
    expect(after.buffers - before.buffers).toBeLessThan(10);
    expect(after.live - before.live).toBeLessThan(10_000);
  }, 120_000);
});

describe('a scan', () => {
  it('has its results in memory once, and its state in place', async () => {
    const [turns, size] = [64, 4096];
    const ones = tensor(new Float32Array(turns).fill(1));
    const turn = (state: Tensor, x: Tensor): [Tensor, Tensor] => [state.add(x), state.mul(2)];
    const run = jit((start: Tensor) => scan(turn, start, ones));
    const start = tensor(new Float32Array(size));
    for (const t of run(start)) {
      await (t as Tensor).data();
      (t as Tensor).dispose();
    }
    trimMemory();
    const before = memory().live;
    const [state, results] = run(start) as [Tensor, Tensor];
    expect((await state.data())[7]).toBe(turns);
    expect((await results.data())[size + 7]).toBe(2);
    // All results, and a few of the size of a turn's.
    expect(memory().peak - before).toBeLessThan((turns + 6) * size * 4);
    for (const t of [state, results, start, ones]) t.dispose();
    run.clear();
  });
});

describe('a memory limit', () => {
  it('is an error that names the largest live tensors, and the engine goes on', async () => {
    trimMemory();
    const big = new Variable(tensor(new Float32Array(1 << 20)), { name: 'big table' });
    const other = tensor(new Float32Array(1 << 18)).add(1);
    await other.data();
    setMemoryLimit(memory().live + (1 << 20));
    try {
      const failed = await big.value
        .add(1)
        .data()
        .then(
          () => undefined,
          (e: TalrayError) => e,
        );
      expect(failed).toMatchObject({ name: 'TalrayError', code: 'MEMORY' });
      expect(failed!.message).toMatch(
        /of the limit of \d+ bytes are in use.*largest live tensors are variable big table f32\[1048576\] \(4194304 bytes\), .*a tensor f32\[262144\]/,
      );
      expect(() => tensor(new Float32Array(1 << 20))).toThrow(/largest live tensors are variable big table/);
      expect(await tensor([1, 2]).add(1).array()).toEqual([2, 3]);
    } finally {
      setMemoryLimit(0);
    }
    expect((await big.value.add(1).data())[5]).toBe(1);
    other.dispose();
  });
});

describe('a step that runs out of memory', () => {
  it('before it writes leaves its variables, and can be run again', async () => {
    trimMemory();
    const w = new Variable(tensor(new Float32Array(1 << 18)), { name: 'w' });
    const step = jit((x: Tensor) => {
      const big = x
        .reshape([-1, 1])
        .mul(tensor(new Float32Array(64)))
        .sum({ axis: 1 });
      w.assign(w.value.add(1).add(big));
      return w.value.mean();
    });
    const x = tensor(new Float32Array(1 << 18)).add(1);
    step(x).dispose();
    await w.data();
    setMemoryLimit(memory().live + 1000);
    try {
      const failed = await step(x)
        .item()
        .then(
          () => undefined,
          (e: TalrayError) => e,
        );
      expect(failed).toMatchObject({ code: 'MEMORY' });
    } finally {
      setMemoryLimit(0);
    }
    expect((await w.data())[7]).toBe(1);
    expect(await step(x).item()).toBe(2);
  });

  it('where somebody holds an old value that it would replace says so, and hangs nobody', async () => {
    trimMemory();
    const w = new Variable(tensor(new Float32Array(1 << 18)).add(1), { name: 'w' });
    const step = jit(() => {
      w.assign(w.value.add(1));
      return tensor(0).add(1);
    });
    step().dispose();
    const held = w.value;
    await held.data();
    setMemoryLimit(memory().live + 1000);
    try {
      step().dispose();
      const failed = await w.data().then(
        (data) => data[3],
        (e: TalrayError) => e.code,
      );
      // The old value, or the reason why there is none.
      expect([2, 'MEMORY']).toContain(failed);
    } finally {
      setMemoryLimit(0);
    }
    expect((await held.data())[3]).toBe(2);
    w.assign(held);
    expect(await step().item()).toBe(1);
    expect((await w.data())[3]).toBe(3);
  }, 20_000);
});

describe('a step whose variables are held', () => {
  it.each([
    ['on the calling thread', 1],
    ['queued', 256],
  ])('and that runs out of memory at any of the copies it needs has written all or none, %s', async (_, scale) => {
    const lengths = [3 * scale, 1024 * scale, 512 * scale, 2048 * scale];
    const variables = lengths.map((n, i) => new Variable(tensor(new Float32Array(n)), { name: `v${i}` }));
    const step = jit(() => {
      for (const v of variables) v.assign(v.value.add(1));
      return tensor(40).add(2);
    });
    expect(await step().item()).toBe(42);
    const first = async () => {
      const all = await Promise.all(variables.map((v) => v.data()));
      expect(all.every((data) => data.every((x) => x === data[0]))).toBe(true);
      return all.map((data) => data[0]);
    };
    let failures = 0;
    for (let room = 1; ; room += 500 * scale) {
      // Somebody holds every old value, so that none can be written where it lies.
      const held = variables.map((v) => v.value);
      expect(await first()).toEqual([1, 1, 1, 1]);
      trimMemory();
      setMemoryLimit(memory().live + room);
      const outcome = await step()
        .item()
        .then(
          (value) => value,
          (e: TalrayError) => e.code,
        )
        .finally(() => setMemoryLimit(0));
      for (const old of held) expect((await old.data())[0]).toBe(1);
      for (const old of held) old.dispose();
      if (outcome === 42) break;
      expect(outcome).toBe('MEMORY');
      failures += 1;
    }
    expect(failures).toBeGreaterThan(20);
    expect(await first()).toEqual([2, 2, 2, 2]);
  });
});

describe('a device that is not there', () => {
  it('is DEVICE and says what there is', async () => {
    await setDevice('cpu', { fallback: false });
    expect(devices()).toEqual(['cpu']);
    const failed = await setDevice('webgpu').then(
      () => undefined,
      (e: TalrayError) => e,
    );
    expect(failed).toMatchObject({ code: 'DEVICE' });
    expect(failed!.message).toMatch(/webgpu.*there is: cpu/);
  });
});
