// A bar on the terminal; plain lines, one an epoch, elsewhere.
import { Callback, type Logs, type RunInfo, type StepLogs } from './callback.js';

/** Where the bar is written. */
export interface BarStream {
  /** Takes text as it comes. */
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Options of {@link ProgressBar}. */
export interface ProgressBarOptions {
  /** Default standard error. */
  stream?: BarStream;
  /** At most so often is the line drawn. Default 100 ms. */
  everyMs?: number;
}

/** Shows step, loss, metrics and rows a second. */
export class ProgressBar extends Callback {
  readonly #stream: BarStream;
  #drawn = 0;
  #began = 0;
  #rows = 0;
  #epoch = 0;

  constructor(private readonly options: ProgressBarOptions = {}) {
    super();
    this.#stream = options.stream ?? process.stderr;
  }

  get #terminal(): boolean {
    return this.#stream.isTTY === true;
  }

  override onEpochBegin(epoch: number): void {
    [this.#began, this.#drawn, this.#rows, this.#epoch] = [performance.now(), 0, 0, epoch];
  }

  override async onTrainStepEnd(step: number, logs: StepLogs, run: RunInfo): Promise<void> {
    this.#rows += logs.rows;
    const now = performance.now();
    if (!this.#terminal || now - this.#drawn < (this.options.everyMs ?? 100)) return;
    this.#drawn = now;
    this.#draw(this.#line(step + 1, await logs.metrics(), run));
  }

  override onEpochEnd(_epoch: number, logs: Logs, run: RunInfo): void {
    const line = this.#line(run.steps, logs, run);
    if (this.#terminal) this.#draw(line);
    this.#stream.write(this.#terminal ? '\n' : `${line}\n`);
  }

  #line(step: number | undefined, logs: Logs, run: RunInfo): string {
    const rate = this.#rows / Math.max(1e-3, (performance.now() - this.#began) / 1000);
    const values = Object.entries(logs).map(([key, value]) => `${key} ${shown(value)}`);
    const bar = this.#terminal && run.steps !== undefined && step !== undefined ? ` ${barOf(step / run.steps)}` : '';
    const place = step === undefined ? '' : ` ${step}${run.steps === undefined ? '' : `/${run.steps}`}`;
    return [`epoch ${this.#epoch + 1}/${run.epochs}${bar}${place}`, ...values, `${Math.round(rate).toLocaleString('en-US')} rows/s`].join(
      '  ',
    );
  }

  #draw(line: string): void {
    // A terminal that does not know its width says 0.
    const width = this.#stream.columns || 120;
    this.#stream.write(`\r\x1b[2K${line.slice(0, width - 1)}`);
  }
}

function barOf(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * 20);
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)}`;
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(3) : value.toFixed(4);
}
