// npm run check: format, lint, types, generated files, documentation and licences. What CI runs before the tests.

import { checkLicences } from './licences.mjs';
import { dependencies, run, step, tool, typescript } from './steps.mjs';

await step('dependencies', dependencies);
await step('rustfmt', () => run('cargo', ['fmt', '--all', '--check']));
await step('clippy', () => run('cargo', ['clippy', '--release', '--workspace', '--quiet', '--', '-D', 'warnings']));
await step('generated files', () => run('cargo', ['xtask', 'check']));
await step('types of the library', typescript);
await step('biome', () => run(tool('biome'), ['ci', '--colors=off', '--error-on-warnings']));
await step('documentation of public items', () => run(tool('typedoc'), ['--emit', 'none', '--logLevel', 'Warn']));
await step('licences', checkLicences);
