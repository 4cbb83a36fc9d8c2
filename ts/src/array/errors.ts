// The one class of errors.

/** What kind of mistake it was. */
export type ErrorCode = 'SHAPE' | 'DTYPE' | 'DEVICE' | 'MEMORY' | 'UNSUPPORTED' | 'FORMAT' | 'IO' | 'OPTION' | 'NUMERIC' | 'INTERNAL';

/** Every error that Talray throws: a code for programs, the op (if one was being recorded or run), a message for people. */
export class TalrayError extends Error {
  override readonly name = 'TalrayError';
  /** The kind of mistake. */
  readonly code: ErrorCode;
  /** Name of the op. */
  readonly op: string | undefined;

  /** @internal The largest live tensors, as text; the engine sets it. */
  static memoryHolders: () => string = () => '';

  constructor(code: ErrorCode, message: string, options: { op?: string | undefined; cause?: unknown } = {}) {
    super(options.op === undefined ? message : `[${options.op}] ${message}`, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.op = options.op;
  }

  /** What the engine threw (JSON in the message) as a TalrayError; anything unknown is INTERNAL. */
  static from(e: unknown): TalrayError {
    if (e instanceof TalrayError) return e;
    const message = e instanceof Error ? e.message : String(e);
    return TalrayError.parse(message, e);
  }

  /** The error that this JSON describes. */
  static parse(json: string, cause?: unknown): TalrayError {
    try {
      const { code, op, message } = JSON.parse(json) as { code: ErrorCode; op: string | null; message: string };
      const holders = code === 'MEMORY' ? TalrayError.memoryHolders() : '';
      const told = holders === '' ? message : `${message}; the largest live tensors are ${holders}`;
      return new TalrayError(code, told, { op: op ?? undefined });
    } catch {
      return new TalrayError('INTERNAL', `${json} (a bug in Talray: please report it)`, { cause });
    }
  }
}
