// KeyIndex against a Map, over growth, negative and large keys.
import { describe, expect, it } from 'vitest';
import { KeyIndex } from './key-index.js';

const some = (n: number): bigint[] =>
  Array.from({ length: n }, (_, i) => BigInt.asIntN(64, BigInt((i * i * 7919) % 5003) * 0x9e3779b97f4a7c15n));

describe('KeyIndex', () => {
  it('gives each key its place in order of first sight', () => {
    const index = new KeyIndex();
    const wanted = new Map<bigint, number>();
    for (const key of some(20_000)) if (!wanted.has(key)) wanted.set(key, wanted.size + 1);
    index.add(BigInt64Array.from(some(20_000)));
    expect(index.rows).toBe(wanted.size + 1);
    const keys = [...wanted.keys(), 12345n];
    const out = new Int32Array(keys.length);
    index.lookup(BigInt64Array.from(keys), out);
    expect([...out]).toEqual([...wanted.values(), 0]);
    expect([...index.keys()]).toEqual([...wanted.keys()]);
  });

  it('writes with stride and offset', () => {
    const index = KeyIndex.of(BigInt64Array.of(5n, -1n, 1n << 62n));
    const out = new Int32Array(6);
    index.lookup(BigInt64Array.of(1n << 62n, 7n, -1n), out, 1, 2, 10);
    expect([...out]).toEqual([0, 13, 0, 10, 0, 12]);
  });

  it('keeps frequent keys and refuses repeated ones', () => {
    const index = new KeyIndex();
    index.add(BigInt64Array.of(1n, 2n, 1n, 3n, 3n, 3n));
    expect([...index.frequent(2).keys()]).toEqual([1n, 3n]);
    expect(() => KeyIndex.of(BigInt64Array.of(4n, 4n))).toThrow(/only 1 different/);
  });
});
