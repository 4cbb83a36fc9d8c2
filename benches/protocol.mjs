// How a benchmark program in Node is run: the same flags, requests and answers as benches/peers/protocol.py, for ours and for peers.

import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const WARM_CALLS = 3;

/** The middle value of a list of numbers. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

async function timeCalls(step, seconds) {
  const calls = [];
  const end = performance.now() + seconds * 1e3;
  // A step that returns no promise is timed without an await, which would cost as much as a small call.
  while (calls.length < 3 || performance.now() < end) {
    const start = performance.now();
    const pending = step();
    if (pending instanceof Promise) await pending;
    calls.push((performance.now() - start) / 1e3);
  }
  return calls;
}

/**
 * The number of threads to run on, of which the engine hears through `TALRAY_THREADS` before it starts: where it was not
 * told, the program is run again with it told.
 */
function threadsOf({ framework, threads: asked }) {
  const told = framework === 'talray' ? process.env.TALRAY_THREADS : undefined;
  const threads = asked ?? told ?? '1';
  if (told !== undefined && Number(told) !== Number(threads)) {
    throw new Error(`--threads is ${threads}, but TALRAY_THREADS is ${told}: leave one of them out`);
  }
  if (framework === 'talray' && told === undefined) {
    const env = { ...process.env, TALRAY_THREADS: threads };
    process.exit(spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { env, stdio: 'inherit' }).status ?? 1);
  }
  return Number(threads);
}

/**
 * Runs a workload as the command line says.
 *
 * `options` are further `parseArgs` options; `make(values)` returns `case(params)`, which builds one case and returns
 * `{step, value, unit}`: one call of the work, the figure for its median seconds, and the figure's unit. `params(values)` are
 * the case's parameters without `--serve`.
 */
export async function main({ options = {}, make, params = () => ({}) }) {
  const { values } = parseArgs({
    options: {
      framework: { type: 'string', default: 'talray' },
      mode: { type: 'string', default: 'plain' },
      threads: { type: 'string' },
      seconds: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      serve: { type: 'boolean', default: false },
      ...options,
    },
  });
  const threads = threadsOf(values);
  const build = await make(values);
  const cases = new Map();
  const measure = async (wanted, seconds) => {
    const key = JSON.stringify(wanted);
    if (!cases.has(key)) {
      const made = await build(wanted);
      for (let i = 0; i < WARM_CALLS; i++) await made.step();
      cases.set(key, made);
    }
    const { step, value, unit } = cases.get(key);
    if (seconds <= 0) return { warm: true };
    const calls = await timeCalls(step, seconds);
    return { value: value(median(calls)), unit, calls: calls.length, best: value(Math.min(...calls.slice(0, 100_000))) };
  };
  const about = { framework: values.framework, mode: values.mode, threads };
  const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (!values.serve) {
    const wanted = params(values);
    const result = await measure(wanted, Number(values.seconds));
    if (values.json) say({ ...about, params: wanted, ...result });
    else console.log(`${result.value.toPrecision(6)} ${result.unit}`);
    return;
  }
  say({ ready: true, ...about });
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    try {
      const request = JSON.parse(line);
      say(await measure(request.params ?? params(values), request.seconds ?? Number(values.seconds)));
    } catch (error) {
      say({ error: `${error.name}: ${error.message}` });
    }
  }
}
