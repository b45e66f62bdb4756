// Several servers as one: what is asked of all of them, and their answers made into one. Each is asked in a recorded call of its own, whatever
// it speaks and whatever carries it.

import { GatewayError } from '../base/index.ts';
import { askDiscover } from './aggregate-discover.ts';
import { askListen } from './aggregate-listen.ts';
import { askLists } from './aggregate-lists.ts';
import { OVER } from './bridge/index.ts';
import type { Ask, Asking, Hearing, ListKind } from './bridge/index.ts';
import type { Ports } from './exchange.ts';
import { LIST_METHODS } from './member-lists.ts';
import type { AskMember } from './member-lists.ts';

const KINDS: ReadonlyMap<string, ListKind> = new Map([
  [LIST_METHODS.tools, 'tools'],
  [LIST_METHODS.prompts, 'prompts'],
  [LIST_METHODS.resources, 'resources'],
  [LIST_METHODS.resourceTemplates, 'resourceTemplates'],
]);

/** Asks the members of a call's route what only all of them together can answer. */
export function askMembers(wanted: Ask, hearing: Hearing, ports: Ports, askMember: AskMember): Asking {
  const { route } = wanted.call.arrival;
  if (route.kind !== 'aggregate') throw new GatewayError('internal', { cause: new Error('the servers of no route were asked together') });
  const { request, scope, call } = wanted;
  const { method } = request;
  const asker = { arrival: { ...call.arrival, trace: call.trace }, request, scope, askMember };
  const kind = KINDS.get(method);
  if (kind !== undefined) return askLists(wanted, { route, asker }, kind, hearing, ports);
  if (method === 'server/discover') return askDiscover(wanted, { route, asker }, hearing, ports);
  if (method === 'subscriptions/listen') return askListen(wanted, { route, asker }, hearing, ports);
  hearing.fail({ code: 'method_unknown', say: `${method} is about one server; this route shows several.` }, 'refused');
  return OVER;
}
