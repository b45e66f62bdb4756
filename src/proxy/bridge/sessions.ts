// All per-session state of a worker. The modern road has none; what the legacy era needs lives here, capped per agent, and goes
// when it has been idle for too long, when its agent is revoked, or when its process ends.

import type { Principal } from '../../agents/index.ts';
import type { Limits, Snapshot } from '../../config/index.ts';
import { LATEST_MODERN } from '../../mcp/index.ts';
import type { Message } from '../../mcp/index.ts';
import type { Server } from '../../servers/index.ts';
import type { Refused } from '../rescue.ts';
import { countPerServer } from './count-per-server.ts';
import { createEndpoints } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { createEventStore } from './event-store.ts';
import { createResumption } from './resumption.ts';
import type { Resumable, Resumption } from './resumption.ts';
import type { SealingKey } from './seal.ts';
import { openSession, sealSession } from './session-id.ts';
import type { SessionFacts } from './session-id.ts';
import { createStdioSession } from './stdio-session.ts';
import type { StdioSession } from './stdio-session.ts';
import { createPlayedSession } from './played-session.ts';
import type { PlayedFacts, PlayedSession } from './played-session.ts';
import { createMuxes } from './muxes.ts';
import type { Muxes } from './muxes.ts';
import { carrierOptions } from './link-options.ts';
import { openLines } from './links.ts';
import type { Ready } from './legacy-servers.ts';
import type { Processes } from './processes.ts';

/** A session as a request finds it. */
export type Session =
  | ({ readonly kind: 'http'; readonly server: string; readonly upstream: string; readonly openedAtMs: number } & Spoken)
  | ({ readonly kind: 'stdio'; readonly session: StdioSession; readonly resumption: Resumption } & Spoken)
  | { readonly kind: 'played'; readonly session: PlayedSession; readonly resumption: Resumption; readonly revision: string };

/** What is spoken on the two hops of a session. */
export interface Spoken {
  /** With the agent. */
  readonly revision: string;
  /** With the server. */
  readonly serverRevision: string;
  /** What the agent declared that it can be asked for; undefined: nobody knows. */
  readonly declared?: readonly string[] | undefined;
}

/** The sessions of one worker. */
export interface Sessions {
  /** Where agents of 2024-11-05 post to. */
  readonly endpoints: Endpoints;
  /** Sessions that this worker keeps for a server or a route, with a process or played. */
  counts(): (server: string) => number;
  /** The worker to which a token belongs, if that is another one; undefined also for tokens that are none. */
  ownerElsewhere(token: string, principal: Principal, server: string): string | undefined;
  find(token: string, principal: Principal, server: string): Session | undefined;
  /** A token for a session that lives in the server; every worker can carry it. */
  sealHttp(principal: Principal, server: string, upstream: string, spoken: Spoken): string;
  /** Opens a session that is a pipe: starts a process for it, or goes through a server's event stream (HTTP+SSE); or says why not. */
  openStdio(principal: Principal, server: Server, readiness: Ready, limits: Limits): StdioSession | Refused;
  /** A token for a session of this worker. */
  sealStdio(principal: Principal, session: StdioSession, spoken: Spoken): string;
  /** Opens a session that the gateway plays on this route; a string says why not. */
  openPlayed(principal: Principal, route: string, limits: Limits, facts: PlayedFacts): PlayedSession | string;
  /** A token for a played session of this worker. */
  sealPlayed(principal: Principal, session: PlayedSession, revision: string): string;
  /** The processes that carry modern requests to stdio servers. */
  readonly muxes: Muxes;
  /** Ends what a token stands for, here and, by way of `onEnded`, everywhere. */
  end(token: string, session: Session): void;
  /** Another worker ended this token. */
  forget(token: string, nowMs: number): void;
  /** Ends idle sessions and those of agents that may not use them any more. */
  sweep(snapshot: Snapshot, nowMs: number): void;
  close(): void;
}

export interface SessionsOptions {
  /** This worker's name, as sealed into tokens. */
  readonly self: string;
  readonly keys: () => readonly SealingKey[];
  readonly processes: Processes;
  readonly nowMs: () => number;
  /** A token was ended here: tell the other workers. */
  readonly onEnded: (token: string) => void;
  readonly onSessionEnd: (server: string, text: string) => void;
  readonly onNoise: (server: string) => void;
  /** What a server says in a session that is relayed, whether or not its agent listens. */
  readonly onNotification?: (server: string, said: Message) => void;
  /** A session is over: how long it has lasted, for the metrics. `hops`: with the agent, with the server, or one session through to the server. */
  readonly onLasted?: (lasted: SessionLife) => void;
}

