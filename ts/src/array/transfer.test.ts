import { describe, expect, it } from 'vitest';
import { add, memory, scope, tensor, zeros } from '../index.js';

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

describe('elements on their way', () => {
  it('arrive unchanged on both sides of the length up to which they travel in the words', async () => {
    const same = (a: ArrayBufferView, b: ArrayBufferView) => expect(Buffer.compare(bytesOf(a), bytesOf(b))).toBe(0);
    for (const length of [0, 1, 63, 64, 65, 4063, 4064, 4065, 4096, 4097, 8127, 8128, 8129, 8192, 8193, 20_000]) {
      const floats = Float32Array.from({ length }, (_, i) => i / 3);
      const doubles = Float64Array.from({ length }, (_, i) => i / 7);
      const longs = BigInt64Array.from({ length }, (_, i) => -(2n ** 60n) + BigInt(i));
      for (const elements of [floats, doubles, longs]) {
        const t = tensor(elements);
        same(t.dataSync(), elements);
        same(await t.data(), elements);
      }
    }
  });

  it('are of their own: later calls do not change what was read', () => {
    const first = tensor([1, 2, 3]).dataSync();
    tensor([4, 5, 6]).dataSync();
    expect([...first]).toEqual([1, 2, 3]);
  });

  it('may be plain arguments of an op whose request is being written', () => {
    const sum = add([1, 2, 3], new Float32Array([10, 20, 30]));
    expect([...sum.dataSync()]).toEqual([11, 22, 33]);
    expect(() => add([1, 2, 3], [1, 2])).toThrow(/broadcast/);
    expect([...add([1, 2], 1).dataSync()]).toEqual([2, 3]);
  });
});

describe('handles on their way back', () => {
  it('are all freed when a scope made more of them than one call takes', () => {
    const before = memory().handles;
    scope(() => {
      for (let i = 0; i < 10_000; i++) tensor(i);
    });
    expect(memory().handles).toBe(before);
  });
});

describe('the garbage collector', () => {
  it('takes large tensors that nobody holds in time, though they take little of its own heap', async () => {
    const bytes = 16 << 20;
    let most = 0;
    for (let i = 0; i < 64; i++) {
      const large = zeros([bytes], { dtype: 'u8' }).add(1);
      await large.max().data();
      await new Promise((go) => setImmediate(go));
      most = Math.max(most, memory().live);
    }
    expect(most).toBeLessThan(32 * bytes);
  });
});
