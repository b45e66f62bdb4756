// Who is asked, and under which name. On a route with one server that is clear; on a route with several, names and URIs say: what concerns one
// server is from here on that server's, under its own name, so that policy, record and server see what they would see without the route.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { AggregateRoute } from '../config/index.ts';
import { parseJson, readMessage, setMember } from '../mcp/index.ts';
import type { ModernRequest } from '../mcp/index.ts';
import type { Subject } from '../policies/index.ts';
import type { Server } from '../servers/index.ts';
import { askMember } from './ask.ts';
import type { RequestMessage } from './bridge/index.ts';
import type { Arrival, Inbound, Ports } from './exchange.ts';
import { ownQuestion } from './find-tools.ts';
import { listRequest } from './list-request.ts';
import { checkMirrored } from './receive.ts';
import type { Unreadable } from './receive.ts';
import { findNamed, findOwners } from './route-catalogue.ts';
import type { Looking, Owner } from './route-catalogue.ts';
import { serverOfTask } from './tasks.ts';
import { unknownName } from './unknown-name.ts';
import { usableMembers } from './usable-members.ts';

/** An inbound message with its server; names in it are the server's own. */
export interface Resolved {
  readonly inbound: Inbound;
  readonly server: Server;
  readonly members: readonly string[] | undefined;
}

type Done = (resolved: Result<Resolved, Unreadable>) => void;

/** Resolves what a message is about. `done` is called at once, unless a list must be fetched first. */
export function resolve(inbound: Inbound, arrival: Arrival, ports: Ports, done: Done): void {
  const { route } = arrival;
  const asked = forItself(inbound, arrival, ports);
  if (route.kind === 'aggregate') return resolveOnRoute(route, asked, arrival, ports, done);
  const server = ports.servers.get(route.key);
  if (server === undefined) return done(fail({ code: 'route_unknown', say: 'This server is not in the config any more.' }));
  done(ok({ inbound: asked, server, members: undefined }));
}

/** A search for tools is about what is there at all, like a list of them. */
function forItself(inbound: Inbound, arrival: Arrival, ports: Ports): Inbound {
  if ((inbound.kind !== 'modern' && inbound.kind !== 'legacy') || ownQuestion(inbound, arrival, ports) !== 'search') return inbound;
  return { ...inbound, subject: { kind: 'server' } };
}

/** A request about a thing that one server has. */
interface About {
  readonly inbound: Extract<Inbound, { kind: 'modern' | 'legacy' }>;
  readonly message: RequestMessage;
  readonly subject: Exclude<Subject, { kind: 'server' }>;
}

function resolveOnRoute(route: AggregateRoute, inbound: Inbound, arrival: Arrival, ports: Ports, done: Done): void {
  const about = aboutOne(inbound);
  if (about === undefined) return done(ok({ inbound, server: ports.aggregates.serverOf(route), members: usableMembers(route, arrival) }));
  const holder = serverOfTask(inbound);
  if (holder !== undefined) return settle(about, taskOwner(about, holder, arrival), arrival, ports, done);
  const looking: Looking = {
    route,
    asker: {
      arrival,
      request: about.inbound.kind === 'modern' ? about.inbound.request : listRequest(about.message.id),
      scope: '',
      askMember,
    },
  };
  const { kind, name } = about.subject;
  if (kind !== 'resource') {
    findNamed(looking, kind === 'tool' ? 'tools' : 'prompts', name, ports, (owner) => settle(about, owner, arrival, ports, done));
    return;
  }
  findOwners(looking, [name], ports, (owners) => {
    const server = owners.get(name);
    settle(about, server === undefined ? undefined : { server, name }, arrival, ports, done);
  });
}

function aboutOne(inbound: Inbound): About | undefined {
  if (inbound.kind !== 'modern' && inbound.kind !== 'legacy') return undefined;
  const { message, subject } = inbound;
  return message.kind === 'request' && subject.kind !== 'server' ? { inbound, message, subject } : undefined;
}

function settle(about: About, owner: Owner, arrival: Arrival, ports: Ports, done: Done): void {
  const { id } = about.message;
  const era = about.inbound.kind;
  if (owner === undefined) return done(fail({ ...unknownName(about.subject), id, era }));
  if ('code' in owner) {
    const say = owner.say ?? 'The server that this belongs to cannot be asked for what it has now; try again.';
    return done(fail({ code: owner.code, say, id, era }));
  }
  const server = ports.servers.get(owner.server);
  if (server === undefined) return done(fail({ ...unknownName(about.subject), id, era }));
  const inbound = underOwnName(about, owner.name);
  if (inbound.kind === 'modern') {
    const agreed = checkMirrored(inbound, server.name, arrival, ports);
    if (!agreed.ok) return done(agreed);
  }
  done(ok({ inbound, server, members: undefined }));
}

/** A task is where it was made; its tool is called there what it is called. */
function taskOwner({ subject }: About, server: string, arrival: Arrival): Owner {
  const { route } = arrival;
  return route.kind === 'aggregate' && usableMembers(route, arrival).includes(server) ? { server, name: subject.name } : undefined;
}

function underOwnName({ inbound, message, subject }: About, name: string): About['inbound'] {
  if (name === subject.name) return inbound;
  const path = message.method === 'completion/complete' ? ['params', 'ref'] : ['params'];
  const edited = parseJson(setMember(message.document, path, 'name', JSON.stringify(name)));
  const reread = edited.ok ? readMessage(edited.value) : edited;
  if (!reread.ok || reread.value.kind !== 'request')
    throw new GatewayError('internal', { cause: new Error('a renamed request is not valid') });
  const own = { ...subject, name };
  if (inbound.kind === 'legacy') return { ...inbound, message: reread.value, subject: own };
  const { params } = reread.value;
  const request: ModernRequest = { ...inbound.request, params, name: inbound.request.name === undefined ? undefined : name };
  return { ...inbound, message: reread.value, request, subject: own };
}
