// Names, arguments and defaults of layers, losses, metrics, optimizers, schedules, initializers, regularizers,
// constraints and callbacks are Keras's, as Keras itself declares them (tests/golden/keras/signatures.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Constructors, type Declared, declaredConstructors } from './declared.js';
import { ABSENT, ARGUMENTS, CLASSES, DEFAULTS, MISSING } from './differences.js';

type Default = null | boolean | number | string | readonly number[] | { readonly required: true };
type Signatures = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Default>>>>>>;

const { keras: _version, ...signatures } = JSON.parse(
  readFileSync(new URL('../golden/keras/signatures.json', import.meta.url), 'utf8'),
) as Signatures & { keras: string };

const MODULES: Readonly<Record<string, string>> = {
  layers: 'nn',
  initializers: 'nn',
  regularizers: 'nn',
  constraints: 'nn',
  losses: 'losses',
  metrics: 'metrics',
  optimizers: 'optimizers',
  schedules: 'schedules',
  callbacks: 'callbacks',
};
const declared = declaredConstructors([...new Set(Object.values(MODULES))]);
const used = new Set<string>();

/** The entry of a table for an argument: its own, or that of all classes. */
function entry(table: Readonly<Record<string, string>>, kind: string, name: string, argument: string): string | undefined {
  for (const key of [`${kind}.${name}.${argument}`, `${kind}.*.${argument}`, `${name}.${argument}`, `*.${argument}`]) {
    if (!Object.hasOwn(table, key)) continue;
    used.add(key);
    return table[key];
  }
  return undefined;
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
/** Text without quotes, case and underscores: `'glorot_uniform'` and `GlorotUniform` are one initializer. */
const plain = (text: string): string => text.replace(/["'`_ ]/g, '').toLowerCase();
const isLiteral = (text: string): boolean => /^(true|false|[`'"].*|[-−]?[\d.].*)$/.test(text);

function agrees(want: Exclude<Default, { required: true }>, { required, stated }: Declared): boolean {
  if (required) return false;
  if (want === null) return stated === undefined || stated === 'null' || !isLiteral(stated);
  if (stated === undefined) return false;
  if (Array.isArray(want)) return want.every((size) => size === Number(stated));
  if (typeof want === 'number') return Number(stated.replace('−', '-')) === want;
  return plain(stated) === plain(String(want));
}

function compare(kind: string, name: string, ours: ReadonlyMap<string, Declared>, theirs: Readonly<Record<string, Default>>): string[] {
  return Object.entries(theirs).flatMap(([argument, want]) => {
    if (entry(MISSING, kind, name, argument) !== undefined) {
      return ours.has(camel(argument)) ? [`${argument} is there, but listed as missing`] : [];
    }
    const called = entry(ARGUMENTS, kind, name, argument) ?? camel(argument);
    const got = ours.get(called);
    if (got === undefined) return [`${argument} (${called}) is not there`];
    // A metric's name in logs is spelt in camelCase; its docstring says so for all.
    if (argument === 'name') return [];
    const stated = entry(DEFAULTS, kind, name, argument);
    if (stated !== undefined)
      return plain(stated) === plain(got.stated ?? '') ? [] : [`${argument} should have the default ${stated}, has ${got.stated}`];
    if (want !== null && typeof want === 'object' && 'required' in want)
      return got.required ? [] : [`${argument} should be required, has the default ${got.stated}`];
    return agrees(want, got)
      ? []
      : [`${argument} should have the default ${JSON.stringify(want)}, ${got.required ? 'is required' : `has ${got.stated}`}`];
  });
}

describe('constructors have the names, arguments and defaults of Keras', () => {
  for (const [kind, classes] of Object.entries(signatures)) {
    const ours = declared.get(MODULES[kind]!) as Constructors;
    for (const [name, theirs] of Object.entries(classes)) {
      it(`${kind}.${name}`, () => {
        const constructor = ours.get(CLASSES[name] ?? name);
        if (Object.hasOwn(ABSENT, `${kind}.${name}`)) expect(constructor, 'listed as absent').toBeUndefined();
        else expect(constructor === undefined ? ['there is no such class'] : compare(kind, name, constructor, theirs)).toEqual([]);
      });
    }
  }

  it('list no difference that is none', () => {
    const listed = [...Object.keys(ARGUMENTS), ...Object.keys(MISSING), ...Object.keys(DEFAULTS)];
    expect(listed.filter((key) => !used.has(key))).toEqual([]);
    const theirs = Object.entries(signatures).flatMap(([kind, classes]) => Object.keys(classes).map((name) => `${kind}.${name}`));
    expect(Object.keys(ABSENT).filter((key) => !theirs.includes(key))).toEqual([]);
  });
});
