// From 64-bit keys to places in a table, in order of first sight. A hash table over typed arrays: no bigint is made.
import { TalrayError } from '../index.js';

/** Keys that were seen, each with its place from 1; 0 stands for all others. */
export class KeyIndex {
  #slots = new Int32Array(1024);
  #low = new Uint32Array(512);
  #high = new Uint32Array(512);
  #counts = new Float64Array(512);
  #size = 0;

  /** Places in use, that of unknown keys included. */
  get rows(): number {
    return this.#size + 1;
  }

  /** Notes keys; each new one gets the next place. */
  add(keys: BigInt64Array): void {
    const words = wordsOf(keys);
    for (let i = 0; i < words.length; i += 2) {
      const [low, high] = [words[i]!, words[i + 1]!];
      const slot = this.#find(low, high);
      const place = this.#slots[slot]!;
      if (place === 0) this.#insert(slot, low, high);
      else this.#counts[place - 1]! += 1;
    }
  }

  /** The place of each key, into `out` from `at` on, `stride` apart. */
  lookup(keys: BigInt64Array, out: Int32Array, at = 0, stride = 1, offset = 0): void {
    const words = wordsOf(keys);
    for (let i = 0, to = at; i < words.length; i += 2, to += stride) out[to] = offset + this.#slots[this.#find(words[i]!, words[i + 1]!)]!;
  }

  /** The keys in the order of their places. */
  keys(): BigInt64Array {
    const words = new Uint32Array(2 * this.#size);
    for (let i = 0; i < this.#size; i++) [words[2 * i], words[2 * i + 1]] = [this.#low[i]!, this.#high[i]!];
    return new BigInt64Array(words.buffer);
  }

  /** Those of the keys that were noted at least `count` times, with new places in the same order. */
  frequent(count: number): KeyIndex {
    const kept = this.keys().filter((_, i) => this.#counts[i]! >= count);
    return KeyIndex.of(kept);
  }

  /** An index of distinct keys in the order of their places. */
  static of(keys: BigInt64Array): KeyIndex {
    const index = new KeyIndex();
    index.add(keys);
    if (index.#size !== keys.length)
      throw new TalrayError('FORMAT', `an index of ${keys.length} keys holds only ${index.#size} different ones`);
    return index;
  }

  /** The slot of a key, or the empty one where it belongs. */
  #find(low: number, high: number): number {
    const mask = this.#slots.length - 1;
    let slot = mixed(low, high) & mask;
    for (;;) {
      const place = this.#slots[slot]!;
      if (place === 0 || (this.#low[place - 1] === low && this.#high[place - 1] === high)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #insert(slot: number, low: number, high: number): void {
    if (this.#size === this.#low.length) this.#grow();
    [this.#low[this.#size], this.#high[this.#size], this.#counts[this.#size]] = [low, high, 1];
    this.#size += 1;
    const at = this.#size * 2 > this.#slots.length ? this.#rehash(low, high) : slot;
    this.#slots[at] = this.#size;
  }

  #grow(): void {
    const longer = <T extends Uint32Array | Float64Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const length = 2 * this.#low.length;
    this.#low = longer(this.#low, new Uint32Array(length));
    this.#high = longer(this.#high, new Uint32Array(length));
    this.#counts = longer(this.#counts, new Float64Array(length));
  }

  /** Doubles the slots, and gives the slot for the key that is being inserted. */
  #rehash(low: number, high: number): number {
    const old = this.#size - 1;
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let i = 0; i < old; i++) this.#slots[this.#find(this.#low[i]!, this.#high[i]!)] = i + 1;
    return this.#find(low, high);
  }
}

function wordsOf(keys: BigInt64Array): Uint32Array {
  return new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length);
}

function mixed(low: number, high: number): number {
  let h = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0xc2b2ae35);
  return h ^ (h >>> 13);
}
