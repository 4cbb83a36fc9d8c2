// The embedding tables of a saved model, as their own manifests describe them.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Manifest } from '../train/save.js';

/** A saved table. */
export interface SavedTable {
  /** Where the model has it. */
  readonly name: string;
  /** Any key, or a vocabulary. */
  readonly kind: 'open' | 'closed';
  readonly dtype: string;
  readonly rows: number;
  /** Numbers in a vector. */
  readonly dim: number;
  /** What the optimizer keeps beside each vector. */
  readonly slots: readonly string[];
  /** Updates that it had. */
  readonly updates: number;
}

/** A file of a saved table, compared with what its manifest says. */
export interface TableFile {
  readonly name: string;
  readonly size: number;
  /** Eight hexadecimal digits. */
  readonly crc32: string;
  readonly problem: string | undefined;
}

interface TableManifest {
  readonly manifest: {
    readonly table: { readonly kind: 'open' | 'closed' };
    readonly dtype: string;
    readonly rows: number;
    readonly options: { readonly width: number; readonly slots: readonly { readonly name: string }[] };
    readonly files: readonly { readonly name: string; readonly bytes: number; readonly crc32: number }[];
  };
}

/** The tables that a manifest names. */
export function savedTables({ tables = {} }: Manifest): SavedTable[] {
  return Object.entries(tables).map(([name, { manifest, updates }]) => {
    const { table, dtype, rows, options } = (JSON.parse(manifest) as TableManifest).manifest;
    return { name, kind: table.kind, dtype, rows, dim: options.width, slots: options.slots.map((slot) => slot.name), updates };
  });
}

/** The tables' files in the folder `path`, each read and compared with its size and CRC-32. */
export async function tableFiles(path: string, { tables = {} }: Manifest): Promise<TableFile[]> {
  const entries = Object.values(tables).flatMap(({ manifest }) => (JSON.parse(manifest) as TableManifest).manifest.files);
  return Promise.all(
    entries.map(async ({ name, bytes: size, crc32: wanted }) => {
      const problem = await readFile(join(path, name)).then(
        (bytes) => {
          if (bytes.length !== size)
            return `${join(path, name)} has ${bytes.length} bytes, its manifest says ${size}: truncated or altered`;
          return crc32(bytes) === wanted ? undefined : `${join(path, name)} does not match its checksum: it was altered`;
        },
        (error: Error) => `${join(path, name)} cannot be read: ${error.message}`,
      );
      return { name, size, crc32: wanted.toString(16).padStart(8, '0'), problem };
    }),
  );
}
