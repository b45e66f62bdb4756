// A value that must never be printed. Logs, JSON, errors and inspectors all see '***'; only an explicit
// reveal() gives the text, so that every place where a secret leaves its wrapper can be found by one search.

const MASK = '***';

/** Holds a secret string; prints as `***` everywhere. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The secret itself. Call it only where the bytes go to their one destination. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK;
  }
}
