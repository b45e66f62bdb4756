// The process that owns stdio servers: one process group each. It knows commands only from the config (by way of control), never
// from a worker: a worker names a server, so that a worker that was taken over cannot start a program of its choice.
// It passes lines and does not read them.
//
// From a worker: open {id, server} · line {id} + bytes · pause {id} · resume {id} · close {id}.   To a worker: line {id} + bytes · exit {id, text}.

import type { Log } from '../telemetry/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';
import { report } from './child.ts';
import type { Duties, Links } from './child.ts';
import { startStdioServer } from './stdio-server.ts';
import type { StdioServer, StdioSpec } from './stdio-server.ts';

const SECRETS_TIMEOUT_MS = 5_000;
/** What a worker may say before the program has started. */
const MAX_EARLY_LINES = 16;

/** A server, or what it will be told once it is there. */
interface Running {
  server: StdioServer | undefined;
  readonly early: Uint8Array[];
  /** Its worker wants no lines now. */
  paused: boolean;
  closed: boolean;
}

interface RunnerLimits {
  readonly maxChildren: number;
  readonly maxLineBytes: number;
}

/** Sets up the runner's duties. */
export function beginRunner(links: Links, log: Log): Duties {
  const specs = new Map<string, StdioSpec>();
  const byWorker = new Map<Channel, Map<number, Running>>();
  let limits: RunnerLimits = { maxChildren: 256, maxLineBytes: 64 * 1024 * 1024 };
  let running = 0;

  const open = async (channel: Channel, id: number, server: string): Promise<void> => {
    const servers = byWorker.get(channel);
    const spec = specs.get(server);
    const refuse = (text: string): void => {
      servers?.delete(id);
      channel.send('exit', { id, text });
    };
    if (servers === undefined) return;
    if (spec === undefined) return refuse(`The server '${server}' is not in the config.`);
    if (running >= limits.maxChildren) return refuse(`There are already ${limits.maxChildren} stdio servers running.`);
    const one: Running = { server: undefined, early: [], paused: false, closed: false };
    servers.set(id, one);
    running++; // Counted before the wait, so that a burst cannot pass the cap.
    const secret = await links.request('keeper', 'secrets', { server, kind: 'env' }, SECRETS_TIMEOUT_MS).catch(() => undefined);
    const values = secret === undefined ? undefined : toStrings(secret.fields['values']);
    if (values === undefined || one.closed) {
      running--;
      return refuse(typeof secret?.fields['error'] === 'string' ? secret.fields['error'] : 'The keeper did not answer.');
    }
    const child = startStdioServer(
      { ...spec, env: { ...spec.env, ...values } },
      {
        maxLineBytes: limits.maxLineBytes,
        onLine: (line) => {
          channel.send('line', { id }, line);
          if (channel.queuedBytes > HIGH_WATER_BYTES) child.pause();
        },
        onGroup: (pid, live) => report({ kind: 'group', pid, live }),
        onExit: (text) => {
          running--;
          servers.delete(id);
          channel.send('exit', { id, text });
        },
      },
    );
    one.server = child;
    for (const line of one.early.splice(0)) child.send(line);
  };

  const hear = (channel: Channel, frame: Frame): void => {
    const id = frame.fields['id'];
    if (typeof id !== 'number') return;
    const one = byWorker.get(channel)?.get(id);
    switch (frame.type) {
      case 'open':
        void open(channel, id, String(frame.fields['server']));
        return;
      case 'line':
        if (one?.server !== undefined) one.server.send(frame.payload);
        else if (one !== undefined && one.early.length < MAX_EARLY_LINES) one.early.push(frame.payload.slice());
        return;
      case 'pause':
      case 'resume':
        if (one === undefined) return;
        one.paused = frame.type === 'pause';
        return flow(one, channel);
      case 'close':
        if (one !== undefined) close(one);
        return;
      default:
        return log.warn('a frame of no known type was dropped', { type: frame.type });
    }
  };

  /** A server may talk while its worker wants to hear it and the channel takes it. */
  const flow = (one: Running, channel: Channel): void => {
    if (one.paused || channel.queuedBytes > HIGH_WATER_BYTES) one.server?.pause();
    else one.server?.resume();
  };

  const close = (one: Running): void => {
    one.closed = true;
    void one.server?.close();
  };

  const configure = (fields: Fields): void => {
    const servers = fields['servers'];
    const next = fields['limits'];
    if (isSpecs(servers)) {
      specs.clear();
      for (const spec of servers) specs.set(spec.name, spec);
    }
    if (isLimits(next)) limits = next;
  };

  return {
    onLink: (role, channel) => {
      if (role === 'worker') byWorker.set(channel, new Map());
    },
    // The sessions of a worker end with it, and so do their servers.
    onUnlink: (_role, channel) => {
      const servers = byWorker.get(channel);
      byWorker.delete(channel);
      for (const one of servers?.values() ?? []) close(one);
    },
    onRoom: (channel) => {
      for (const one of byWorker.get(channel)?.values() ?? []) flow(one, channel);
    },
    onFrame: (from, frame, channel) => {
      if (from.role === 'worker') hear(channel, frame);
      else if (from.role === 'control' && frame.type === 'configure') configure(frame.fields);
    },
    onStop: async () => {
      const all = [...byWorker.values()].flatMap((servers) => [...servers.values()]);
      await Promise.all(all.map(async (one) => one.server?.close()));
    },
  };
}

const HIGH_WATER_BYTES = 8 * 1024 * 1024;

function toStrings(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const out: Record<string, string> = {};
  for (const [key, item] of Object.entries(value)) if (typeof item === 'string') out[key] = item;
  return out;
}

function isSpecs(value: unknown): value is readonly StdioSpec[] {
  return (
    Array.isArray(value) && value.every((item: unknown) => typeof item === 'object' && item !== null && 'name' in item && 'command' in item)
  );
}

function isLimits(value: unknown): value is RunnerLimits {
  return typeof value === 'object' && value !== null && 'maxChildren' in value && 'maxLineBytes' in value;
}
