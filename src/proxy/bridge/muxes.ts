// The processes that carry modern requests to stdio servers: one for each agent and server, or one for all agents where the config says that
// a server may be shared. A process of the legacy era is never in here: it has one session, and that has one agent.

import type { Principal } from '../../agents/index.ts';
import type { Limits, Snapshot } from '../../config/index.ts';
import type { Server } from '../../servers/index.ts';
import type { Refused } from '../rescue.ts';
import { mayUse } from './may-use.ts';
import type { Processes } from './processes.ts';
import { createStdioMux } from './stdio-mux.ts';
import type { StdioMux } from './stdio-mux.ts';

export interface Muxes {
  /** The process that carries an agent's modern requests to a stdio server, started when there is none; or why there is none. */
  find(principal: Principal, server: Server, limits: Limits): StdioMux | Refused;
  /** Ends what is idle, and what its agent has no right to any more. */
  sweep(snapshot: Snapshot, nowMs: number): void;
  close(): void;
}

export interface MuxesOptions {
  readonly processes: Processes;
  readonly nowMs: () => number;
  readonly onSessionEnd: (server: string, text: string) => void;
  readonly onNoise: (server: string) => void;
}

interface Held {
  readonly mux: StdioMux;
  /** With which config it was started: another config makes another process. */
  readonly startedAs: Server;
  readonly shared: boolean;
}

/** None runs yet. */
export function createMuxes(options: MuxesOptions): Muxes {
  const { processes, nowMs } = options;
  /** By agent and server, or by server alone; those that take new requests. */
  const held = new Map<string, Held>();
  /** Their config is not in force any more; they end with their last request. */
  const retired = new Set<StdioMux>();

  const start = (key: string, principal: Principal, server: Server, shared: boolean, limits: Limits): StdioMux | Refused => {
    const open = processes.startFor(shared ? undefined : principal, server, limits);
    if (typeof open !== 'function') return open;
    const mux = createStdioMux(
      {
        server: server.name,
        principal,
        shared,
        nowMs,
        onEnd: (text) => {
          retired.delete(mux);
          if (held.get(key)?.mux === mux) held.delete(key);
          options.onSessionEnd(server.name, text);
        },
        onNoise: () => options.onNoise(server.name),
      },
      open,
    );
    held.set(key, { mux, startedAs: server, shared });
    return mux;
  };
  const retire = (key: string, { mux }: Held): void => {
    held.delete(key);
    if (mux.running === 0) mux.close();
    else retired.add(mux);
  };
  /** A modern agent cannot end a process that it knows nothing of: its least recently used one makes room. */
  const makeRoom = ({ tenant, agent }: Principal): boolean => {
    let idlest: StdioMux | undefined;
    for (const { mux, shared } of held.values()) {
      const { lastUsedBy } = mux;
      if (shared || mux.running > 0 || lastUsedBy.tenant !== tenant || lastUsedBy.agent !== agent) continue;
      if (idlest === undefined || mux.lastUsedMs < idlest.lastUsedMs) idlest = mux;
    }
    idlest?.close();
    return idlest !== undefined;
  };

  return {
    find: (principal, server, limits) => {
      const shared = server.config.kind === 'stdio' && server.config.processes === 'shared';
      const key = JSON.stringify(shared ? [server.name] : [principal.tenant, principal.agent, server.name]);
      const known = held.get(key);
      if (known !== undefined && known.startedAs === server) {
        known.mux.lastUsedMs = nowMs();
        known.mux.lastUsedBy = principal;
        return known.mux;
      }
      if (known !== undefined) retire(key, known);
      const made = start(key, principal, server, shared, limits);
      return 'code' in made && makeRoom(principal) ? start(key, principal, server, shared, limits) : made;
    },
    sweep: (snapshot, now) => {
      for (const mux of retired) if (mux.running === 0) mux.close();
      for (const [key, one] of held) {
        const { mux, shared } = one;
        // What all share holds nothing of one agent.
        const isOrphan = !snapshot.servers.has(mux.server) || (!shared && !mayUse(mux.lastUsedBy, mux.server, snapshot, now));
        if (isLocked(one, snapshot)) {
          // What is locked is not asked to finish.
          held.delete(key);
          mux.close();
        } else if (isOrphan) retire(key, one);
        else if (mux.running === 0 && now - mux.lastUsedMs > snapshot.limits.sessionIdleMs) mux.close();
      }
    },
    close: () => {
      for (const mux of retired) mux.close();
      for (const { mux } of held.values()) mux.close();
    },
  };
}

/** What all share is locked with its server, not with one of its agents. */
function isLocked({ mux: { server, lastUsedBy }, shared }: Held, { lockdown }: Snapshot): boolean {
  return lockdown.isOn && lockdown.stops(shared ? { tenant: lastUsedBy.tenant, agent: '' } : lastUsedBy, server, { kind: 'server' });
}
