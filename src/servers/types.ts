// What a server in the config is, as the gateway keeps it. A secret is never in here: only where it comes from.

/** A part of a value: text from the config, or where a secret comes from. */
export type ValuePart =
  | { readonly text: string }
  | { readonly env: string; readonly fallback?: string | undefined }
  | { readonly file: string };

/** An environment or header value: its parts, concatenated when the server is started or called, by who may read secrets. */
export type ValueSource = readonly ValuePart[];

/**
 * What of a server is approved without a person. `first-use`: what it lists first; the default, because it fits one person on loopback, who
 * would approve it all unread anyway, and still stops every later change. `review`: nothing, for teams and for servers of others.
 */
export type Trust = 'first-use' | 'review';

/** How a call over a limit is refused: with a result that has isError, or with HTTP status 429. */
export type OverLimit = 'result' | 'status';

/**
 * How calls and results are held against approved schemas. Arguments: what the schema does not declare is refused (`strict`), or only what it forbids
 * (`schema`). Results that are not as the output schema says: refused, or let through and marked in the record (`tag`).
 */
export interface ToolHandling {
  readonly arguments: 'strict' | 'schema';
  readonly results: 'refuse' | 'tag';
}

/** What a server may ask of agents, and of the people in front of them. */
export interface ServerAsks {
  /** `plain`: forms without fields that sound like secrets. */
  readonly forms: 'plain' | 'any' | 'none';
  /** Hosts of pages that it may have opened, in lowercase; `*.host` is everything below a host, `*` every host. */
  readonly urls: readonly string[];
  readonly sampling: boolean;
  readonly roots: boolean;
}

/** What the operator says of tools. */
export interface DeclaredTool {
  /** Undefined: they are guessed. */
  readonly labels?: readonly string[] | undefined;
  readonly class?: 'critical' | 'standard' | 'low' | undefined;
  readonly arguments?: ToolHandling['arguments'] | undefined;
  readonly results?: ToolHandling['results'] | undefined;
}

/** How agents come to the tools of a route: all are listed, or found by words. */
export type Discovery = 'list' | 'search';

/** What the operator says of a server, whatever reaches it. */
export interface ServerTerms {
  readonly trust: Trust;
  /** Undefined: what the catalogue takes for granted (tools/questions.ts). */
  readonly asks?: ServerAsks | undefined;
  /** Labels of everything that it has. */
  readonly labels?: readonly string[] | undefined;
  /** Undefined: `strict`, `refuse`. */
  readonly arguments?: ToolHandling['arguments'] | undefined;
  readonly results?: ToolHandling['results'] | undefined;
  /** By globs over the names of tools. */
  readonly tools?: Readonly<Record<string, DeclaredTool>> | undefined;
  /** Milliseconds to the first byte of an answer; undefined: `limits.answerTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Undefined: `result`. */
  readonly overLimit?: OverLimit | undefined;
  /** Undefined: `list`. */
  readonly discovery?: Discovery | undefined;
}

/** A server that is a child process speaking over stdin and stdout. */
export interface StdioServerConfig extends ServerTerms {
  readonly kind: 'stdio';
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, ValueSource>>;
  /** Absolute. */
  readonly cwd: string;
  /** Whether agents may share a process; only one of the modern era is ever shared. */
  readonly processes: 'per-agent' | 'shared';
}

/** A server reached over Streamable HTTP. */
export interface HttpServerConfig extends ServerTerms {
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
}

/** A server the gateway stands in front of. */
export type ServerConfig = StdioServerConfig | HttpServerConfig;
