// npm run check: format, lint, types and generated files. What CI runs before the tests.

import { dependencies, run, step, tool, typescript } from './steps.mjs';

step('dependencies', dependencies);
step('rustfmt', () => run('cargo', ['fmt', '--all', '--check']));
step('clippy', () => run('cargo', ['clippy', '--release', '--workspace', '--quiet', '--', '-D', 'warnings']));
step('generated files', () => run('cargo', ['xtask', 'check']));
step('types of the library', typescript);
step('biome', () => run(tool('biome'), ['ci', '--colors=off', '--diagnostic-level=error']));
