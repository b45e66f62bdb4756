// Servers of the legacy era, asked in the modern form (MCP 2026-07-28 agents in front of 2025-11-25 and older servers). Capabilities and the
// log level belong to a session in that era and to a request in this one: so there is a session for each combination that an agent uses
// with a server, opened on demand, shared by its requests, and ended when nobody has used it for a while.

import type { Principal } from '../../agents/index.ts';
import type { Subject } from '../../policies/index.ts';
import type { Limits, Snapshot } from '../../config/index.ts';
import { canonicalJson, toLegacyClientCapabilities } from '../../mcp/index.ts';
import type { Message } from '../../mcp/index.ts';
import type { Readiness, Server } from '../../servers/index.ts';
import type { Ports } from '../exchange.ts';
import type { Refused } from '../rescue.ts';
import { countPerServer } from './count-per-server.ts';
import type { LegacyCall } from './legacy-call.ts';
import { createLegacySession } from './legacy-session.ts';
import type { LegacySession } from './legacy-session.ts';
import { mayUse } from './may-use.ts';
import { OVER } from './party.ts';
import type { LinkTo } from './link-to.ts';
import type { Ask, Asking, Hearing } from './party.ts';
import { createRounds } from './rounds.ts';
import type { RoundEvent } from './rounds.ts';
import type { SealingKey } from './seal.ts';

/** What a worker knows about the sessions that it holds at one server; for the status and the metrics. */
export interface LegacyCounts {
  readonly sessions: number;
  /** Rounds that wait for an agent's answer. */
  readonly parked: number;
}

/** A server whose era is known. */
export type Ready = Extract<Readiness, { kind: 'ready' }>;

/** Sessions with servers of the legacy era, pooled and capped. */
export interface LegacyServers {
  ask(ask: Ask, readiness: Ready, hearing: Hearing, ports: Ports): Asking;
  /** The worker that parked the round to which this request state belongs, if that is another one; undefined also for what is none of ours. */
  ownerElsewhere(requestState: string, principal: Principal): string | undefined;
  counts(): (server: string) => LegacyCounts;
  /** Ends what is idle, expired, or whose agent may not use it any more. */
  sweep(snapshot: Snapshot, nowMs: number): void;
  close(): void;
}

export interface LegacyServersOptions {
  /** This worker's name, as sealed into tokens. */
  readonly self: string;
  readonly keys: () => readonly SealingKey[];
  readonly nowMs: () => number;
  /** The way to a server, whatever its transport. */
  readonly linkTo: LinkTo;
  readonly onSessionEnd: (server: string, text: string) => void;
  /** For the metrics: what has happened to rounds and sessions at a server. */
  readonly onEvent?: (event: RoundEvent | 'session_reopened', server: string) => void;
  /** What a server says, whether or not an agent listens. */
  readonly onNotification?: (server: string, said: Message) => void;
  /** A session is over: how long it has lasted, for the metrics. */
  readonly onLasted?: (server: string, ms: number) => void;
}

/** A session is some kilobytes here, and as much at its server; a program of its own has a cap of its own. */
const MAX_SESSIONS = 10_000;
/** Of the 512 connections of a pool, so many at most carry nothing but what belongs to no request; calls under way and parked need the others. */
const MAX_STREAMS_PER_SERVER = 128;

interface Held {
  readonly session: LegacySession;
  /** Whom it was opened with: another config or other credentials make another session. */
  readonly opened: Server;
  readonly credentials: string;
}

