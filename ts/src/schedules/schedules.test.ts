// Every schedule against Keras.
import { describe, expect, it } from 'vitest';
import { goldens } from '../testing/golden.js';
import { tensor } from '../index.js';
import type { ThingConfig } from '../nn/initializers/initializer.js';
import { scheduleFrom, WarmUp } from './index.js';

interface Case {
  schedule: string;
  options: Record<string, unknown>;
  steps: number[];
  want: number[];
}

const at = async (schedule: ReturnType<typeof scheduleFrom>, step: number): Promise<number> =>
  Number(await schedule.value(tensor(step, { dtype: 'f64' })).item());

describe('schedules give what Keras gives', () => {
  for (const [i, c] of goldens<Case>('schedules').entries()) {
    it(`${c.schedule} (${i})`, async () => {
      const schedule = scheduleFrom({ type: c.schedule, ...c.options } as ThingConfig);
      for (const [k, step] of c.steps.entries()) expect(await at(schedule, step)).toBeCloseTo(c.want[k]!, 6);
      expect(scheduleFrom(schedule.config()).config()).toEqual(schedule.config());
    });
  }

  it('WarmUp rises to what comes after', async () => {
    const schedule = new WarmUp(0.1, { steps: 4 });
    expect(await at(schedule, 0)).toBe(0);
    expect(await at(schedule, 2)).toBeCloseTo(0.05, 9);
    expect(await at(schedule, 9)).toBeCloseTo(0.1, 9);
  });
});
