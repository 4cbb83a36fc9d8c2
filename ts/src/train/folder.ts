// A folder that is replaced as a whole: files are written under names of their content, and the manifest is renamed last.
import { TalrayError } from '../index.js';

/** A file of a saved model. */
export interface FileEntry {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

/** The hexadecimal SHA-256 of bytes. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Writes `files` and then `manifest.json` into the folder `path`, each synced. Until the last rename a reader sees the old
 * model; files that only the old manifest names are removed after it. Throws `IO` and leaves the old model.
 */
export async function replaceFolder(
  path: string,
  files: ReadonlyMap<string, Uint8Array>,
  manifest: (entries: FileEntry[]) => string,
): Promise<void> {
  const { open, readdir, rename, rm, stat } = await import('node:fs/promises');
  const written: string[] = [];
  // What has its last name is whole, so that a save after one that was killed may take it as it is.
  const write = async (beside: string, name: string, bytes: Uint8Array): Promise<void> => {
    written.push(beside);
    const handle = await open(`${path}/${beside}`, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${path}/${beside}`, `${path}/${name}`);
  };
  const has = (name: string, size: number): Promise<boolean> =>
    stat(`${path}/${name}`).then(
      (found) => found.size === size,
      () => false,
    );
  const entries: FileEntry[] = [];
  const old = await names(path, readdir);
  try {
    await makeFolder(path);
    for (const [stem, bytes] of files) {
      const hash = await sha256(bytes);
      const name = stem.replace(/(\.\w+)$/, `-${hash.slice(0, 16)}$1`);
      entries.push({ name, size: bytes.length, sha256: hash });
      if (await has(name, bytes.length)) continue;
      await write(`${name}.${process.pid}.part`, name, bytes);
      written.push(name);
    }
    await write(`manifest.json.${process.pid}.tmp`, 'manifest.json', new TextEncoder().encode(manifest(entries)));
  } catch (error) {
    if (error instanceof TalrayError) throw error;
    for (const name of written) await rm(`${path}/${name}`, { force: true }).catch(() => undefined);
    throw new TalrayError(
      'IO',
      `cannot save to ${path}: ${error instanceof Error ? error.message : String(error)}; what was saved there before is unchanged`,
    );
  }
  const kept = new Set(entries.map(({ name }) => name));
  for (const name of old) if (/-[0-9a-f]{16}\.safetensors$/.test(name) && !kept.has(name)) await rm(`${path}/${name}`, { force: true });
}

async function names(path: string, readdir: (path: string) => Promise<string[]>): Promise<string[]> {
  return readdir(path).catch(() => []);
}

/** The text of a folder's manifest. Throws `IO` where there is none. */
export async function readManifest(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(`${path}/manifest.json`, 'utf8');
  } catch (error) {
    throw new TalrayError('IO', `no saved model at ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The bytes of a file that a manifest names. Throws `FORMAT`, naming the file, where size or checksum differ. */
export async function readChecked(path: string, { name, size, sha256: wanted }: FileEntry): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  if (/[/\\]/.test(name)) throw new TalrayError('FORMAT', `${path}/manifest.json names a file outside of the model: ${name}`);
  const bytes = await readFile(`${path}/${name}`).catch((error: unknown) => {
    throw new TalrayError('FORMAT', `${path}/${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (bytes.length !== size)
    throw new TalrayError(
      'FORMAT',
      `${path}/${name} has ${bytes.length} bytes, its manifest says ${size}: the file is truncated or was altered`,
    );
  const got = await sha256(bytes);
  if (got !== wanted) throw new TalrayError('FORMAT', `${path}/${name} does not match its checksum: it was altered`);
  return bytes;
}

/** Makes the folder `path` where it is missing. Throws `IO`. */
export async function makeFolder(path: string): Promise<void> {
  const { resolve } = await import('node:path');
  await makeFolders(resolve(path)).catch((error: unknown) => {
    throw new TalrayError('IO', `cannot save to ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** Makes a folder and those above it. Node's own way of that never ends where a folder can hold none, as in /proc. */
async function makeFolders(path: string): Promise<void> {
  const [{ mkdir, stat }, { dirname }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  const made = (): Promise<unknown> =>
    mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' || !(await stat(path)).isDirectory()) throw error;
    });
  await made().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path));
    await made();
  });
}

/** Throws `IO` where a model could not be saved to `path`: a file lies there or on the way, or the folder above takes none. */
export async function expectFolder(path: string): Promise<void> {
  const [{ access, constants, stat }, { dirname, resolve }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  const refused = (why: string): TalrayError => new TalrayError('IO', `cannot save to ${path}: ${why}`);
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = await stat(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && dirname(at) !== at) return undefined;
      throw refused(error.message);
    });
    if (found === undefined) continue;
    if (!found.isDirectory()) throw refused(`${at} is a file`);
    await access(at, constants.W_OK).catch((error: Error) => {
      throw refused(error.message);
    });
    return;
  }
}

/** Removes what the folder's manifest does not name of tables, manifests and files on their way: of a model before it, or of a save that failed or was killed. */
export async function removeStray(path: string): Promise<void> {
  const { readdir, readFile, rm } = await import('node:fs/promises');
  const manifest = await readFile(`${path}/manifest.json`, 'utf8').catch(() => '');
  for (const name of await names(path, readdir)) {
    if (/^(table-\d+-.*\.(safetensors|part)|.*\.safetensors\.\d+\.part|manifest\.json\.\d+\.tmp)$/.test(name) && !manifest.includes(name))
      await rm(`${path}/${name}`, { force: true }).catch(() => undefined);
  }
}
