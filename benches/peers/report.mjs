// From the turns of each cell to rows and to the table in benches/results.md.

import { median } from '../protocol.mjs';

/** Bytes that an Adam step over 10 million parameters must move: four arrays read, three written. */
const ADAM_BYTES = 7 * 4 * 10_000_000;

const medians = (turns) => Object.fromEntries(Object.entries(turns).map(([name, values]) => [name, median(values)]));

/** Ours against the best peer, above 1 = ours is better; null where one side is missing. */
function against(ours, peers, higher) {
  const figures = Object.values(peers);
  if (ours === undefined || figures.length === 0) return null;
  return higher ? ours / Math.max(...figures) : Math.min(...figures) / ours;
}

function row(name, unit, ours, peers, higher) {
  return { name, unit, ours: ours ?? null, peers, ratio: against(ours, peers, higher) };
}

function measured(cell, aside = []) {
  const { ours, ...peers } = medians(cell.turns);
  for (const name of aside) delete peers[name];
  const found = row(cell.name, cell.unit, ours, peers, cell.higher);
  return cell.bar === undefined ? found : { ...found, bar: cell.bar };
}

function geometricMean(name, rows) {
  const ratios = rows.map((r) => r.ratio);
  if (ratios.length === 0 || ratios.includes(null)) return [];
  const mean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
  return [{ name, unit: 'ratio', ours: mean, peers: { 'best of each cell': 1 }, ratio: mean }];
}

/** How many times longer a step takes over 10^7 rows than over 10^5. */
function growth(cells, prefix, threads) {
  const small = cells[`${prefix}.rows1e5.${threads}t`];
  const large = cells[`${prefix}.rows1e7.${threads}t`];
  if (!small || !large) return [];
  const [a, b] = [medians(small.turns), medians(large.turns)];
  const times = Object.fromEntries(
    Object.keys(b)
      .filter((k) => k in a)
      .map((k) => [k, b[k] / a[k]]),
  );
  const { ours, ...peers } = times;
  return [row(`${prefix}.growth.${threads}t`, 'times', ours, peers, false)];
}

function adamAside(cell) {
  const { ours, ...rest } = medians(cell.turns);
  if (ours === undefined) return [];
  const rows = [];
  if (rest['copy bandwidth'])
    rows.push(row(`${cell.name}.bandwidth`, 'GB/s', ADAM_BYTES / ours / 1e6, { 'copy bandwidth': rest['copy bandwidth'] }, true));
  if (rest['PyTorch foreach']) rows.push(row(`${cell.name}.foreach`, 'ms', ours, { 'PyTorch foreach': rest['PyTorch foreach'] }, false));
  return rows;
}

/** `{name, unit, ours, peers, ratio}` for each measured cell (and `bar` where it has one), and the rows that follow from several of them. */
export function rowsOf(cells, groups) {
  const rows = [];
  for (const group of groups) {
    for (const { name } of group.cells) if (cells[name]) rows.push(measured(cells[name], group.aside));
    if (group.name.startsWith('adam10m') && cells[group.name]) rows.push(...adamAside(cells[group.name]));
    if (group.name.startsWith('onetable')) rows.push(...growth(cells, group.name.slice(0, group.name.lastIndexOf('.')), group.threads));
    if (group.name === 'mlp' && cells['mlp.batch1']) {
      const { ours, 'onnxruntime-node': peer } = medians(cells['mlp.batch1'].turns);
      if (peer) rows.push(row('mlp.batch1.onnxruntime-node', 'us', ours, { 'onnxruntime-node': peer }, false));
    }
  }
  const recommenders = groups.filter((g) => /^(wdl|dlrm)\./.test(g.name)).flatMap((g) => g.cells.map((c) => c.name));
  const found = rows.filter((r) => recommenders.includes(r.name));
  if (found.length === recommenders.length) rows.push(...geometricMean('recommenders.mean', found));
  return rows;
}

const figure = (value) => {
  if (value === null || value === undefined) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return value.toPrecision(3);
};

/** The table as Markdown, with the machine's facts above it. */
export function markdown(rows, facts, cells) {
  const times = Object.values(cells)
    .map((c) => c.at)
    .sort();
  const loads = Object.values(cells).map((c) => c.load);
  const lines = [
    '# Ours against the peers',
    '',
    'Written by `npm run bench:peers`. Both sides take turns within a cell on the same cores; a figure is the median of its turns, a turn the median of its calls.',
    'The ratio is ours against the best peer: above 1, ours is better (for times, the peer took longer).',
    '',
    `- Processor: ${facts.processor}, ${facts.cores} cores, SIMD level ${facts.simd}, ${facts.memory} memory, ${facts.system}`,
    `- Versions: Node ${facts.node}, ${facts.rust}, ${facts.peers}`,
    `- Commit ${facts.commit}; measured ${times[0] ?? '–'} to ${times.at(-1) ?? '–'}; load of the machine when a cell began ${figure(Math.min(...loads))} to ${figure(Math.max(...loads))}; ${facts.pinned ? 'each program held to as many cores as it has threads' : 'programs not held to cores'}`,
    '',
    '| cell | unit | ours | ratio | best peer | other peers |',
    '|---|---|---:|---:|---|---|',
  ];
  for (const r of rows) {
    const higher = ['rows/s', 'GFLOP/s', 'GB/s', 'ratio'].includes(r.unit);
    const [best, ...others] = Object.entries(r.peers).sort((a, b) => (higher ? b[1] - a[1] : a[1] - b[1]));
    const cell = ([name, value]) => `${name} ${figure(value)}`;
    const bar = r.bar === undefined ? '–' : `bar: at ${higher ? 'least' : 'most'} ${figure(r.bar)}`;
    lines.push(
      `| ${r.name} | ${r.unit} | ${figure(r.ours)} | ${r.ratio === null ? '–' : r.ratio.toFixed(2)} | ${best ? cell(best) : bar} | ${others.map(cell).join(', ')} |`,
    );
  }
  const failed = Object.values(cells).flatMap((c) =>
    Object.entries(c.failed ?? {}).map(([name, why]) => `- ${c.name}, ${name}: ${why.replaceAll('\n', ' ').slice(0, 300)}`),
  );
  if (failed.length > 0) lines.push('', 'Not measured:', '', ...failed);
  return `${lines.join('\n')}\n`;
}
