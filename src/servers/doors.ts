// How a server is reached, whatever carries the bytes. The processes that own the means implement these.

import type { ErrorCode } from '../base/index.ts';

/** Receives what a stdio server says. */
export interface StdioEvents {
  /** One line without its newline. */
  onLine(line: Uint8Array): void;
  /** It has ended, or never started; the text says how, for the operator. Called once. */
  onExit(text: string): void;
}

/** Why a line did not reach its server. */
export interface LineLost {
  readonly code: ErrorCode;
  /** For agents. */
  readonly say: string;
  /** It may have reached it all the same. */
  readonly delivered: boolean;
}

/** A running stdio server, or one that is spoken to like one. */
export interface StdioLink {
  /** `onLost` is called where one line is lost and the others are not, as on a carrier that sends each by itself. */
  send(line: Uint8Array, onLost?: (why: LineLost) => void): void;
  /** Makes the server wait: lines that are on their way still come, then no more until `resume`. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Starts stdio servers by their name in the config. */
export interface StdioDoor {
  open(server: string, events: StdioEvents): StdioLink;
}

/** What the keeper gives for an HTTP server: the gateway's own credentials and the roots to trust. */
export interface HttpSecrets {
  /** Alternating name and value. */
  readonly headers: readonly string[];
  /** PEM; undefined: the default roots. */
  readonly ca: string | undefined;
}

/** Fetches what a server needs; rejects with a sentence for the operator. */
export interface SecretsDoor {
  fetch(server: string): Promise<HttpSecrets>;
}
