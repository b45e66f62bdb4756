// The wire: HTTP/1.1 towards agents (strict) and towards servers (bounded-tolerant), event streams, connections. No MCP in here.
export type { AddressPolicy } from './address-filter.ts';
export type { DialOptions, DialWatch } from './dial.ts';
export type { DialFailure } from './dial-failure.ts';
export type { Lookup } from './dial-tcp.ts';
export { createHeaderList } from './header-list.ts';
export { parseHost } from './host.ts';
export { createHttpServer } from './http-server.ts';
export type { HttpServer, HttpServerOptions, HttpServerStats, ListenAddress } from './http-server.ts';
export { createUpstreamPool } from './pool.ts';
export type { PoolOptions } from './pool.ts';
export { peerCertificate, showCertificate } from './peer-certificate.ts';
export type { PeerCertificate } from './peer-certificate.ts';
export type { ConnectProxy } from './proxy-connect.ts';
export { DEFAULT_SERVER_LIMITS } from './server-limits.ts';
export type { ServerTls } from './server-tls.ts';
export { createEventDecoder } from './sse-decode.ts';
export type { EventDecoder, EventDecoderOptions } from './sse-decode.ts';
export { encodeComment, encodeEvent } from './sse-encode.ts';
export type {
  BodyOutlet,
  BodySink,
  HeaderList,
  Origin,
  OriginTls,
  OutHeaders,
  Peer,
  RequestHandler,
  RequestHead,
  ServerLimits,
  ServerRequest,
  ServerSentEvent,
  StreamedBody,
  UpstreamCall,
  UpstreamFailure,
  UpstreamHandler,
  UpstreamPool,
  UpstreamRequest,
} from './types.ts';
