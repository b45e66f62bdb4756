// The shapes of the wire: what a request, an answer, a connection and a pool look like to the rest of the house.
// Callback style on purpose: no promises, streams or closures per request on the hot path.

import type { ErrorCode } from '../base/index.ts';
import type { DialFailure } from './dial-failure.ts';

/** Header fields in arrival order. Names are lowercased; values have their optional white space trimmed (RFC 9110 §5.5). */
export interface HeaderList {
  readonly names: readonly string[];
  readonly values: readonly string[];
  /** The value of the only field with this lowercase name; undefined if there is none. Repeated fields are joined with ', '. */
  get(name: string): string | undefined;
}

/** Who is at the other end of an accepted connection. */
export interface Peer {
  /** The client's address: of the socket, or as a trusted proxy in front told it. */
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  /** Name of the listener that accepted it, as in the config. */
  readonly listener: string;
}

/** A request head that has passed the strict grammar. */
export interface RequestHead {
  /** Method token, case as sent. */
  readonly method: string;
  /** Path of the origin-form target, as sent, without the query. */
  readonly path: string;
  /** Query without '?', or ''. */
  readonly query: string;
  readonly host: string;
  readonly headers: HeaderList;
  /** Declared length in bytes; undefined when chunked or when there is no body. */
  readonly contentLength: number | undefined;
  readonly chunked: boolean;
}

/** Headers to send: alternating name, value. The codec refuses (throws on) CR, LF or NUL in either. */
export type OutHeaders = readonly string[];

/** One request on an accepted connection, and the way to answer it. All methods are no-ops once the connection is gone. */
export interface ServerRequest<Context> {
  readonly head: RequestHead;
  readonly peer: Peer;
  /** The handler's own state for this request. */
  context: Context | undefined;
  /** True once the connection is gone or the answer has ended. */
  readonly done: boolean;
  /** Sends a complete answer, head and body in one write. */
  respond(status: number, headers: OutHeaders, body?: Uint8Array): void;
  /** Starts a chunked answer. The head travels with the first chunk if that is written at once, else on its own. */
  start(status: number, headers: OutHeaders): void;
  /** Sends one chunk. False: the socket is full, wait for `onDrain`. */
  write(bytes: Uint8Array): boolean;
  /** Ends a chunked answer; `last` travels in one write with the end. */
  end(last?: Uint8Array): void;
  /** Cuts the connection without a final chunk, so that the client cannot take a part for the whole. */
  abort(): void;
  /**
   * Takes the body in pieces, as it comes, and keeps none of it: for a handler whose `onHead` said 'later'. `onRequest` is not called then.
   * Until this is called nothing of the body is read.
   */
  streamBody(maxBytes: number, sink: BodySink): void;
  /** The sink, which said that it was full, has room again. */
  resumeBody(): void;
  /** Like `write`, without copying: the bytes are the socket's from then on, which empties them as soon as they are written. */
  pass(bytes: Uint8Array): boolean;
  onDrain: (() => void) | undefined;
  /**
   * The client hung up before the answer ended, or the codec refused or timed out the rest of this request by itself (then it has
   * answered too). Nothing more can be sent. Called once, never after `end`, `respond` or `abort`.
   */
  onHangup: (() => void) | undefined;
}

/** Takes a body in pieces. Each is a view of what the socket gave: whoever keeps it keeps that alive. */
export interface BodySink {
  /** False: no more until `resumeBody`. What the socket had given already may still come. */
  onPiece(piece: Uint8Array): boolean;
  onEnd(): void;
}

/** What the owner of a listener does with requests. */
export interface RequestHandler<Context> {
  /**
   * Called when the head is complete, before any body byte is read. Returns how many body bytes may follow,
   * or 'answered' after it has answered by itself: the connection is then closed after the answer, unless there was no body to read.
   * 'later': it will answer, and takes the body by `streamBody` or not at all; until then none of it is read.
   */
  onHead(request: ServerRequest<Context>): number | 'answered' | 'later';
  /** Called once the whole body is there (empty if none). */
  onRequest(request: ServerRequest<Context>, body: Uint8Array): void;
  /** The codec refused a request by itself; for counting. The answer has been sent by `refusalBody`. `detail` holds no bytes of the request. */
  onRefused(code: ErrorCode, peer: Peer, detail: string): void;
  /** One of these methods, or a callback of a request, threw: the connection has been ended. For the log. */
  onFault?(cause: unknown, peer: Peer): void;
  /** The answer body for a refusal by the codec. */
  refusalBody(code: ErrorCode): { readonly contentType: string; readonly body: Uint8Array };
}

