// Where predictions go: standard output, or a file that appears when it is whole.

import { open, rename, rm } from 'node:fs/promises';
import { TalrayError } from '../index.js';
import type { Output } from './output.js';

/** A place for text. */
export interface Sink {
  write(text: string): Promise<void>;
  /** All is written. */
  close(): Promise<void>;
  /** Something went wrong: nothing is left behind. */
  abandon(): Promise<void>;
}

/** Standard output where `path` is undefined. Throws `IO` for a file that cannot be written. */
export async function openSink(path: string | undefined, output: Output): Promise<Sink> {
  const nothing = async (): Promise<void> => undefined;
  if (path === undefined) return { write: (text) => output.write(text), close: nothing, abandon: nothing };
  const temporary = `${path}.${process.pid}.tmp`;
  const failed = (cause: unknown): never => {
    throw new TalrayError('IO', `${path} cannot be written: ${(cause as Error).message}`, { cause });
  };
  const handle = await open(temporary, 'w').catch(failed);
  return {
    write: async (text) => {
      await handle.write(text).catch(failed);
    },
    close: async () => {
      await handle.close();
      await rename(temporary, path).catch(failed);
    },
    abandon: async () => {
      await handle.close().catch(() => undefined);
      await rm(temporary, { force: true });
    },
  };
}
