// All per-session state of a worker. The modern road has none; what the legacy era needs lives here, capped per agent, and goes
// when it has been idle for too long, when its agent is revoked, or when its process ends.

import type { Principal } from '../../agents/index.ts';
import type { Limits, Snapshot } from '../../config/index.ts';
import type { StdioDoor } from '../../servers/index.ts';
import type { SealingKey } from './seal.ts';
import { openSession, sealSession } from './session-id.ts';
import type { SessionFacts } from './session-id.ts';
import { createStdioSession } from './stdio-session.ts';
import type { StdioSession } from './stdio-session.ts';
import type { PlayedSession } from './played-session.ts';
import { createStdioMux } from './stdio-mux.ts';
import type { StdioMux } from './stdio-mux.ts';

/** A session as a request finds it. */
export type Session =
  | ({ readonly kind: 'http'; readonly upstream: string } & Spoken)
  | ({ readonly kind: 'stdio'; readonly session: StdioSession } & Spoken)
  | { readonly kind: 'played'; readonly session: PlayedSession; readonly revision: string };

/** What is spoken on the two hops of a session. */
export interface Spoken {
  /** With the agent. */
  readonly revision: string;
  /** With the server. */
  readonly serverRevision: string;
}

/** The sessions of one worker. */
export interface Sessions {
  /** Sessions open on a stdio server. */
  countOf(server: string): number;
  /** The worker to which a token belongs, if that is another one; undefined also for tokens that are none. */
  ownerElsewhere(token: string, principal: Principal, server: string): string | undefined;
  find(token: string, principal: Principal, server: string): Session | undefined;
  /** A token for a session that lives in the server; every worker can carry it. */
  sealHttp(principal: Principal, server: string, upstream: string, spoken: Spoken): string;
  /** Starts a process for one session; a string says why not. */
  openStdio(principal: Principal, server: string, limits: Limits): StdioSession | string;
  /** A token for a session of this worker. */
  sealStdio(principal: Principal, session: StdioSession, spoken: Spoken): string;
  /** The process that carries an agent's modern requests to a stdio server, started when there is none; a string says why not. */
  mux(principal: Principal, server: string, limits: Limits): StdioMux | string;
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
  readonly stdio: StdioDoor;
  readonly nowMs: () => number;
  /** A token was ended here: tell the other workers. */
  readonly onEnded: (token: string) => void;
  readonly onSessionEnd: (server: string, text: string) => void;
  readonly onNoise: (server: string) => void;
}

/** A token lives at most as long as the key that sealed it. */
const TOKEN_LIFE_MS = 24 * 3_600_000;
const MAX_CACHED_TOKENS = 10_000;
const MAX_ENDED_TOKENS = 100_000;

/** No sessions yet. */
export function createSessions(options: SessionsOptions): Sessions {
  const stdio = new Map<number, StdioSession>();
  /** Opened tokens, so that a busy session is decrypted once. The key includes who asked. */
  const opened = new Map<string, SessionFacts>();
  const ended = new Map<string, number>();
  /** By tenant, agent and server. */
  const muxes = new Map<string, StdioMux>();
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
    for (const { lastUsedBy } of stdio.values())
      if (lastUsedBy.tenant === principal.tenant && lastUsedBy.agent === principal.agent) count++;
    return count;
  };

  return {
    countOf: (server) => {
      let count = 0;
      for (const one of stdio.values()) if (one.server === server) count++;
      return count;
    },
    ownerElsewhere: (token, principal, server) => {
      const owner = facts(token, principal, server)?.owner;
      return owner === undefined || owner === options.self ? undefined : owner;
    },
    find: (token, principal, server) => {
      const found = facts(token, principal, server);
      if (found === undefined) return undefined;
      if (found.owner === undefined)
        return { kind: 'http', upstream: found.inner, revision: found.revision, serverRevision: found.serverRevision };
      const session = stdio.get(Number(found.inner));
      if (session === undefined || found.owner !== options.self) return undefined;
      session.lastUsedMs = options.nowMs();
      session.lastUsedBy = principal;
      return { kind: 'stdio', session, revision: found.revision, serverRevision: found.serverRevision };
    },
    sealHttp: (principal, server, upstream, { revision, serverRevision }) =>
      sealSession(
        { owner: undefined, inner: upstream, revision, serverRevision, openedAtMs: options.nowMs() },
        currentKey(),
        principal,
        server,
      ),
    openStdio: (principal, server, limits) => {
      if (owned(principal) >= limits.maxSessionsPerAgent)
        return `This agent has ${limits.maxSessionsPerAgent} sessions open already; end one with DELETE.`;
      const number = nextNumber++;
      const session = createStdioSession(
        {
          number,
          server,
          principal,
          nowMs: options.nowMs,
          onEnd: (text) => {
            stdio.delete(number);
            options.onSessionEnd(server, text);
          },
          onNoise: () => options.onNoise(server),
        },
        (events) => options.stdio.open(server, events),
      );
      stdio.set(number, session);
      return session;
    },
    sealStdio: (principal, session, { revision, serverRevision }) =>
      sealSession(
        { owner: options.self, inner: String(session.number), revision, serverRevision, openedAtMs: options.nowMs() },
        currentKey(),
        principal,
        session.server,
      ),
    mux: (principal, server, limits) => {
      const key = JSON.stringify([principal.tenant, principal.agent, server]);
      const known = muxes.get(key);
      if (known !== undefined) {
        known.lastUsedMs = options.nowMs();
        known.lastUsedBy = principal;
        return known;
      }
      if (muxes.size >= limits.maxConnections) return 'Too many stdio servers are running.';
      const made = createStdioMux(
        {
          server,
          principal,
          nowMs: options.nowMs,
          onEnd: (text) => {
            if (muxes.get(key) === made) muxes.delete(key);
            options.onSessionEnd(server, text);
          },
          onNoise: () => options.onNoise(server),
        },
        (events) => options.stdio.open(server, events),
      );
      muxes.set(key, made);
      return made;
    },
    end: (token, session) => {
      remember(token, options.nowMs());
      options.onEnded(token);
      if (session.kind === 'stdio') session.session.close();
    },
    forget: (token, nowMs) => remember(token, nowMs),
    sweep: (snapshot, nowMs) => {
      for (const [token, endedMs] of ended) if (nowMs - endedMs > TOKEN_LIFE_MS) ended.delete(token);
      const over = (one: StdioSession | StdioMux, server: string): boolean =>
        nowMs - one.lastUsedMs > snapshot.limits.sessionIdleMs || !mayUse(one.lastUsedBy, server, snapshot, nowMs);
      for (const session of stdio.values()) if (over(session, session.server)) session.close();
      for (const mux of muxes.values()) if (mux.running === 0 && over(mux, mux.server)) mux.close();
    },
    close: () => {
      for (const session of stdio.values()) session.close();
      for (const mux of muxes.values()) mux.close();
    },
  };
}

/** A process that was started for an agent ends with the agent's right to it: it holds credentials, and what it was told. */
function mayUse(principal: Principal, server: string, snapshot: Snapshot, nowMs: number): boolean {
  const current = snapshot.agents.current(principal, nowMs);
  return current !== undefined && snapshot.policy.decide(current, server, { kind: 'server' }).kind === 'allow';
}
