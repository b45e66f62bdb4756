// The wire: HTTP/1.1 towards agents (strict) and towards servers (bounded-tolerant), event streams, connections. No MCP in here.
export { createHeaderList } from './header-list.ts';
export type {
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
  UpstreamCall,
  UpstreamHandler,
  UpstreamPool,
  UpstreamRequest,
} from './types.ts';