/** Caps of an accepted connection. Times in milliseconds, sizes in bytes. */
export interface ServerLimits {
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  readonly maxBodyBytes: number;
  /** From the first byte of a head to its end. */
  readonly headTimeoutMs: number;
  /** From the end of the head to the end of the body. */
  readonly bodyTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** Requests that may wait on one connection behind the one being answered. */
  readonly maxPipelined: number;
  readonly maxRequestsPerConnection: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** Bytes written but not yet taken by the kernel above which `write` says false. */
  readonly highWaterBytes: number;
  /** A client that takes no byte of a waiting answer for this long is cut. */
  readonly writeTimeoutMs: number;
}

/** Where a pool connects to. */
export interface Origin {
  readonly host: string;
  readonly port: number;
  /** Undefined: plain HTTP. */
  readonly tls: OriginTls | undefined;
  /** A unix socket to connect to instead of host and port; never TLS. */
  readonly socketPath?: string;
}

/** How TLS towards a server is checked. */
export interface OriginTls {
  readonly servername: string;
  /** PEM bundle that replaces the default roots; undefined: the default roots. */
  readonly ca: string | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
}

/** A request towards a server. */
export interface UpstreamRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  /** All headers except Host, Content-Length and Connection, which the codec writes. */
  readonly headers: OutHeaders;
  readonly body: Uint8Array | undefined;
  /** A body that is handed on as it comes, instead of `body`. Such a request is never sent again. */
  readonly stream?: StreamedBody | undefined;
  /** True for lists and reads: may be sent again when a reused connection dies before the first answer byte. */
  readonly replayable: boolean;
  /** Time to the answer's head, then between body bytes; 0 means no limit. */
  readonly headTimeoutMs: number;
  readonly idleTimeoutMs: number;
}

/** A body that is handed on as it comes, so that nobody need hold it. */
export interface StreamedBody {
  /** Its length, which is then kept; undefined: chunked. */
  readonly bytes: number | undefined;
  /** The head has left on a connection: the body may follow. Called once, never before `send` has returned. */
  start(outlet: BodyOutlet): void;
}

/** Where a streamed body goes. Writing is a no-op once the exchange is over. */
export interface BodyOutlet {
  /** Hands on a piece without copying it. False: the socket is full, wait for `onDrain`. */
  write(piece: Uint8Array): boolean;
  end(): void;
  onDrain: (() => void) | undefined;
}

/**
 * Why there is no whole answer. With 'upstream_unreachable' and 'overloaded' no byte of the request has left the process, so it certainly had
 * no effect; with every other code the server may have carried it out.
 */
export type UpstreamFailure =
  | 'upstream_unreachable'
  | 'overloaded'
  | 'upstream_malformed'
  | 'upstream_timeout'
  | 'upstream_too_large'
  | 'outcome_unknown';

/** Receives one answer. Never called before `send` has returned. After onEnd or onError nothing more is called. */
export interface UpstreamHandler {
  onHead(status: number, headers: HeaderList): void;
  onBody(chunk: Uint8Array): void;
  onEnd(): void;
  /** May come after onHead and body chunks: what has arrived is then not the whole. `detail` is for the log, not for agents. */
  onError(code: UpstreamFailure, detail: string): void;
}

/** One exchange under way. */
export interface UpstreamCall {
  /** Stops reading from the server (backpressure). What has been read already, at most 64 KiB and perhaps the end, is still handed on. */
  pause(): void;
  resume(): void;
  /** Gives up: closes the connection; no handler method is called any more. */
  abort(): void;
}

/** Keep-alive connections to one origin. */
export interface UpstreamPool {
  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall;
  /** Connections open now, and of these idle. */
  readonly open: number;
  readonly idle: number;
  /** Why the last connection could not be made; undefined once one was made since. */
  readonly trouble?: DialFailure | undefined;
  /** When the certificate ends that the server showed last, in epoch milliseconds; undefined without TLS, or while none was seen. */
  readonly certificateEndsMs?: number | undefined;
  /** Lets calls under way finish, refuses new ones, closes idle connections. */
  close(): void;
}

/** One decoded event of a text/event-stream (WHATWG HTML §9.2), fields as sent. */
export interface ServerSentEvent {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly retry: string | undefined;
  /** UTF-8 of the joined data lines; undefined when the event has no data line. */
  readonly data: Uint8Array | undefined;
}
