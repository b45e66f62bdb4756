// What we stand in front of: the registry of servers, which revisions each speaks, and the ways to reach them.
export type { HttpSecrets, LineLost, SecretsDoor, StdioDoor, StdioEvents, StdioLink } from './doors.ts';
export { beginExchange } from './http-exchange.ts';
export type { ExchangeEnd, ExchangeEvents, ExchangeOptions, HttpExchange } from './http-exchange.ts';
export { mediaType, OWN_ACCESS, statusRefusal } from './http-status.ts';
export type { HttpTarget } from './http-target.ts';
export { createServers } from './registry.ts';
export type { Readiness, Server, Servers } from './registry.ts';
export { readServerClock } from './server-clock.ts';
export type { ServerClock } from './server-clock.ts';
export { headerNameSchema, serverEntrySchema, serverNameSchema, valueSchema } from './schema.ts';
export type { ServerEntry, ValueEntry } from './schema.ts';
export type {
  DeclaredTool,
  HttpServerConfig,
  Discovery,
  OverLimit,
  ServerAsks,
  ServerConfig,
  ServerTerms,
  StdioServerConfig,
  ToolHandling,
  Trust,
  ValuePart,
  ValueSource,
} from './types.ts';
export { discoverySchema, overLimitSchema } from './terms-schema.ts';
export { openSseCarrier } from './sse-carrier.ts';
export type { SseCarrierOptions } from './sse-carrier.ts';
export type { EraVerdict, Transport } from './verdict.ts';
export { walkHttp } from './walk-http.ts';
export type { HttpWalkOptions } from './walk-http.ts';
export { walkStdio } from './walk-stdio.ts';
export type { HopName, Walk, WalkHop } from './walk.ts';
