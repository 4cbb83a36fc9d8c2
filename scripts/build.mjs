// npm run build: dependencies, the TypeScript, the native add-on, and the WebAssembly engine where a compiler for it is
// found. Nothing that is up to date is done again.

import { setUp } from './steps.mjs';
import { wasm } from './wasm.mjs';

await setUp();
const why = await wasm();
if (why !== undefined) console.error(`· WebAssembly engine: left out, ${why}`);
