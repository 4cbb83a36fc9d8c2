// The course of training as a CSV file.
import { Callback, type Logs } from './callback.js';

/** Options of {@link CsvLogger}. */
export interface CsvLoggerOptions {
  /** Default `','`. */
  separator?: string;
  /** Whether lines are added to what the file holds. Default false. */
  append?: boolean;
}

/** Writes a line an epoch: the epoch (from 0) and the logs in the order of their names. */
export class CsvLogger extends Callback {
  #keys: string[] | undefined;

  constructor(
    readonly path: string,
    private readonly options: CsvLoggerOptions = {},
  ) {
    super();
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { appendFile, writeFile, stat } = await import('node:fs/promises');
    const { separator = ',', append = false } = this.options;
    const line = (cells: readonly (string | number)[]): string => `${cells.join(separator)}\n`;
    if (this.#keys === undefined) {
      this.#keys = Object.keys(logs).sort();
      const size = append
        ? await stat(this.path).then(
            (s) => s.size,
            () => 0,
          )
        : 0;
      if (size === 0) await writeFile(this.path, line(['epoch', ...this.#keys]));
    }
    await appendFile(this.path, line([epoch, ...this.#keys.map((key) => logs[key] ?? 'NA')]));
  }

  override state(): unknown {
    return { keys: this.#keys ?? null };
  }

  override restore(state: unknown): void {
    this.#keys = (state as { keys: string[] | null }).keys ?? undefined;
  }
}
