// Memory of training: the peak of one step against what it has to hold, and how much the process grows over 1,000 steps.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memory, trimMemory } from 'talray';
import { main, median } from '../protocol.mjs';
import { training } from './models.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Steps over which growth is measured. */
const STEPS = 1000;

async function train({ step, x, y }) {
  const loss = step(x, y);
  const value = await loss.item();
  loss.dispose();
  return value;
}

/** The bytes that a plan's text lists, by name. */
function listed(text) {
  const line = text.split('\n').find((line) => line.startsWith('bytes: ')) ?? '';
  return Object.fromEntries([...line.matchAll(/([a-z][a-z ]*) (\d+)/g)].map(([, name, bytes]) => [name, Number(bytes)]));
}

/**
 * The most bytes that are live during a step, against the sum of parameters, slots, gradients, saved activations and the
 * inputs and outputs of the largest kernel, as `explain()` lists them.
 */
async function peak({ model, batch }) {
  const others = memory().live;
  const trained = training(model, batch);
  let ratio = 0;
  await train(trained);
  const bytes = listed(trained.step.explain(trained.x, trained.y));
  const held = ['parameters', 'slots', 'gradients', 'saved activations', 'largest kernel'].reduce((sum, name) => sum + bytes[name], 0);
  return {
    step: async () => {
      trimMemory();
      await train(trained);
      ratio = (memory().peak - others) / held;
    },
    value: () => ratio,
    unit: 'times',
  };
}

/** Resident bytes of the process, and those that JavaScript's heap has, once garbage is collected: medians of some readings. */
async function resident() {
  const readings = [];
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
    readings.push(process.memoryUsage());
  }
  return { all: median(readings.map(({ rss }) => rss)), heap: median(readings.map(({ heapTotal, external }) => heapTotal + external)) };
}

/** By how many percent the process grows over 1,000 steps, beyond what JavaScript's heap does. */
async function growth({ model, batch }) {
  const trained = training(model, batch);
  const grown = [];
  let before;
  return {
    step: async () => {
      for (let i = 0; i < STEPS; i++) await train(trained);
      const after = await resident();
      if (before !== undefined) {
        // A heap that shrinks may leave its pages with the process, so only its growth is taken off.
        const heap = Math.max(0, after.heap - before.heap);
        grown.push(((after.all - before.all - heap) / before.all) * 100);
      }
      before = after;
    },
    value: () => median(grown),
    unit: '%',
  };
}

await main({
  options: {
    figure: { type: 'string', default: 'peak' },
    model: { type: 'string', default: 'tower' },
    batch: { type: 'string' },
  },
  params: ({ figure, model, batch }) => ({ figure, model, ...(batch ? { batch: Number(batch) } : {}) }),
  make: () => (params) => (params.figure === 'growth' ? growth(params) : peak(params)),
});
