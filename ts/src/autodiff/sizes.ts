// Sizes that differ from call to call: which of them become symbols, and which sizes fit a recording with symbols.

/** Sizes of all tensors of a call, one after another; in a pattern −1 − n stands for symbol n. */
export type Sizes = readonly number[];

/**
 * The pattern in which what differs between two calls is a symbol: one symbol for what was equal in both. `undefined` where
 * nothing differs, or where a size of 0 or 1 is involved (these broadcast, or are nothing).
 */
export function patternOf(before: Sizes, now: Sizes): Sizes | undefined {
  const symbols = new Map<string, number>();
  let special = false;
  const pattern = now.map((size, i) => {
    const old = before[i] as number;
    if (old === size) return size;
    if (old < 2 || size < 2) special = true;
    const pair = `${old},${size}`;
    if (!symbols.has(pair)) symbols.set(pair, symbols.size);
    return -1 - (symbols.get(pair) as number);
  });
  return symbols.size === 0 || special ? undefined : pattern;
}

/** Do these sizes fit the pattern? Equal symbols need equal sizes, of at least 2. */
export function fits(pattern: Sizes, sizes: Sizes): boolean {
  const bound = new Map<number, number>();
  return pattern.every((wanted, i) => {
    const size = sizes[i] as number;
    if (wanted >= 0) return wanted === size;
    const known = bound.get(wanted);
    bound.set(wanted, size);
    return size >= 2 && (known === undefined || known === size);
  });
}
