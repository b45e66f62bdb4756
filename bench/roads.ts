// The roads that a call can take through the gateway: who speaks what on either side of it. Pure.

import { AGGREGATE_ROUTE, type Era, ROUTE, TOOLS } from './workload.ts';

/** One road. */
export interface Road {
  readonly agent: Era;
  readonly server: Era;
  readonly transport: 'http' | 'stdio';
  /** How many servers the route shows as one; 1: it is a server's own route. */
  readonly servers: number;
  /** How the server writes an answer: as JSON, or as the one event of a stream. */
  readonly answers: 'json' | 'sse';
}

/** The shortest: the modern era on both sides, over HTTP, to one server. */
export const SAME_ERA: Road = { agent: 'modern', server: 'modern', transport: 'http', servers: 1, answers: 'json' };

/** The path that the road's agents call. */
export function routeOf({ servers }: Road): string {
  return servers === 1 ? ROUTE : AGGREGATE_ROUTE;
}

/** The server that the nth agent calls. */
export function serverOf({ servers }: Road, n: number): string {
  return servers === 1 ? 'bench' : `bench-${twoDigits(n % servers)}`;
}

/** The tool that the nth agent calls, as its route names it. */
export function toolOf(road: Road, n: number): string {
  const tool = TOOLS[n % TOOLS.length] ?? '';
  return road.servers === 1 ? tool : `${serverOf(road, n)}__${tool}`;
}

/** 0 to 99, always of the same length. */
export function twoDigits(n: number): string {
  return String(n).padStart(2, '0');
}
