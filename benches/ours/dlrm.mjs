// DLRM on Criteo-shaped rows: rows a second.

import { bench } from './criteo.mjs';

await bench('dlrm');
