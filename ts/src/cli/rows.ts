// Rows on their way into `predict`, and cells of text on their way out.

import { createReadStream } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Row, Value } from '../data/index.js';
import { TalrayError } from '../index.js';

/** How rows are written down. */
export type RowFormat = 'csv' | 'json' | 'parquet';

/** The format of a file, by its name; a `{` at the start says JSON lines where the name says nothing. */
export function formatOf(path: string): RowFormat | undefined {
  if (/\.(jsonl|ndjson|json)$/.test(path)) return 'json';
  if (/\.parquet$/.test(path)) return 'parquet';
  return /\.(csv|tsv|txt|data|test)(\.gz)?$/.test(path) ? 'csv' : undefined;
}

/** The first bytes of a stream, and a stream that still has them. */
export async function peeked(input: Readable): Promise<{ first: Uint8Array; rest: Readable }> {
  const chunks = input[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const { value, done } = await chunks.next();
  const first = done === true ? Buffer.alloc(0) : value;
  async function* all(): AsyncGenerator<Buffer> {
    yield first;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  return { first, rest: Readable.from(all()) };
}

/** All bytes of a stream. */
export async function whole(input: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of input) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Whether text begins with an object. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x20) return byte === 0x7b;
  return false;
}

/** The first bytes of a file. */
export async function head(path: string): Promise<Uint8Array> {
  const handle = await openFile(path).catch((cause: Error) => {
    throw new TalrayError('IO', `${path} cannot be read: ${cause.message}`, { cause });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Objects, one a line, `size` at a time. Throws `FORMAT` naming file and line. */
export async function* jsonRows(from: string | Readable, name: string, size: number): AsyncGenerator<Row[]> {
  const input = typeof from === 'string' ? createReadStream(from) : from;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const failed = new Promise<never>((_, reject) => {
    input.on('error', (cause: Error) => reject(new TalrayError('IO', `${name} cannot be read: ${cause.message}`, { cause })));
  });
  failed.catch(() => undefined);
  const iterator = lines[Symbol.asyncIterator]();
  let [rows, line]: [Row[], number] = [[], 0];
  for (;;) {
    const next = await Promise.race([iterator.next(), failed]);
    if (next.done === true) break;
    line += 1;
    if (next.value.trim() === '') continue;
    rows.push(object(next.value, `${name}:${line}`));
    if (rows.length < size) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

function object(text: string, place: string): Row {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (cause) {
    throw new TalrayError('FORMAT', `${place}: no JSON: ${(cause as Error).message}`, { cause });
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw new TalrayError('FORMAT', `${place}: expected an object, one a line`);
  return row as Row;
}

/** A value as a CSV cell: quoted where it must be. */
export function cell(value: Value | undefined): string {
  if (value === null || value === undefined) return '';
  const text = Array.isArray(value) ? value.map(cell).join('|') : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An object as a JSON line; whole numbers beyond 2^53 as they are. */
export function jsonLine(row: Readonly<Record<string, Value | undefined>>): string {
  const parts = Object.entries(row).map(([key, value]) => `${JSON.stringify(key)}:${json(value)}`);
  return `{${parts.join(',')}}`;
}

function json(value: Value | undefined): string {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  return JSON.stringify(value ?? null);
}
