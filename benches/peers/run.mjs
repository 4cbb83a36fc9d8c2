// `npm run bench:peers`: the same work by us and by TensorFlow, PyTorch, NumPy, onnxruntime and tfjs, taking turns.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { groups } from './cells.mjs';
import { Contender } from './contender.mjs';
import { facts, pinned } from './machine.mjs';
import { markdown, rowsOf } from './report.mjs';
import { setup } from './setup.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const stateFile = join(root, 'benches', '.state', 'peers.json');

const HELP = `npm run bench:peers -- [options]

  --json FILE       also write the rows {name, unit, ours, peers, ratio}; ratio above 1 = ours is better
  --only NAME,...   cells whose name begins with one of these (wdl, dlrm.b512, matmul.1024, adam10m, onetable, addchain, mlp, replay, memory)
  --fresh           forget what an interrupted run left
  --minutes N       stop measuring after so many minutes (default 50); run again to go on
  --rounds N        turns of each program in a cell (default 3 to 5)
  --list            print the cells and end
  --help

The peers are set up first (Python 3, about 6 GB in benches/.venv, kept). The table goes to benches/results.md.
Exit code: 0 all measured, 1 a program failed or ours is missing, 2 wrong options, 3 the set-up failed, 4 out of time.`;

const say = (text) => console.error(text);

function options() {
  try {
    return parseArgs({
      options: {
        json: { type: 'string' },
        only: { type: 'string' },
        fresh: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '50' },
        rounds: { type: 'string' },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    say(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

/** The groups with only the cells that `--only` names. */
function wanted(only) {
  if (!only) return groups;
  const names = only.split(',').filter(Boolean);
  const matches = (cell, name) => cell === name || cell.startsWith(`${name}.`);
  const unknown = names.filter((name) => !groups.some((g) => g.cells.some((c) => matches(c.name, name))));
  if (unknown.length > 0) {
    say(`no cell begins with ${unknown.join(', ')}; --list prints them`);
    process.exit(2);
  }
  return groups
    .map((g) => ({ ...g, cells: g.cells.filter((c) => names.some((name) => matches(c.name, name))) }))
    .filter((g) => g.cells.length > 0);
}

/** What an interrupted run of the same cells on the same commit left; nothing otherwise. */
function resumed(key, fresh) {
  if (fresh || !existsSync(stateFile)) return { key, finished: false, cells: {} };
  const old = JSON.parse(readFileSync(stateFile, 'utf8'));
  return old.key === key && !old.finished ? old : { key, finished: false, cells: {} };
}

function save(state) {
  mkdirSync(dirname(stateFile), { recursive: true });
  writeFileSync(`${stateFile}.tmp`, JSON.stringify(state));
  renameSync(`${stateFile}.tmp`, stateFile);
}

/** Builds the Rust side of ours; the TypeScript side is what `npm run build` made. */
function build() {
  if (!existsSync(join(root, 'benches', 'Cargo.toml'))) return;
  const built = spawnSync('cargo', ['build', '--release', '-q', '-p', 'talray-benches', '--bin', 'talray-bench-peers'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (built.status !== 0) throw new Error('cargo could not build talray-bench-peers');
}

/** Starts the programs of a group one after another, so that none disturbs another's start. */
async function start(group, failed) {
  const started = [];
  for (const [name, [command, args, own]] of Object.entries(group.programs)) {
    const held = pinned(command, [...args, '--threads', String(group.threads)], group.threads);
    const contender = new Contender(name, held, { cwd: root, env: { TALRAY_THREADS: String(group.threads), ...group.env, ...own } });
    try {
      await contender.ready();
      started.push(contender);
      say(`  ${group.name}: ${name} is ready`);
    } catch (error) {
      failed[name] = error.message;
      say(`  ${group.name}: ${name} failed to start: ${error.message}`);
      await contender.stop();
    }
  }
  return started;
}

async function measure(group, cell, contenders, failed, rounds) {
  const turns = {};
  const alive = new Set(contenders);
  const turn = async (contender, seconds) => {
    try {
      return await contender.measure(cell.params, seconds);
    } catch (error) {
      failed[contender.name] = error.message;
      alive.delete(contender);
      delete turns[contender.name];
      say(`  ${cell.name}: ${contender.name} failed: ${error.message}`);
      return undefined;
    }
  };
  for (const contender of contenders) await turn(contender, 0);
  for (let round = 0; round < rounds; round++) {
    // Every other round runs backwards, so that nobody always follows the same program.
    const order = [...alive];
    if (round % 2) order.reverse();
    for (const contender of order) {
      const answer = await turn(contender, group.seconds);
      if (answer) (turns[contender.name] ??= []).push(answer.value);
    }
  }
  return turns;
}

async function main() {
  const values = options();
  if (values.help) return void console.log(HELP);
  const chosen = wanted(values.only);
  const names = chosen.flatMap((g) => g.cells.map((c) => c.name));
  if (values.list) return void console.log(names.join('\n'));
  const minutes = Number(values.minutes);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (!(minutes > 0) || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
    say(`--minutes and --rounds are positive numbers, got ${values.minutes} and ${values.rounds}`);
    process.exit(2);
  }
  try {
    setup(say);
    build();
  } catch (error) {
    say(error.message);
    process.exit(3);
  }
  const about = facts();
  const state = resumed(JSON.stringify([about.processor, about.commit, names]), values.fresh);
  const done = Object.keys(state.cells).length;
  say(done > 0 ? `going on: ${done} of ${names.length} cells are measured` : `${names.length} cells to measure`);
  const report = () => {
    const rows = rowsOf(state.cells, groups);
    if (values.json) writeFileSync(values.json, `${JSON.stringify(rows, null, 1)}\n`);
    // A few cells alone never replace the whole table.
    if (!values.only) writeFileSync(join(root, 'benches', 'results.md'), markdown(rows, about, state.cells));
    return rows;
  };

  const began = Date.now();
  const late = () => Date.now() - began > minutes * 60e3;
  for (const group of chosen) {
    const open = group.cells.filter((c) => !state.cells[c.name]);
    if (open.length === 0 || late()) continue;
    const broken = {};
    const contenders = await start(group, broken);
    try {
      for (const cell of open) {
        if (late()) break;
        const load = os.loadavg()[0];
        const failed = { ...broken };
        const alive = contenders.filter((c) => !(c.name in broken));
        const turns = await measure(group, cell, alive, failed, rounds ?? group.rounds);
        state.cells[cell.name] = { ...cell, turns, failed, load, at: new Date().toISOString().slice(0, 16).replace('T', ' ') };
        save(state);
        const row = report().find((r) => r.name === cell.name);
        say(
          `[${Object.keys(state.cells).length}/${names.length}, ${Math.round((Date.now() - began) / 60e3)} min] ${cell.name}: ours ${row.ours?.toPrecision(4) ?? 'missing'} ${cell.unit}, ratio ${row.ratio?.toFixed(2) ?? '–'}`,
        );
      }
    } finally {
      await Promise.all(contenders.map((c) => c.stop()));
    }
  }
  state.finished = names.every((name) => state.cells[name]);
  save(state);
  const rows = report();
  if (values.only) console.log(markdown(rows, about, state.cells));
  else say('the table is in benches/results.md');
  if (!state.finished) {
    say(`out of time after ${minutes} minutes; run again to measure the rest`);
    process.exitCode = 4;
  } else if (Object.values(state.cells).some((c) => Object.keys(c.failed).length > 0)) {
    process.exitCode = 1;
  }
}

await main();
