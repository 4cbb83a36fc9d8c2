// The environment variables that the engine reads, and what they may be: a misspelt one is an error, not a default.

import { TalrayError } from '../array/errors.js';

const BACKENDS = ['native', 'wasm'];
const LEVELS = ['portable', 'avx2', 'avx512'];

/** What each variable takes: the test of a value, and the words for it. */
const VARIABLES: Readonly<Record<string, { fits: (value: string) => boolean; expected: string }>> = {
  TALRAY_BACKEND: { fits: (value) => BACKENDS.includes(value), expected: `one of ${BACKENDS.join(', ')}` },
  TALRAY_THREADS: { fits: (value) => /^\+?0*[1-9]\d{0,4}$/.test(value), expected: 'a number of threads from 1 to 99999' },
  TALRAY_SIMD: { fits: (value) => LEVELS.includes(value), expected: `one of ${LEVELS.join(', ')}` },
};

/** Their names. */
export const variables: readonly string[] = Object.keys(VARIABLES);

/** Which of the variables that are set begin as ours do, and are read by nothing. */
export function unreadVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment)
    .filter((name) => /^talray/i.test(name) && !variables.includes(name))
    .sort();
}

/**
 * Refuses values that the engine would not understand.
 *
 * @throws TalrayError `OPTION` that names the variable, what it may be, and what it is.
 */
export function checkEnvironment(environment: Readonly<Record<string, string | undefined>>): void {
  for (const [name, { fits, expected }] of Object.entries(VARIABLES)) {
    const value = environment[name];
    if (value !== undefined && !fits(value)) {
      throw new TalrayError('OPTION', `environment variable ${name}: expected ${expected}, received '${value}'; correct or unset it`);
    }
  }
}
