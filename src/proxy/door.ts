// The door: what is decided from a request's head alone, before a byte of its body is read. A stranger, a rebound browser or a wrong
// path costs one small answer; only a known caller on a known route may send a body.

import { isIP } from 'node:net';
import type { Caller } from '../agents/index.ts';
import type { ListenerConfig, Snapshot } from '../config/index.ts';
import { parseHost } from '../http/index.ts';
import type { HeaderList, Peer, RequestHandler, RequestHead, ServerRequest } from '../http/index.ts';
import type { ErrorCode } from '../base/index.ts';
import { accepts } from './accepts.ts';
import { arrivalOf, endpointFor } from './arrival-of.ts';
import type { Admitted } from './arrival-of.ts';
import { corsHeaders } from './cross-origin.ts';
import type { Ports, UnreadBody } from './exchange.ts';
import { createKnownHeads } from './known-heads.ts';
import { carry } from './pipeline.ts';
import { refusalAnswer } from './rescue.ts';
import type { Turns } from './turns.ts';

export interface DoorOptions {
  readonly ports: Ports;
  readonly snapshot: () => Snapshot;
  /** What is known of a listener; a worker that is being replaced may still hold one that the snapshot has no more. */
  readonly listener: (name: string) => ListenerConfig | undefined;
  readonly readiness: () => { readonly ready: boolean; readonly body: Uint8Array };
  /** One refusal of what nobody has read: counted and summarised, so that nobody can fill the disk from outside. */
  readonly onTurnedAway: (code: ErrorCode, peer: Peer) => void;
  /** In front of the road; all doors of a worker have the same. */
  readonly turns: Turns;
  /** Requests relayed by another worker of this gateway name the client in a header; on this door it is believed. */
  readonly relayed: boolean;
}

const JSON_TYPE: readonly string[] = ['Content-Type', 'application/json'];
const ALIVE = Buffer.from('{"status":"alive"}\n');
const PEER_HEADER = 'sallyport-peer';
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);
/** What a web page comes from; extensions and files have other schemes, and no business here. */
const WEB_SCHEMES: readonly string[] = ['http://', 'https://'];
const EMPTY = new Uint8Array(0);
/** What comes in one piece with its head, or nearly. */
const SMALL_BODY_BYTES = 16 * 1024;
const NO_REQUEST = { id: undefined, era: 'modern', method: undefined, auditId: undefined } as const;

