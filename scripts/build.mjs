// npm run build: dependencies, the native add-on, the TypeScript. Nothing that is up to date is done again.

import { addon, dependencies, step, typescript } from './steps.mjs';

step('dependencies', dependencies);
step('native add-on', addon);
step('TypeScript', typescript);
