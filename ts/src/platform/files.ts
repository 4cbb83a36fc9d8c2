// Node's file system for an engine that has none of its own (WebAssembly): files to read, found as the engine finds them.

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TalrayError } from '../array/errors.js';

/** The bytes of a file, with the name that messages give it. */
export interface Input {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The files that paths and patterns (`*`, `?`, `[a-z]`, `**`) name, each pattern's in order of name. A path that exists is
 * taken as it is.
 *
 * @throws TalrayError `IO` for files that are not there and patterns that match nothing.
 */
export function readInputs(paths: readonly string[]): Input[] {
  return paths.flatMap((path) => {
    if (existsSync(path) || !/[*?[]/.test(path)) return [read(path)];
    const files = glob(path).filter((file) => statSync(file).isFile());
    if (files.length === 0) throw new TalrayError('IO', `${path}: no file matches this pattern`);
    return files.map(read);
  });
}

function read(path: string): Input {
  try {
    if (statSync(path).isDirectory()) {
      throw new TalrayError('IO', `${path}: is a folder; name its files by a pattern such as ${path}/*`);
    }
    return { name: path, bytes: readFileSync(path) };
  } catch (error) {
    throw failed(path, error);
  }
}

/**
 * Writes files into a folder that is there: each beside, synced, then renamed. Removes what it wrote when it fails.
 *
 * @throws TalrayError `IO`.
 */
export async function writeFiles(folder: string, names: readonly string[], files: readonly Uint8Array[]): Promise<void> {
  const done: string[] = [];
  try {
    for (const [i, name] of names.entries()) {
      const [path, beside] = [`${folder}/${name}`, `${folder}/${name}.${process.pid}.part`];
      if (!existsSync(path)) done.push(path);
      done.push(beside);
      await writeFile(beside, files[i]!, { flush: true });
      await rename(beside, path);
    }
  } catch (error) {
    for (const path of done) await rm(path, { force: true }).catch(() => undefined);
    throw failed(folder, error);
  }
}

/** The bytes of a folder's files. Throws `IO`. */
export async function readFiles(folder: string, names: readonly string[]): Promise<Uint8Array[]> {
  try {
    return await Promise.all(names.map((name) => readFile(`${folder}/${name}`)));
  } catch (error) {
    throw failed(folder, error);
  }
}

function failed(path: string, error: unknown): TalrayError {
  if (error instanceof TalrayError) return error;
  return new TalrayError('IO', `${path}: ${error instanceof Error ? error.message : String(error)}`);
}

/** Paths that match a pattern, in order. */
function glob(pattern: string): string[] {
  const parts = pattern.split(/[/\\]/);
  let found = [parts[0] === '' ? '/' : ''];
  for (const part of parts.filter((p) => p !== '')) {
    if (part === '**') found = found.flatMap((folder) => [folder, ...below(folder)]);
    else if (!/[*?[]/.test(part)) found = found.map((folder) => join(folder, part)).filter((path) => existsSync(path));
    else found = found.flatMap((folder) => matching(folder, part));
  }
  return [...new Set(found)].sort();
}

function matching(folder: string, part: string): string[] {
  const source = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\[!/g, '[^')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  const names = new RegExp(`^${source}$`, 's');
  return entries(folder)
    .filter((name) => names.test(name))
    .map((name) => join(folder, name));
}

function below(folder: string): string[] {
  const folders = entries(folder)
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory());
  return folders.flatMap((path) => [path, ...below(path)]);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder === '' ? '.' : folder);
  } catch {
    return [];
  }
}
