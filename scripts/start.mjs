// npm start: sets up what is missing, builds, and runs the main job: Wide & Deep on the Census Income data.

import { examples, run, setUp, step } from './steps.mjs';

await setUp();
await step('examples', examples);
run(process.execPath, ['dist/examples/census/census.js']);
