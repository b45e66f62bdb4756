// Which servers of a route with several an agent may use at all: the others do not exist for it.

import type { AggregateRoute } from '../config/index.ts';
import type { Arrival } from './exchange.ts';

/** The names of the servers that an agent may use, in the order of the config. */
export function usableMembers(
  { members }: AggregateRoute,
  { principal, snapshot }: Pick<Arrival, 'principal' | 'snapshot'>,
): readonly string[] {
  return members.filter((name) => snapshot.policy.decide(principal, name, { kind: 'server' }).kind === 'allow');
}
