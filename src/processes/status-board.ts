// What control knows about workers and servers, for the admin API and for the person who started the gateway.

import { isDeepStrictEqual } from 'node:util';
import type { ServerStatus, WorkerStatus } from '../admin/index.ts';
import { showTarget } from '../config/index.ts';
import type { ServerConfig } from '../servers/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Channel, Fields } from './channel.ts';

export interface StatusBoard {
  setServers(configs: readonly ServerConfig[]): void;
  /** True: it is otherwise than it was. */
  setServer(fields: Fields): boolean;
  setWorker(channel: Channel, fields: Fields): void;
  removeWorker(channel: Channel): void;
  isDraining(channel: Channel): boolean;
  /** A worker, as a person knows it. */
  nameOf(channel: Channel): string;
  servers(): BoardServer[];
  workers(): readonly WorkerStatus[];
  /** Some worker takes calls. */
  isReady(): boolean;
  /** What is wrong when so many workers are to be there: one that is not linked here is told of no change. */
  faults(wanted: number): readonly string[];
  /** Where the gateway is reached, with the ports that were really bound. */
  listeners(known: readonly { readonly name: string; readonly tls: boolean }[]): { name: string; url: string }[];
}

/** What the board knows of a server; what is kept for it, the metrics know. */
export type BoardServer = Omit<ServerStatus, 'holds'>;

interface Known {
  readonly config: ServerConfig;
  status: BoardServer;
}

interface KnownWorker {
  readonly status: WorkerStatus;
  readonly isRecording: boolean;
  readonly isSealing: boolean;
  readonly bound: readonly Fields[];
}

/** An empty board. */
export function createStatusBoard(options: { readonly log: Log; readonly notice: (text: string) => void }): StatusBoard {
  const servers = new Map<string, Known>();
  const workers = new Map<Channel, KnownWorker>();

  return {
    setServers: (configs) => {
      for (const name of servers.keys()) if (!configs.some((config) => config.name === name)) servers.delete(name);
      for (const config of configs) {
        const before = servers.get(config.name);
        if (before === undefined || JSON.stringify(before.config) !== JSON.stringify(config))
          servers.set(config.name, { config, status: unknownStatus(config) });
      }
    },
    setServer: (fields) => {
      const known = servers.get(String(fields['server']));
      if (known === undefined) return false;
      const before = known.status;
      const revisions = Array.isArray(fields['revisions']) ? fields['revisions'].map(String) : [];
      const failed = fields['state'] === 'failed';
      const news = failed && known.status.state !== 'failed';
      const problem = failed ? (typeof fields['problem'] === 'string' ? fields['problem'] : 'it did not say why') : null;
      known.status = {
        ...known.status,
        state: failed ? 'failed' : 'ready',
        revisions: failed ? known.status.revisions : revisions,
        eras: failed ? known.status.eras : [...new Set(revisions.map((revision) => (revision >= '2026-07-28' ? 'modern' : 'legacy')))],
        transport: failed ? known.status.transport : transportOf(fields['transport']),
        problem,
        checkedAt: new Date().toISOString(),
      };
      if (news)
        options.notice(`The server '${known.config.name}' cannot be used: ${sentence(problem ?? '')} The other servers are not affected.`);
      return !isDeepStrictEqual({ ...known.status, checkedAt: before.checkedAt }, before);
    },
    setWorker: (channel, fields) => {
      const { slot, pid, startedAt, revision } = fields;
      const state = fields['state'] === 'serving' || fields['state'] === 'draining' ? fields['state'] : 'starting';
      workers.set(channel, {
        status: { slot: Number(slot), pid: Number(pid), state, startedAt: String(startedAt), revision: Number(revision) },
        isRecording: fields['isRecording'] !== false,
        isSealing: fields['isSealing'] !== false,
        bound: Array.isArray(fields['listeners']) ? fields['listeners'] : [],
      });
    },
    removeWorker: (channel) => void workers.delete(channel),
    isDraining: (channel) => workers.get(channel)?.status.state === 'draining',
    nameOf: (channel) => {
      const status = workers.get(channel)?.status;
      return status === undefined ? 'one that has just begun' : `worker ${status.slot} (process ${status.pid})`;
    },
    servers: () => [...servers.values()].map((known) => known.status),
    workers: () => [...workers.values()].map((worker) => worker.status).toSorted((a, b) => a.slot - b.slot),
    faults: (wanted) => {
      const linked = [...workers.values()].filter(({ status }) => status.state === 'serving').length;
      const mute = [...workers.values()].filter(({ isRecording }) => !isRecording).map(({ status }) => status.slot);
      const vaultless = [...workers.values()].filter(({ isSealing }) => !isSealing).map(({ status }) => status.slot);
      return [
        ...(linked >= wanted
          ? []
          : [`Only ${linked} of ${wanted} workers ${linked === 1 ? 'is' : 'are'} linked and serving; a change is in force on no other.`]),
        ...mute.map((slot) => `Worker ${slot} cannot write the audit log and refuses every call; its log says why. Is the disk full?`),
        ...vaultless.map(
          (slot) =>
            `Worker ${slot} cannot write its vault and refuses every call of which a rule wants something sealed; its log says why. Is the disk full?`,
        ),
      ];
    },
    isReady: () => [...workers.values()].some(({ status, isRecording }) => status.state === 'serving' && isRecording),
    listeners: (known) => {
      const bound = [...workers.values()].at(-1)?.bound ?? [];
      return bound.map((one) => {
        const tls = known.find((listener) => listener.name === one['name'])?.tls ?? false;
        const host = String(one['host']);
        return {
          name: String(one['name']),
          url: `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${String(one['port'])}`,
        };
      });
    },
  };
}

/** What is said of a server ends as a sentence does, whoever said it. */
function sentence(problem: string): string {
  return /[.!?]$/.test(problem) ? problem : `${problem}.`;
}

function transportOf(value: unknown): BoardServer['transport'] {
  return value === 'stdio' || value === 'streamable' || value === 'sse' ? value : null;
}

function unknownStatus(config: ServerConfig): BoardServer {
  return {
    name: config.name,
    kind: config.kind,
    target: showTarget(config),
    state: 'unknown',
    eras: [],
    revisions: [],
    transport: null,
    problem: null,
    checkedAt: null,
  };
}
