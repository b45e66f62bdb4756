// The snapshot as a document: what control writes to disk and sends to the workers.
//
//   { format: 1, revision, digests: { config, agents }, shards: { config, agents } }
//
// `revision` grows by one with every change. A digest is the SHA-256 of its shard as JSON with sorted keys; who gets a document with a known
// digest keeps what it compiled from that shard. On disk the digests also tell a torn or edited file from a whole one. They are no
// protection against someone who may write the data folder.

import { fail, ok, sha256Hex } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { AgentsShard, ConfigShard, SnapshotDocument } from './types.ts';

/** The format written here; another one is refused, and the snapshot is then made anew from the config and the store. */
const FORMAT = 1;

/** Names the content of a shard: equal for equal content, whatever the order of keys. */
export function digestOf(shard: ConfigShard | AgentsShard): string {
  return sha256Hex(JSON.stringify(sorted(shard)));
}

/** The document after a change; the previous one itself if nothing changed. */
export function nextRevision(previous: SnapshotDocument | undefined, shards: SnapshotDocument['shards']): SnapshotDocument {
  const digests = {
    config: previous?.shards.config === shards.config ? previous.digests.config : digestOf(shards.config),
    agents: previous?.shards.agents === shards.agents ? previous.digests.agents : digestOf(shards.agents),
  };
  if (previous !== undefined && previous.digests.config === digests.config && previous.digests.agents === digests.agents) return previous;
  return { format: FORMAT, revision: (previous?.revision ?? 0) + 1, digests, shards };
}

/** Reads a document from disk; a damaged one is refused as a whole. */
export function parseSnapshotDocument(text: string): Result<SnapshotDocument, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('is not JSON');
  }
  if (!isSnapshotDocument(value)) return fail(`is not a snapshot of format ${FORMAT}`);
  for (const shard of ['config', 'agents'] as const) {
    if (digestOf(value.shards[shard]) !== value.digests[shard])
      return fail(`is damaged: its ${shard} shard does not have the digest written beside it`);
  }
  return ok(value);
}

/**
 * Whether a message from control is a snapshot document. Only its frame is looked at: it comes over an inherited pipe from the process that
 * checked its content, and looking at 100 000 agents would hold up the calls.
 */
export function isSnapshotDocument(value: unknown): value is SnapshotDocument {
  if (!isObject(value) || value['format'] !== FORMAT || !Number.isSafeInteger(value['revision'])) return false;
  const { digests, shards } = value;
  if (!isObject(digests) || typeof digests['config'] !== 'string' || typeof digests['agents'] !== 'string' || !isObject(shards))
    return false;
  const { config, agents } = shards;
  return (
    isObject(config) &&
    ['listeners', 'servers', 'routes'].every((member) => Array.isArray(config[member])) &&
    ['policy', 'limits'].every((member) => isObject(config[member])) &&
    isObject(agents) &&
    Array.isArray(agents['agents'])
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
