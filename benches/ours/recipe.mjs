// The rows of benches/peers/recipe.py in JavaScript: the same numbers from the same seeds. 64-bit words are pairs of 32-bit ones.

const SEED = 2021n;
const GOLDEN = 0x9e3779b97f4a7c15n;
const MASK = (1n << 64n) - 1n;

/** Dense columns of a Criteo row. */
export const DENSE = 13;

/** Rows of each of the 26 tables: Criteo Kaggle's cardinalities, capped at a million. */
export const CARDINALITIES = [
  1460, 583, 1000000, 1000000, 305, 24, 12517, 633, 3, 93145, 5683, 1000000, 3194, 27, 14992, 1000000, 10, 5652, 2173, 4, 1000000, 18, 15,
  286181, 105, 142572,
];

let high = 0;
let low = 0;

/** (high, low) *= (bh, bl), modulo 2^64. */
function multiply(bh, bl) {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = bl & 0xffff;
  const b1 = bl >>> 16;
  const p00 = a0 * b0;
  const middle = a0 * b1 + a1 * b0 + Math.floor(p00 / 65536);
  const h = a1 * b1 + Math.floor(middle / 65536) + (Math.imul(low, bh) >>> 0) + (Math.imul(high, bl) >>> 0);
  low = (((middle % 65536) << 16) | (p00 & 0xffff)) >>> 0;
  high = h >>> 0;
  if (h > 0xffffffff) high = h % 4294967296;
}

/** (high, low) ^= (high, low) >> n, for 0 < n < 32. */
function foldRight(n) {
  low = (low ^ ((low >>> n) | (high << (32 - n)))) >>> 0;
  high = (high ^ (high >>> n)) >>> 0;
}

/** The finaliser of SplitMix64 on (high, low). */
function mix() {
  foldRight(30);
  multiply(0xbf58476d, 0x1ce4e5b9);
  foldRight(27);
  multiply(0x94d049bb, 0x133111eb);
  foldRight(31);
}

const keys = new Map();

/** The mixed seed of a stream, as [high, low]. */
function keyOf(stream) {
  let key = keys.get(stream);
  if (key === undefined) {
    const seeded = (SEED * GOLDEN + BigInt(stream)) & MASK;
    high = Number(seeded >> 32n);
    low = Number(seeded & 0xffffffffn);
    mix();
    key = [high, low];
    keys.set(stream, key);
  }
  return key;
}

/** A uniform number in [0, 1) for counter `i` (below 2^32) of a stream. */
export function unit(stream, i) {
  const [keyHigh, keyLow] = keyOf(stream);
  high = 0;
  low = (i + 1) >>> 0;
  multiply(0x9e3779b9, 0x7f4a7c15);
  const sum = low + keyLow;
  low = sum >>> 0;
  high = (high + keyHigh + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  mix();
  return (high * 2 ** 21 + (low >>> 11)) * 2 ** -53;
}

/** An id below `size`: Zipf rank (exponent 1.05) of a uniform number, spread by a bijection. */
export function zipfId(u, size) {
  const a = 1 - 1.05;
  const from = 0.5 ** a;
  const to = (size + 0.5) ** a;
  const rank = Math.min(Math.max(Math.floor((from + u * (to - from)) ** (1 / a) + 0.5) - 1, 0), size - 1);
  return (rank * (2654435761 % size)) % size;
}

/** Rows `start` to `start + count`: dense [count, 13], ids [count, 26] row by row, label [count]. */
export function criteo(start, count) {
  const fields = CARDINALITIES.length;
  const dense = new Float32Array(count * DENSE);
  const ids = new Int32Array(count * fields);
  const label = new Float32Array(count);
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < DENSE; j++) dense[r * DENSE + j] = unit(100 + j, start + r);
    for (let f = 0; f < fields; f++) ids[r * fields + f] = zipfId(unit(200 + f, start + r), CARDINALITIES[f]);
    label[r] = unit(300, start + r) < 0.25 ? 1 : 0;
  }
  return { dense, ids, label };
}

/** Rows of the one-table model: ids [count, 26] below `size`, label [count]. */
export function oneTable(start, count, size) {
  const ids = Int32Array.from({ length: count * 26 }, (_, k) => zipfId(unit(500, start * 26 + k), size));
  return { ids, label: Float32Array.from({ length: count }, (_, r) => (unit(300, start + r) < 0.25 ? 1 : 0)) };
}

/** `number` batches in a row from `rows(start, count)`. */
export function batches(rows, batch, number = 16) {
  return Array.from({ length: number }, (_, i) => rows(i * batch, batch));
}
