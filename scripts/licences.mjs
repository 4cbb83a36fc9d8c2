// npm run check:licences: every package that Talray is built from or installed with has a licence that deny.toml allows;
// tools of development may have a few others.
// The same list as `cargo deny check licenses`, for crates and npm packages, without a tool to install.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './steps.mjs';

/** The licences that deny.toml allows. */
function allowed() {
  const list = /^allow = \[([^\]]*)\]/m.exec(readFileSync(join(root, 'deny.toml'), 'utf8'))?.[1];
  if (list === undefined) throw new Error('deny.toml has no list `allow`');
  return new Set([...list.matchAll(/"([^"]+)"/g)].map((m) => m[1]));
}

/** What tools of development may have beside: they are used here, and are no part of what is shipped. */
const ofTools = ['MPL-2.0', 'Python-2.0', 'PSF-2.0', 'BlueOak-1.0.0'];

/** Whether an SPDX expression (`MIT OR Apache-2.0`, `(MIT AND BSD-3-Clause)`) can be met by the allowed licences. */
export function satisfied(expression, licences) {
  const tokens = expression.replaceAll('/', ' OR ').match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let value = both();
    while (tokens[at] === 'OR') {
      at += 1;
      value = both() || value;
    }
    return value;
  };
  const both = () => {
    let value = one();
    while (tokens[at] === 'AND') {
      at += 1;
      value = one() && value;
    }
    return value;
  };
  const one = () => {
    if (tokens[at] === '(') {
      at += 1;
      const value = either();
      at += 1;
      return value;
    }
    let name = tokens[at++] ?? '';
    if (tokens[at] === 'WITH') {
      name = `${name} WITH ${tokens[at + 1]}`;
      at += 2;
    }
    return licences.has(name);
  };
  const value = either();
  return value && at >= tokens.length;
}

/** Crates of the lock file, without our own. */
function crates() {
  const { status, stdout, stderr } = spawnSync('cargo', ['metadata', '--format-version', '1', '--locked'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout)
    .packages.filter(({ source }) => source !== null)
    .map(({ name, version, license }) => ({ name: `crate ${name} ${version}`, licence: license ?? undefined }));
}

/** npm packages of the lock file that are installed here; those of other platforms are alike. */
function packages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path]) => path !== '' && existsSync(join(root, path, 'package.json')))
    .map(([path, entry]) => {
      const manifest = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
      const licence = manifest.license?.type ?? manifest.license ?? entry.license;
      return { name: `package ${manifest.name} ${manifest.version}`, licence, tool: entry.dev === true || entry.devOptional === true };
    });
}

/** Ends the process with 1 where a licence is not allowed, naming the packages. */
export function checkLicences() {
  const licences = allowed();
  const all = [...crates(), ...packages()];
  const forTools = new Set([...licences, ...ofTools]);
  const wrong = all.filter(({ licence, tool }) => licence === undefined || !satisfied(licence, tool ? forTools : licences));
  for (const { name, licence } of wrong) console.error(`${name}: ${licence ?? 'no licence'} is not among those that deny.toml allows`);
  if (wrong.length > 0) process.exit(1);
  console.error(`  ${all.length} packages, all under licences that are allowed`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) checkLicences();