/** The handler of a listener. */
export function createDoor(options: DoorOptions): RequestHandler<Admitted> {
  const { ports, turns } = options;
  const heads = createKnownHeads();

  const refuse = (request: ServerRequest<Admitted>, code: ErrorCode, say?: string): 'answered' => {
    const answer = refusalAnswer({ code, say }, NO_REQUEST);
    request.respond(answer.status, answer.headers, answer.body);
    return 'answered';
  };
  const turnAway = (request: ServerRequest<Admitted>, code: ErrorCode, say?: string): 'answered' => {
    options.onTurnedAway(code, request.peer);
    ports.metrics.refused(code, request.peer.listener);
    return refuse(request, code, say);
  };

  /** Who would be turned away with it need not send a large body first. A small one is as good as here, and its connection can be kept. */
  const letIn = (request: ServerRequest<Admitted>, admitted: Admitted): number | 'answered' => {
    if (isLarge(request.head) && turns.isFull(admitted)) return turns.turnAway(request, admitted);
    request.context = admitted;
    return admitted.snapshot.limits.maxBodyBytes;
  };

  /** Nothing of its body is taken from the kernel before it has been decided about. */
  const takeUnread = (request: ServerRequest<Admitted>, admitted: Admitted): 'later' | 'answered' => {
    const { head } = request;
    if (turns.isFull(admitted)) return turns.turnAway(request, admitted);
    const arrival = arrivalOf({ request, admitted, body: EMPTY, arrivedUs: ports.nowUs(), isRelayed: options.relayed });
    const unread: UnreadBody = {
      bytes: head.chunked ? undefined : (head.contentLength ?? 0),
      stream: (maxBytes, sink) => request.streamBody(maxBytes, sink),
      resume: () => request.resumeBody(),
    };
    carry({ ...arrival, unread }, ports);
    return 'later';
  };
  return {
    onHead: (request) => {
      const snapshot = options.snapshot();
      const { head } = request;
      const peer = options.relayed ? relayedPeer(head.headers, request.peer) : request.peer;
      const listener = options.listener(peer.listener);
      if (listener === undefined) return turnAway(request, 'not_ready');
      const askedUs = ports.nowUs();
      const known = options.relayed ? undefined : heads.find(request, listener, snapshot, ports.nowMs());
      if (known !== undefined) {
        ports.metrics.authenticated(ports.nowUs() - askedUs);
        return letIn(request, known);
      }
      // DNS rebinding: a browser page that points its own name at us comes with that name in Host, and with its Origin.
      // A relayed request passed both checks at the door it came through.
      if (!options.relayed && !hostAllowed(head.host, listener)) return turnAway(request, 'host_refused');
      const origin = head.headers.get('origin');
      if (origin !== undefined && !options.relayed && !originAllowed(origin, listener)) return turnAway(request, 'origin_refused');
      const health = answerHealth(request, options);
      if (health) return 'answered';
      // TLS ends at a proxy in front: whoever comes around it would send a key in the clear, and an address that nobody vouches for.
      if (listener.tls.kind === 'external' && !peer.tls) return turnAway(request, 'tls_required');
      // Answered the same on every path, and the key asked for before the route is: which servers there are is not for strangers.
      if (head.method === 'OPTIONS') return preflight(request, origin);
      const beganUs = ports.nowUs();
      const principal = whoIs(head.headers, listener, snapshot, ports.nowMs());
      if (principal === undefined) return turnAway(request, 'unauthenticated');
      ports.metrics.authenticated(ports.nowUs() - beganUs);
      const route = snapshot.routes.get(head.path);
      if (route === undefined) return turnAway(request, 'route_unknown');
      const fault = headFault(head, endpointFor(head));
      if (fault !== undefined) {
        ports.metrics.refused(fault, listener.name);
        return refuse(request, fault);
      }
      if (snapshot.unread.has(route.key)) return takeUnread(request, { principal, route, snapshot, peer });
      const admitted = { principal, route, snapshot, peer };
      if (!options.relayed) heads.note(request, listener, admitted);
      return letIn(request, admitted);
    },
    onRequest: (request, body) => {
      const admitted = request.context;
      if (admitted !== undefined) turns.take({ request, admitted, body, arrivedUs: ports.nowUs(), isRelayed: options.relayed });
    },
    onRefused: (code, peer) => {
      options.onTurnedAway(code, peer);
      ports.metrics.refused(code, peer.listener);
    },
    refusalBody: (code) => ({ contentType: 'application/json', body: refusalAnswer({ code }, NO_REQUEST).body }),
  };
}

function answerHealth(request: ServerRequest<Admitted>, options: DoorOptions): boolean {
  const { path, method } = request.head;
  if (method !== 'GET') return false;
  if (path === '/livez') request.respond(200, JSON_TYPE, ALIVE);
  else if (path === '/readyz') {
    const { ready, body } = options.readiness();
    request.respond(ready ? 200 : 503, JSON_TYPE, body);
  } else return false;
  return true;
}

function whoIs(headers: HeaderList, listener: ListenerConfig, snapshot: Snapshot, nowMs: number): Caller | undefined {
  const authorization = headers.get('authorization');
  if (authorization !== undefined) return snapshot.agents.authenticate(authorization, nowMs);
  return listener.anonymous === undefined ? undefined : snapshot.agents.anonymous(listener.anonymous);
}

