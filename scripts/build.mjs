// npm run build: dependencies, the native add-on, the TypeScript. Nothing that is up to date is done again.

import { setUp } from './steps.mjs';

await setUp();
