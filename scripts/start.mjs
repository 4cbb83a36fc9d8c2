// npm start: sets up what is missing, builds, and runs the main job: Wide & Deep on the Census Income data.

import { addon, dependencies, examples, run, step, typescript } from './steps.mjs';

step('dependencies', dependencies);
step('native add-on', addon);
step('TypeScript', typescript);
step('examples', examples);
run(process.execPath, ['dist/examples/census/census.js']);