function isLarge({ chunked, contentLength = 0 }: RequestHead): boolean {
  return chunked || contentLength > SMALL_BODY_BYTES;
}

/** What is wrong with a known caller's head, if anything. */
function headFault(head: RequestHead, endpoint: string | undefined): ErrorCode | undefined {
  switch (head.method) {
    case 'POST':
      if (!isJson(head.headers.get('content-type'))) return 'http_content_type';
      // To an agent of 2024-11-05 the POST is not what is answered.
      return endpoint !== undefined || acceptsBoth(head.headers.get('accept')) ? undefined : 'http_not_acceptable';
    case 'GET':
      return accepts(head.headers.get('accept') ?? '', 'text/event-stream') ? undefined : 'http_not_acceptable';
    case 'DELETE':
      return undefined;
    default:
      return 'http_method';
  }
}

function isJson(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  // JSON is UTF-8 (RFC 8259 §8.1); a parameter that says otherwise describes bytes that we would read differently.
  return (
    type.trim() === 'application/json' &&
    parameters.every((parameter) => ['charset=utf-8', 'charset="utf-8"', ''].includes(parameter.trim()))
  );
}

function acceptsBoth(accept: string | undefined): boolean {
  return accept !== undefined && accepts(accept, 'application/json') && accepts(accept, 'text/event-stream');
}

function hostAllowed(host: string, listener: ListenerConfig): boolean {
  const name = nameOf(host);
  if (isLoopback(listener.address.host))
    return LOOPBACK.has(name) || name === bracketed(listener.address.host) || listener.hosts.includes(name);
  // Rebinding needs a name that can be pointed elsewhere; an address as Host is where the caller really went.
  return listener.hosts.includes(name) || isIP(name.startsWith('[') ? name.slice(1, -1) : name) !== 0;
}

/** Exactly scheme, host and port, as browsers write an Origin: of `http://localhost:1@evil.example` no reading counts. */
function originAllowed(origin: string, listener: ListenerConfig): boolean {
  if (listener.origins.includes(origin)) return true;
  if (!isLoopback(listener.address.host)) return false;
  const scheme = WEB_SCHEMES.find((one) => origin.startsWith(one));
  const host = scheme === undefined ? undefined : parseHost(origin.slice(scheme.length));
  return host !== undefined && LOOPBACK.has(nameOf(host));
}

/** A Host or authority without its port, lowercase. */
function nameOf(authority: string): string {
  const lower = authority.toLowerCase();
  const colon = lower.lastIndexOf(':');
  return colon > lower.lastIndexOf(']') ? lower.slice(0, colon) : lower;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Fetch standard, CORS preflight: only for origins that were allowed above. */
function preflight(request: ServerRequest<Admitted>, origin: string | undefined): 'answered' {
  if (origin === undefined) request.respond(204, ['Allow', 'POST, GET, DELETE, OPTIONS']);
  else {
    request.respond(204, [
      ...corsHeaders(origin),
      'Access-Control-Allow-Methods',
      'POST, GET, DELETE, OPTIONS',
      'Access-Control-Allow-Headers',
      request.head.headers.get('access-control-request-headers') ??
        'authorization, content-type, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name',
      'Access-Control-Max-Age',
      '600',
    ]);
  }
  return 'answered';
}

/** The client as the relaying worker saw it: "listener port tls address". Only other workers can reach this door. */
function relayedPeer(headers: HeaderList, fallback: Peer): Peer {
  const [listener, port, tls, address] = (headers.get(PEER_HEADER) ?? '').split(' ');
  return listener === undefined || address === undefined ? fallback : { listener, port: Number(port), tls: tls === '1', address };
}

/** The header by which a relaying worker names the client. */
export function peerHeader(peer: Peer): readonly string[] {
  return [PEER_HEADER, `${peer.listener} ${peer.port} ${peer.tls ? '1' : '0'} ${peer.address}`];
}
