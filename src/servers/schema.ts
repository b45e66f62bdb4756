// What a server in the config looks like: as people write it (the zod schemas, with defaults) and as the gateway keeps it (the types).
// A secret is never in here: only where it comes from.

/** A part of a value: text from the config, or where a secret comes from. */
export type ValuePart =
  | { readonly text: string }
  | { readonly env: string; readonly fallback?: string | undefined }
  | { readonly file: string };

/** An environment or header value: its parts, concatenated when the server is started or called, by who may read secrets. */
export type ValueSource = readonly ValuePart[];

/** A server that is a child process speaking over stdin and stdout. */
export interface StdioServerConfig {
  readonly kind: 'stdio';
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, ValueSource>>;
  /** Absolute. */
  readonly cwd: string;
  /** Time to the first byte of an answer; undefined: `limits.answerTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
}

/** A server reached over Streamable HTTP. */
export interface HttpServerConfig {
  readonly kind: 'http';
  readonly name: string;
  /** Absolute http or https URL without credentials or fragment. */
  readonly url: string;
  readonly headers: Readonly<Record<string, ValueSource>>;
  readonly tls: {
    /** Absolute path of a PEM bundle that replaces the default roots. */
    readonly ca?: string | undefined;
    readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  };
  readonly timeoutMs?: number | undefined;
}

/** A server the gateway stands in front of. */
export type ServerConfig = StdioServerConfig | HttpServerConfig;
