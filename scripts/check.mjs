// npm run check: format, lint, types and generated files. What CI runs before the tests.

import { dependencies, run, step, tool, typescript } from './steps.mjs';

await step('dependencies', dependencies);
await step('rustfmt', () => run('cargo', ['fmt', '--all', '--check']));
await step('clippy', () => run('cargo', ['clippy', '--release', '--workspace', '--quiet', '--', '-D', 'warnings']));
await step('generated files', () => run('cargo', ['xtask', 'check']));
await step('types of the library', typescript);
await step('biome', () => run(tool('biome'), ['ci', '--colors=off', '--diagnostic-level=error']));