/** How long a session has lasted. */
export interface SessionLife {
  readonly hops: 'agent' | 'server' | 'both';
  readonly server: string;
  /** Empty where it was over before that was settled. */
  readonly revision: string;
  readonly ms: number;
}

/** A token lives at most as long as the key that sealed it. */
const TOKEN_LIFE_MS = 24 * 3_600_000;
const MAX_CACHED_TOKENS = 10_000;
const MAX_ENDED_TOKENS = 100_000;
/** A connection that breaks is back within seconds: what was said since is a few messages, seldom more than one large answer. */
const EVENT_CAPS = {
  session: { maxEvents: 1_000, maxBytes: 4 * 1024 * 1024 },
  worker: { maxEvents: 100_000, maxBytes: 64 * 1024 * 1024 },
};

/** No sessions yet. */
export function createSessions(options: SessionsOptions): Sessions {
  const stdio = new Map<number, StdioSession>();
  const played = new Map<number, PlayedSession>();
  const events = createEventStore<Resumable>(EVENT_CAPS);
  /** What agents can come back to, by the number of the session. */
  const resumptions = new Map<number, Resumption>();
  /** Opened tokens, so that a busy session is decrypted once. The key includes who asked. */
  const opened = new Map<string, SessionFacts>();
  const ended = new Map<string, number>();
  const muxes = createMuxes(options);
  let nextNumber = 1;

  const facts = (token: string, principal: Principal, server: string): SessionFacts | undefined => {
    if (ended.has(token)) return undefined;
    const cacheKey = `${principal.tenant}\u0000${principal.agent}\u0000${server}\u0000${token}`;
    const known = opened.get(cacheKey) ?? openSession(token, options.keys(), principal, server);
    if (known === undefined) return undefined;
    if (opened.size >= MAX_CACHED_TOKENS) opened.clear();
    opened.set(cacheKey, known);
    return options.nowMs() - known.openedAtMs > TOKEN_LIFE_MS ? undefined : known;
  };
  /** When there are too many, the oldest goes: what it stood for has been ended at its server, or with its process. */
  const remember = (token: string, nowMs: number): void => {
    const oldest = ended.size < MAX_ENDED_TOKENS ? undefined : ended.keys().next().value;
    if (oldest !== undefined) ended.delete(oldest);
    ended.set(token, nowMs);
  };
  const currentKey = (): SealingKey => {
    const key = options.keys()[0];
    if (key === undefined) throw new Error('there is no key to seal sessions with');
    return key;
  };
  const owned = (principal: Principal): number => {
    let count = 0;
    for (const { lastUsedBy } of [...stdio.values(), ...played.values()])
      if (lastUsedBy.tenant === principal.tenant && lastUsedBy.agent === principal.agent) count++;
    return count;
  };

  const touch = (one: StdioSession | PlayedSession, principal: Principal): void => {
    one.lastUsedMs = options.nowMs();
    one.lastUsedBy = principal;
  };
  const resumptionOf = (number: number): Resumption => {
    const made = resumptions.get(number) ?? createResumption(events.log(number));
    resumptions.set(number, made);
    return made;
  };
  const forgetEvents = (number: number): void => {
    resumptions.get(number)?.close();
    resumptions.delete(number);
  };
  const mayOpen = (principal: Principal, { maxSessionsPerAgent }: Limits): string | undefined =>
    owned(principal) < maxSessionsPerAgent
      ? undefined
      : `This agent has ${maxSessionsPerAgent} sessions open already; end one with DELETE.`;

  return {
    endpoints: createEndpoints(options),
    counts: () => countPerServer(stdio.values(), played.values()),
    ownerElsewhere: (token, principal, server) => {
      const owner = facts(token, principal, server)?.owner;
      return owner === undefined || owner === options.self ? undefined : owner;
    },
    find: (token, principal, server) => {
      const found = facts(token, principal, server);
      if (found === undefined) return undefined;
      if (found.owner === undefined)
        return {
          kind: 'http',
          server,
          upstream: found.inner,
          openedAtMs: found.openedAtMs,
          revision: found.revision,
          serverRevision: found.serverRevision,
          declared: found.declared,
        };
      if (found.owner !== options.self) return undefined;
      const number = Number(found.inner);
      const [piped, acted] = [stdio.get(number), played.get(number)];
      if (piped !== undefined) {
        touch(piped, principal);
        const { revision, serverRevision, declared } = found;
        return { kind: 'stdio', session: piped, resumption: resumptionOf(number), revision, serverRevision, declared };
      }
      if (acted === undefined) return undefined;
      touch(acted, principal);
      return { kind: 'played', session: acted, resumption: resumptionOf(number), revision: found.revision };
    },
    sealHttp: (principal, server, upstream, { revision, serverRevision, declared }) =>
      sealSession(
        { owner: undefined, inner: upstream, revision, serverRevision, openedAtMs: options.nowMs(), declared },
        currentKey(),
        principal,
        server,
      ),
    openStdio: (principal, server, readiness, limits) => {
      const refused = mayOpen(principal, limits);
      if (refused !== undefined) return { code: 'too_many', say: refused };
      const { name } = server;
      const isProgram = readiness.http === undefined;
      const start = isProgram ? options.processes.startFor(principal, server, limits) : undefined;
      if (start !== undefined && typeof start !== 'function') return start;
      const open = start ?? openLines(readiness, carrierOptions(server, limits));
      if (open === undefined) return { code: 'internal' };
      const number = nextNumber++;
      const openedMs = options.nowMs();
      const session = createStdioSession(
        {
          number,
          server: name,
          principal,
          nowMs: options.nowMs,
          onEnd: (text) => {
            stdio.delete(number);
            forgetEvents(number);
            options.onSessionEnd(name, text);
            options.onLasted?.({ hops: 'both', server: name, revision: session.revision, ms: options.nowMs() - openedMs });
          },
          onNoise: () => options.onNoise(name),
          onNotification: (said) => options.onNotification?.(name, said),
        },
        open,
      );
      stdio.set(number, session);
      return session;
    },
    sealStdio: (principal, session, { revision, serverRevision, declared }) =>
      sealSession(
        { owner: options.self, inner: String(session.number), revision, serverRevision, openedAtMs: options.nowMs(), declared },
        currentKey(),
        principal,
        session.server,
      ),
    openPlayed: (principal, route, limits, settled) => {
      const refused = mayOpen(principal, limits);
      if (refused !== undefined) return refused;
      const number = nextNumber++;
      const openedMs = options.nowMs();
      const onEnd = (): void => {
        played.delete(number);
        forgetEvents(number);
        options.onLasted?.({ hops: 'agent', server: route, revision: settled.revision, ms: options.nowMs() - openedMs });
      };
      const session = createPlayedSession({ number, server: route, principal, nowMs: options.nowMs, facts: settled, onEnd });
      played.set(number, session);
      return session;
    },
    sealPlayed: (principal, session, revision) =>
      sealSession(
        { owner: options.self, inner: String(session.number), revision, serverRevision: LATEST_MODERN, openedAtMs: options.nowMs() },
        currentKey(),
        principal,
        session.server,
      ),
    muxes,
    end: (token, session) => {
      remember(token, options.nowMs());
      options.onEnded(token);
      if (session.kind !== 'http') return session.session.close();
      // Of those that live in their server nothing is kept here: one that is never ended is never known to be over.
      options.onLasted?.({ hops: 'both', server: session.server, revision: session.revision, ms: options.nowMs() - session.openedAtMs });
    },
    forget: (token, nowMs) => remember(token, nowMs),
    sweep: (snapshot, nowMs) => {
      for (const [token, endedMs] of ended) if (nowMs - endedMs > TOKEN_LIFE_MS) ended.delete(token);
      const idle = (one: StdioSession | PlayedSession): boolean => nowMs - one.lastUsedMs > snapshot.limits.sessionIdleMs;
      for (const session of played.values()) {
        if (session.busy) session.lastUsedMs = nowMs;
        if (idle(session) || !mayUse(session.lastUsedBy, behind(session.server, snapshot), snapshot, nowMs)) session.close();
      }
      for (const session of stdio.values())
        if (idle(session) || !mayUse(session.lastUsedBy, [session.server], snapshot, nowMs)) session.close();
      muxes.sweep(snapshot, nowMs);
    },
    close: () => {
      for (const session of stdio.values()) session.close();
      for (const session of played.values()) session.close();
      muxes.close();
    },
  };
}

/** The servers behind a route. */
function behind(key: string, { routes }: Snapshot): readonly string[] {
  for (const route of routes.values()) if (route.key === key) return route.kind === 'aggregate' ? route.members : [key];
  return [];
}

/** A process that was started for an agent ends with the agent's right to it: it holds credentials, and what it was told. */
function mayUse(principal: Principal, servers: readonly string[], { agents, policy }: Snapshot, nowMs: number): boolean {
  const current = agents.current(principal, nowMs);
  return current !== undefined && servers.some((server) => policy.decide(current, server, { kind: 'server' }).kind === 'allow');
}
