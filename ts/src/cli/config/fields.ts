// Readers of config values: each takes what was written and its place, and gives a value or an error that names the place.

import { TalrayError } from '../../index.js';
import { suggestion } from './nearest.js';

/** Reads one value; throws `OPTION` naming `place`. */
export type Reader<T> = (value: unknown, place: string) => T;

/** A reader for every option of `T`. The compiler holds the list complete. */
export type Fields<T> = { readonly [K in keyof T]-?: Reader<Exclude<T[K], undefined>> };

/** The error for a value that is not what its place takes. */
export function refused(place: string, expected: string, received: unknown): TalrayError {
  return new TalrayError('OPTION', `${place}: expected ${expected}, received ${shown(received)}`);
}

/** The error for a word that is none of the known ones. */
export function unknownWord(place: string, what: string, word: string, known: readonly string[]): TalrayError {
  return new TalrayError('OPTION', `${place}: unknown ${what} '${word}'${suggestion(word, known)}`);
}

/** A finite number. */
export const number: Reader<number> = (value, place) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(place, 'a number', value);
  return value;
};

/** A whole number of at least `least`. */
export function whole(least = 0): Reader<number> {
  return (value, place) => {
    if (!Number.isInteger(value) || (value as number) < least) throw refused(place, `a whole number from ${least}`, value);
    return value as number;
  };
}

/** `true` or `false`. */
export const flag: Reader<boolean> = (value, place) => {
  if (typeof value !== 'boolean') throw refused(place, 'true or false', value);
  return value;
};

/** A string. */
export const text: Reader<string> = (value, place) => {
  if (typeof value !== 'string') throw refused(place, 'a string', value);
  return value;
};

/** One of some strings. */
export function oneOf<const T extends string>(...words: readonly T[]): Reader<T> {
  return (value, place) => {
    if (typeof value !== 'string') throw refused(place, `one of ${words.map((word) => `'${word}'`).join(', ')}`, value);
    if (!words.includes(value as T)) throw unknownWord(place, 'word', value, words);
    return value as T;
  };
}

/** A list. */
export function list<T>(item: Reader<T>): Reader<T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw refused(place, 'a list', value);
    return value.map((part, i) => item(part, `${place}[${i}]`));
  };
}

/** One, or a list of them. */
export function oneOrMore<T>(item: Reader<T>): Reader<T | T[]> {
  return (value, place) => (Array.isArray(value) ? list(item)(value, place) : item(value, place));
}

/** Whatever JSON can hold, taken as it is: the engine checks it where it is used. */
export function asIs<T>(expected: string, fits: (value: unknown) => boolean): Reader<T> {
  return (value, place) => {
    if (!fits(value)) throw refused(place, expected, value);
    return value as T;
  };
}

/** A number or a string. */
export const scalar = asIs<string | number>('a string or a number', (value) => typeof value === 'string' || typeof value === 'number');

/** Whether `value` is an object with keys: no list, no instance of a class. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Objects of a config module may come from another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An object, as it is. */
export const plain: Reader<Readonly<Record<string, unknown>>> = (value, place) => {
  if (!isPlain(value)) throw refused(place, 'an object', value);
  return value;
};

/** An object with these keys and no others; those in `required` must be there. */
export function object<T>(fields: Fields<T>, required: readonly (keyof T & string)[] = []): Reader<T> {
  const readers = fields as Readonly<Record<string, Reader<unknown>>>;
  return (value, place) => {
    const given = plain(value, place);
    for (const key of required) if (given[key] === undefined) throw new TalrayError('OPTION', `${place}: '${key}' is missing`);
    const read: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(given)) {
      const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
      if (reader === undefined) throw unknownWord(place, 'key', key, Object.keys(readers));
      if (part !== undefined) read[key] = reader(part, place === '' ? key : `${place}.${key}`);
    }
    return read as T;
  };
}

/** Makes something of its options. */
export type Maker<T> = (options: Readonly<Record<string, unknown>>, place: string) => T;

/** Something that a config names: `"Auc"`, or `{ "name": "Auc", "curve": "PR" }` with options. */
export function named<T>(what: string, makers: Readonly<Record<string, Maker<T>>>): Reader<T> {
  return (value, place) => {
    const { name, ...options } = typeof value === 'string' ? { name: value } : plain(value, place);
    if (typeof name !== 'string') throw new TalrayError('OPTION', `${place}: expected the name of a ${what}, or an object with 'name'`);
    const make = Object.hasOwn(makers, name) ? makers[name] : undefined;
    if (make === undefined) throw unknownWord(place, what, name, Object.keys(makers));
    return make(options, place);
  };
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  const json = JSON.stringify(value) ?? String(value);
  return json.length > 60 ? `${json.slice(0, 57)}...` : json;
}
