// Every exchange that is not over, so that a revoked key or a changed policy closes the streams it no longer allows within the
// snapshot change itself, a drain knows what it waits for, and silent streams get their keep-alive comments.

import type { Caller, Principal } from '../agents/index.ts';
import { createRoster } from '../base/index.ts';
import type { Listed } from '../base/index.ts';
import type { Snapshot } from '../config/index.ts';
import type { Subject } from '../policies/index.ts';
import type { Answer } from './answer.ts';
import { currentCaller } from './current-caller.ts';
import type { Call } from './exchange.ts';
import { LONG_LIVED } from './in-flight.ts';
import { usableMembers } from './usable-members.ts';
import { mayEver } from './verdicts.ts';

/** An exchange that is not over. */
export interface OpenExchange extends Listed {
  readonly answer: Answer;
  readonly call: Call;
}

/** What is cut by other means than its answer. */
interface Watched extends Listed {
  readonly call: Call;
  readonly cut: () => void;
}

/** The exchanges of one worker. */
export interface OpenExchanges {
  readonly count: number;
  /** Open streams of one agent, for its cap. */
  streamsOf(tenant: string, agent: string): number;
  /** The streams that live until somebody ends them, with what each is for. */
  listening(): readonly OpenExchange[];
  add(answer: Answer, call: Call): OpenExchange;
  remove(exchange: OpenExchange): void;
  /** What has no answer of its own yet, or is only a part of one: `cut` ends it when it would not be let begin any more. Gives back how to forget it. */
  watch(call: Call, cut: () => void): () => void;
  /** Cuts whatever the new snapshot would not let begin, and says how much that was. */
  reconsider(snapshot: Snapshot, nowMs: number): number;
  /** Cuts what is left when the grace is over. */
  cutAll(): void;
  /** Ends long-lived streams, so that a drain does not wait for what never ends by itself. */
  endStreams(): void;
  keepAlive(beforeUs: number): void;
}

/** An empty set. */
export function createOpenExchanges(): OpenExchanges {
  const open = createRoster<OpenExchange>();
  const streams = new Map<string, number>();
  const watched = createRoster<Watched>();

  const key = (tenant: string, agent: string): string => `${tenant}\u0000${agent}`;
  const count = (call: Call, by: 1 | -1): void => {
    if (!LONG_LIVED.has(call.question.method)) return;
    const { tenant, agent } = call.arrival.principal;
    const next = (streams.get(key(tenant, agent)) ?? 0) + by;
    if (next === 0) streams.delete(key(tenant, agent));
    else streams.set(key(tenant, agent), next);
  };

  return {
    get count() {
      return open.size;
    },
    streamsOf: (tenant, agent) => streams.get(key(tenant, agent)) ?? 0,
    listening: () => open.all().filter(({ call }) => LONG_LIVED.has(call.question.method)),
    add: (answer, call) => {
      const exchange = { answer, call, place: -1 };
      open.add(exchange);
      count(call, 1);
      return exchange;
    },
    remove: (exchange) => {
      if (open.remove(exchange)) count(exchange.call, -1);
    },
    watch: (call, cut) => {
      const one = { call, cut, place: -1 };
      watched.add(one);
      return () => void watched.remove(one);
    },
    reconsider: (snapshot, nowMs) => {
      let ended = 0;
      const isOver = (call: Call): boolean => !stillAllowed(call, snapshot, nowMs);
      // What is cut may end others.
      for (const one of open.all())
        if (open.has(one) && isOver(one.call)) {
          ended++;
          one.answer.cut('cancelled');
        }
      for (const one of watched.all())
        if (watched.has(one) && isOver(one.call)) {
          ended++;
          watched.remove(one);
          one.cut();
        }
      return ended;
    },
    cutAll: () => {
      for (const { answer } of open.all()) answer.cut('cancelled');
    },
    endStreams: () => {
      for (const { answer, call } of open.all())
        if (LONG_LIVED.has(call.question.method)) {
          answer.end('ok');
          answer.onGone?.();
        }
    },
    keepAlive: (beforeUs) => {
      for (const { answer } of open.all()) answer.keepAlive(beforeUs);
    },
  };
}

function stillAllowed(call: Call, snapshot: Snapshot, nowMs: number): boolean {
  const { principal, peer, route } = call.arrival;
  if (!snapshot.routes.has(route.path)) return false;
  const current = currentCaller(principal, peer.listener, snapshot, nowMs);
  if (current === undefined) return false;
  const mayUse = (name: string, subject: Subject): boolean => mayEver(current, name, subject, snapshot);
  if (call.arrival.unread !== undefined) return mayUnread(call, current, snapshot);
  // What was begun when it was looked into may not go on now that nothing of its server is.
  if (snapshot.unread.has(call.server.name)) return false;
  if (call.members !== undefined && LONG_LIVED.has(call.question.method) && !sameMembers(call, current, snapshot)) return false;
  return mayUseTasks(call, mayUse) && (call.members ?? [call.server.name]).some((name) => mayUse(name, call.question.subject));
}

/** Its server is still one of which nothing is looked at, and may still be used as such. */
function mayUnread({ server }: Call, current: Principal, { unread, policy }: Snapshot): boolean {
  return unread.has(server.name) && policy.judgeUnread(current, server.name, undefined).kind === 'allow';
}

/** What a watched task gives comes from a tool: with the right to one of them the stream goes, and its agent asks for the rest again. */
function mayUseTasks({ inbound }: Call, mayUse: (server: string, subject: Subject) => boolean): boolean {
  if (inbound.kind !== 'modern' || inbound.tasks === undefined) return true;
  return inbound.tasks.named.values().every(({ server, tool }) => mayUse(server, { kind: 'tool', name: tool }));
}

/** A stream from several servers hears none that has come since, or that its agent may use since: the agent opens it anew. */
function sameMembers({ arrival, members }: Call, current: Caller, snapshot: Snapshot): boolean {
  const route = snapshot.routes.get(arrival.route.path);
  return route?.kind === 'aggregate' && usableMembers(route, { principal: current, snapshot }).join() === members?.join();
}
