// The shapes of the vault: what an envelope says of itself in clear, which is what the record of its call says too.

/** Which way it went. */
export type EnvelopePart = 'arguments' | 'result';

/** What an envelope is about. Names, as in the record of its call; never what is in it. */
export interface EnvelopeParts {
  /** Of the call, with `.args` or `.result`. */
  readonly id: string;
  /** Id of the call, as on record. */
  readonly call: string;
  readonly part: EnvelopePart;
  readonly purpose: string;
  /** Epoch milliseconds, like `until`: when it is to be removed. */
  readonly time: number;
  readonly until: number;
  readonly tenant: string;
  readonly server: string;
  /** Name of the tool or prompt, or the URI, as far as records have it. */
  readonly name: string;
  /** Pseudonym of who it is about. */
  readonly subject: string;
  /** Name of the key of subject and period. */
  readonly key: string;
  /** What the public key is called that it is sealed to. */
  readonly recipient: string;
  /** It was longer than an envelope may be, and what is in it is its beginning. */
  readonly isCut: boolean;
}

/** What comes of sealing, beside what it is about. */
export interface EnvelopeSeal {
  /** The encapsulated key. */
  readonly enc: Uint8Array;
  /** The sealed key. */
  readonly dek: Uint8Array;
  /** Of the message. */
  readonly bytes: number;
}

/** The head as it was read. */
export interface EnvelopeHead extends EnvelopeParts, EnvelopeSeal {
  /**
   * SHA-256 of the head itself, in hex, where the gateway's half of the key belongs to it; undefined: the half belongs to the id alone, as it did in the first
   * envelopes.
   */
  readonly digest: string | undefined;
  /** Bytes of the head itself, with its LF. */
  readonly length: number;
}
