// How a server is reached, whatever carries the bytes. The processes that own the means implement these.

/** Receives what a stdio server says. */
export interface StdioEvents {
  /** One line without its newline. */
  onLine(line: Uint8Array): void;
  /** It has ended, or never started; the text says how, for the operator. Called once. */
  onExit(text: string): void;
}

/** A running stdio server. */
export interface StdioLink {
  send(line: Uint8Array): void;
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
