// How a worker reaches what it does not have: stdio servers through the runner, secrets through the keeper.

import type { HttpSecrets, SecretsDoor, StdioDoor, StdioEvents } from '../servers/index.ts';
import type { Channel, Frame } from './channel.ts';
import type { Links } from './child.ts';

/** The worker's side of the runner. */
export interface RunnerDoor extends StdioDoor {
  /** A frame from the runner. */
  hear(channel: Channel, frame: Frame): void;
  /** The runner is gone, and every server with it. */
  lost(channel: Channel): void;
}

/** Stdio servers by way of the runner. `printable`: a text of a program's as it may be written to a log. */
export function createRunnerDoor(links: Links, printable: (text: string) => string): RunnerDoor {
  const open = new Map<Channel, Map<number, StdioEvents>>();
  let next = 1;
  return {
    open: (server, events) => {
      const channel = links.get('runner');
      if (channel === undefined) {
        setImmediate(() => events.onExit('The process that runs stdio servers is being replaced; try again.'));
        return { send: () => {}, pause: () => {}, resume: () => {}, close: () => {} };
      }
      const id = next++;
      const servers = open.get(channel) ?? new Map<number, StdioEvents>();
      open.set(channel, servers);
      servers.set(id, events);
      channel.send('open', { id, server });
      return {
        send: (line) => channel.send('line', { id }, line),
        pause: () => channel.send('pause', { id }),
        resume: () => channel.send('resume', { id }),
        close: () => channel.send('close', { id }),
      };
    },
    hear: (channel, frame) => {
      const id = frame.fields['id'];
      const servers = open.get(channel);
      const events = typeof id === 'number' ? servers?.get(id) : undefined;
      if (events === undefined || typeof id !== 'number') return;
      if (frame.type === 'line') events.onLine(frame.payload);
      else if (frame.type === 'exit') {
        servers?.delete(id);
        events.onExit(printable(String(frame.fields['text'])));
      }
    },
    lost: (channel) => {
      const servers = open.get(channel);
      open.delete(channel);
      for (const events of servers?.values() ?? []) events.onExit('The process that runs stdio servers was replaced.');
    },
  };
}

const SECRETS_TIMEOUT_MS = 5_000;

/** Secrets of HTTP servers by way of the keeper. */
export function createSecretsDoor(links: Links): SecretsDoor {
  return {
    fetch: async (server) => {
      const { fields } = await links.request('keeper', 'secrets', { server, kind: 'headers' }, SECRETS_TIMEOUT_MS);
      if (typeof fields['error'] === 'string') throw new Error(fields['error']);
      const values = fields['values'];
      const headers: string[] = [];
      if (typeof values === 'object' && values !== null)
        for (const [name, value] of Object.entries(values)) headers.push(name, String(value));
      const secrets: HttpSecrets = { headers, ca: typeof fields['ca'] === 'string' ? fields['ca'] : undefined };
      return secrets;
    },
  };
}
