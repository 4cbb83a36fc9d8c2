// What the command prints: text for people, or a JSON object a line for machines.

import { createColors } from 'picocolors';

type Colors = ReturnType<typeof createColors>;

/** Where a command writes. Results go to standard output; progress and errors of people to standard error. */
export class Output {
  /** For standard output. */
  readonly colors: Colors;
  readonly #errorColors: Colors;

  constructor(
    /** Whether lines are JSON. */
    readonly json: boolean,
    readonly out: NodeJS.WriteStream = process.stdout,
    readonly error: NodeJS.WriteStream = process.stderr,
  ) {
    this.colors = createColors(!json && colourful(out));
    this.#errorColors = createColors(!json && colourful(error));
  }

  /** A result: what machines get, and the text that people get. */
  result(event: Readonly<Record<string, unknown>>, text: string): void {
    this.out.write(this.json ? `${JSON.stringify(event)}\n` : `${text}\n`);
  }

  /** Something on the way that only people want. */
  note(text: string): void {
    if (!this.json) this.error.write(`${this.#errorColors.dim(text)}\n`);
  }

  /** What went wrong. */
  failure(code: string, message: string): void {
    if (this.json) this.out.write(`${JSON.stringify({ event: 'error', code, message })}\n`);
    else this.error.write(`${this.#errorColors.red(`talray: ${code}`)} ${message}\n`);
  }

  /** Writes raw text to standard output, and waits where the reader is slow. */
  async write(text: string): Promise<void> {
    if (!this.out.write(text)) await new Promise<void>((resolve) => this.out.once('drain', resolve));
  }
}

/** Colours are for terminals, unless NO_COLOR says no (https://no-color.org). */
function colourful(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
}

/** Rows of text cells, set out in columns. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}`.trimEnd()).join('\n');
}

/** Values of losses and metrics as text. */
export function figures(logs: Readonly<Record<string, number>>): string {
  return Object.entries(logs)
    .map(([key, value]) => `${key} ${Number.isFinite(value) ? value.toFixed(4) : value}`)
    .join('  ');
}
