// Exact AUC, over everything or a group (user, query) at a time.
import { TalrayError, tensor, type TensorLike } from '../index.js';
import { HostMetric, type HostBatch } from './host-metric.js';

/**
 * The area under the ROC curve: the probability that a positive is ranked above a negative, ties counted half. Weights
 * default to 1. NaN where there is no positive or no negative.
 */
export function exactAuc(labels: ArrayLike<number>, scores: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [negatives, positives, area, i] = [0, 0, 0, 0];
  while (i < order.length) {
    let [tiedNegatives, tiedPositives] = [0, 0];
    const score = scores[order[i]!]!;
    for (; i < order.length && scores[order[i]!]! === score; i++) {
      const weight = weights?.[order[i]!] ?? 1;
      if (labels[order[i]!]! > 0.5) tiedPositives += weight;
      else tiedNegatives += weight;
    }
    area += tiedPositives * (negatives + tiedNegatives / 2);
    negatives += tiedNegatives;
    positives += tiedPositives;
  }
  return area / (negatives * positives);
}

/** Options of {@link GroupedAuc}. */
export interface GroupedAucOptions {
  /** Default `'groupedAuc'`. */
  name?: string;
  /** The group of each example, from the features that were fed; default: all examples are one group. */
  group?: (x: never) => TensorLike | readonly string[];
  /** How groups are averaged: by their examples (`'size'`, Zhou et al. 2018) or evenly. Default `'size'`. */
  average?: 'size' | 'even';
}

/** The mean AUC of groups; groups of one class only are left out. 0 while there is none. Exact: it keeps every score. */
export class GroupedAuc extends HostMetric {
  readonly #groups = new Map<string | number | bigint, { labels: number[]; scores: number[]; weights: number[] }>();

  constructor(private readonly options: GroupedAucOptions = {}) {
    super(options.name ?? 'groupedAuc');
  }

  async updateState({ x, yTrue, yPred, sampleWeight }: HostBatch): Promise<void> {
    const [labels, scores] = (await Promise.all([yTrue.data(), yPred.data()])) as [ArrayLike<number>, ArrayLike<number>];
    const weights = sampleWeight === undefined ? undefined : ((await sampleWeight.data()) as ArrayLike<number>);
    const keys = await this.#keys(x, scores.length);
    if (labels.length !== scores.length)
      throw new TalrayError('SHAPE', `${this.name}: ${labels.length} targets for ${scores.length} predictions`);
    for (let i = 0; i < scores.length; i++) {
      const key = keys?.[i] ?? 0;
      let group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, (group = { labels: [], scores: [], weights: [] }));
      group.labels.push(Number(labels[i]));
      group.scores.push(Number(scores[i]));
      group.weights.push(Number(weights?.[i] ?? 1));
    }
  }

  result(): number {
    let [total, count] = [0, 0];
    for (const { labels, scores, weights } of this.#groups.values()) {
      const auc = exactAuc(labels, scores, weights);
      if (Number.isNaN(auc)) continue;
      const size = this.options.average === 'even' ? 1 : weights.reduce((a, b) => a + b, 0);
      total += size * auc;
      count += size;
    }
    return count === 0 ? 0 : total / count;
  }

  reset(): void {
    this.#groups.clear();
  }

  async #keys(x: unknown, count: number): Promise<ArrayLike<string | number | bigint> | undefined> {
    if (this.options.group === undefined) return undefined;
    const given = this.options.group(x as never);
    const keys = isStrings(given) ? given : ((await tensor(given).data()) as ArrayLike<number | bigint>);
    if (keys.length !== count) throw new TalrayError('SHAPE', `${this.name}: ${keys.length} groups for ${count} predictions`);
    return keys;
  }
}

function isStrings(given: TensorLike | readonly string[]): given is readonly string[] {
  return Array.isArray(given) && typeof given[0] === 'string';
}
