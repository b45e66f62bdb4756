// Hands snapshots out: to disk, where a worker finds the last good one when control is away, and to every worker, whose answer is
// waited for, so that a key that is reported revoked is revoked everywhere.

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { nextRevision, parseSnapshotDocument } from '../config/index.ts';
import type { AgentsShard, ConfigShard, SnapshotDocument } from '../config/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Channel } from './channel.ts';
import type { Links } from './child.ts';

export interface Publisher {
  /** Of the snapshot in force; 0: none yet. */
  readonly revision: number;
  readonly configDigest: string;
  /** The config in force, for a control that was replaced while the file is wrong. */
  readonly config: ConfigShard | undefined;
  /** Sets the agents for the first publication. */
  setAgents(agents: AgentsShard): void;
  /** Puts changed shards in force; resolves when every worker that can answer has taken them over. */
  publish(changed: { readonly config?: ConfigShard; readonly agents?: AgentsShard }): Promise<void>;
  /** Gives a new worker the snapshot in force. */
  greet(worker: Channel): void;
}

/** A worker that does not take a snapshot over in this time is stuck; it is named, and not waited for. */
const ACKNOWLEDGE_MS = 3_000;

/** Goes on from the last snapshot on disk, if there is one. */
export function createPublisher(options: { readonly dataFolder: string; readonly links: Links; readonly log: Log }): Publisher {
  const file = join(options.dataFolder, 'snapshot.json');
  let document = readLast(file, options.log);
  let agents: AgentsShard = document?.shards.agents ?? { agents: [] };

  /** Workers that have taken one: whoever has only just begun has nothing else to go on with, and is late at worst. */
  const taken = new WeakSet<Channel>();
  const send = async (worker: Channel, snapshot: SnapshotDocument): Promise<void> => {
    try {
      const answer = await worker.request('snapshot', { document: snapshot }, ACKNOWLEDGE_MS);
      taken.add(worker);
      if (answer.fields['error'] !== undefined) options.log.error('a worker refused the snapshot', { error: answer.fields['error'] });
    } catch (error) {
      const isNew = !taken.has(worker);
      options.log[isNew ? 'info' : 'warn'](
        isNew ? 'a worker that has just begun takes its time with the snapshot' : 'a worker did not take over the snapshot',
        { error: error instanceof Error ? error : new Error(String(error)) },
      );
    }
  };

  return {
    get revision() {
      return document?.revision ?? 0;
    },
    get configDigest() {
      return document?.digests.config ?? '';
    },
    get config() {
      return document?.shards.config;
    },
    setAgents: (shard) => {
      agents = shard;
    },
    publish: async (changed) => {
      agents = changed.agents ?? agents;
      const config = changed.config ?? document?.shards.config;
      if (config === undefined) return;
      const next = nextRevision(document, { config, agents });
      if (next !== document) writeDurably(file, JSON.stringify(next));
      document = next;
      const current = document;
      await Promise.all(options.links.all('worker').map((worker) => send(worker, current)));
    },
    greet: (worker) => {
      if (document !== undefined) void send(worker, document);
    },
  };
}

/** All or nothing, also across a power cut: written aside, flushed, renamed. */
function writeDurably(file: string, text: string): void {
  const aside = `${file}.new`;
  const fd = openSync(aside, 'w', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(aside, file);
}

function readLast(file: string, log: Log): SnapshotDocument | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = parseSnapshotDocument(readFileSync(file, 'utf8'));
  if (parsed.ok) return parsed.value;
  log.warn('the last snapshot cannot be used and is made anew', { file, reason: parsed.error });
  return undefined;
}