/** No sessions yet. */
export function createLegacyServers(options: LegacyServersOptions): LegacyServers {
  const { nowMs } = options;
  const rounds = createRounds<LegacyCall>(options);
  /** By what makes them different; those that take new requests. */
  const pool = new Map<string, Held>();
  const all = new Set<LegacySession>();

  const find = (key: string, server: Server, { http }: Ready): LegacySession | undefined => {
    const held = pool.get(key);
    if (held === undefined) return undefined;
    if (held.opened === server && held.credentials === credentialsOf(http)) return held.session;
    pool.delete(key);
    if (!held.session.isBusy) held.session.close();
    return undefined;
  };
  /** The session of an ask, opened where there is none. */
  const sessionFor = (wanted: Ask, readiness: Ready, { snapshot, log }: Ports): LegacySession | Refused => {
    const { limits } = snapshot();
    const { call, request } = wanted;
    const { principal } = call.arrival;
    const capabilities = toLegacyClientCapabilities(request.clientCapabilities);
    const key = JSON.stringify([
      principal.tenant,
      principal.agent,
      principal.user ?? null,
      call.server.name,
      wanted.scope,
      request.logLevel ?? null,
      canonicalJson(capabilities),
    ]);
    const known = find(key, call.server, readiness);
    if (known !== undefined) {
      known.lastUsedMs = nowMs();
      known.lastUsedBy = principal;
      return known;
    }
    const full = makeRoom(principal, limits);
    if (full !== undefined) return full;
    const { server } = call;
    const openedMs = nowMs();
    let open = options.linkTo(principal, server, readiness, limits);
    if (typeof open !== 'function' && closeIdlest((one) => one.isProgram && isOf(one, principal)))
      open = options.linkTo(principal, server, readiness, limits);
    if (typeof open !== 'function') return open;
    const session = createLegacySession({
      server: server.name,
      principal,
      revisions: readiness.verdict.revisions,
      capabilities,
      clientInfo: request.clientInfo,
      logLevel: request.logLevel,
      open,
      isProgram: readiness.http === undefined,
      answerTimeoutMs: server.config.timeoutMs ?? limits.answerTimeoutMs,
      rounds,
      mayStream: () => count((one) => one.server === server.name && one.hasStream) < MAX_STREAMS_PER_SERVER,
      nowMs,
      onNotification: (said) => options.onNotification?.(server.name, said),
      log,
      onUnopened: () => server.doubt(),
      onRetired: () => {
        if (pool.get(key)?.session === session) pool.delete(key);
      },
      onEnd: (text) => {
        all.delete(session);
        options.onSessionEnd(server.name, text);
        options.onLasted?.(server.name, nowMs() - openedMs);
      },
    });
    all.add(session);
    pool.set(key, { session, opened: server, credentials: credentialsOf(readiness.http) });
    return session;
  };
  const count = (counts: (one: LegacySession) => boolean): number => {
    let number = 0;
    for (const one of all) if (counts(one)) number++;
    return number;
  };
  /** A modern agent cannot end a session that it knows nothing of: its least recently used one makes room. */
  const makeRoom = (principal: Principal, limits: Limits): Refused | undefined => {
    const isOwn = (one: LegacySession): boolean => isOf(one, principal);
    if (all.size >= MAX_SESSIONS && !closeIdlest(() => true)) return { code: 'overloaded' };
    if (count(isOwn) < limits.maxSessionsPerAgent || closeIdlest(isOwn)) return undefined;
    return { code: 'too_many', say: `This agent has ${limits.maxSessionsPerAgent} sessions with servers in use already.` };
  };
  const closeIdlest = (suits: (one: LegacySession) => boolean): boolean => {
    let idlest: LegacySession | undefined;
    for (const one of all) {
      if (one.isBusy || !suits(one)) continue;
      if (idlest === undefined || one.lastUsedMs < idlest.lastUsedMs) idlest = one;
    }
    idlest?.close();
    return idlest !== undefined;
  };

  const begin = (wanted: Ask, readiness: Ready, hearing: Hearing, ports: Ports): Asking => {
    let asking: Asking = OVER;
    let over = false;
    const start = (again: (() => void) | undefined): void => {
      const session = sessionFor(wanted, readiness, ports);
      if ('code' in session) return hearing.fail(session, 'refused');
      asking = session.ask(wanted, hearing, again);
    };
    // Once: a server that forgets each session at once would be asked for ever.
    start(() => {
      if (over) return;
      options.onEvent?.('session_reopened', wanted.call.server.name);
      start(undefined);
    });
    return {
      giveUp: () => {
        over = true;
        asking.giveUp();
      },
      resume: () => asking.resume(),
    };
  };
  const goOn = (state: string, wanted: Ask, hearing: Hearing): Asking => {
    const found = rounds.find(state, wanted);
    const refused = found.ok ? found.value.retry(wanted, hearing) : found.error;
    options.onEvent?.(refused === undefined ? 'round_resumed' : 'state_refused', wanted.call.server.name);
    if (refused !== undefined) hearing.fail(refused, 'refused');
    if (!found.ok || refused !== undefined) return OVER;
    const call = found.value;
    return { giveUp: () => void call.giveUp('The agent hung up.'), resume: () => call.resume() };
  };

  return {
    ask: (wanted, readiness, hearing, ports) => {
      const state = wanted.message.params?.['requestState'];
      if (state === undefined) return begin(wanted, readiness, hearing, ports);
      if (typeof state === 'string') return goOn(state, wanted, hearing);
      hearing.fail({ code: 'params_malformed', say: 'requestState must be a string.' }, 'refused');
      return OVER;
    },
    ownerElsewhere: (state, principal) => rounds.ownerElsewhere(state, principal),
    counts: () => {
      const sessionsOf = countPerServer(all);
      return (server) => ({ sessions: sessionsOf(server), parked: rounds.countOf(server) });
    },
    sweep: (snapshot, now) => {
      const isOver = (principal: Principal, server: string, subject?: Subject): boolean =>
        !mayUse(principal, server, snapshot, now, subject);
      rounds.sweep(now, isOver);
      const pooled = new Set([...pool.values()].map(({ session }) => session));
      for (const session of all) {
        session.sweep(now);
        const isIdle = !session.isBusy && (!pooled.has(session) || now - session.lastUsedMs > snapshot.limits.sessionIdleMs);
        if (isIdle || isOver(session.lastUsedBy, session.server)) session.close();
      }
    },
    close: () => {
      for (const session of all) session.close();
    },
  };
}

function isOf({ lastUsedBy }: LegacySession, principal: Principal): boolean {
  return lastUsedBy.tenant === principal.tenant && lastUsedBy.agent === principal.agent;
}

function credentialsOf(http: Ready['http']): string {
  return JSON.stringify(http?.headers ?? null);
}
