// Compiles a snapshot document to the snapshot that the road reads. A change rebuilds only its shard: what was compiled from a shard with the
// same digest is taken over from the previous snapshot, with everything it has learnt meanwhile.

import { compileAgents } from '../agents/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { DEFAULT_AUDIT } from '../audit/index.ts';
import { compileActions, DEFAULT_INSPECTION } from '../inspection/index.ts';
import { compilePolicy, compileToolFacts, NOTHING_LOCKED, underLockdown } from '../policies/index.ts';
import type { CataloguedToolOf, Lockdown } from '../policies/index.ts';
import { formatPath } from './problem.ts';
import type { ConfigShard, Route, Snapshot, SnapshotDocument } from './types.ts';
import { unreadAmong } from './unread.ts';

/** Where the routes of single servers are. */
export const ROUTES_AT = '/mcp/';

type FromConfig = Pick<
  Snapshot,
  'listeners' | 'servers' | 'routes' | 'policy' | 'toolFacts' | 'inspection' | 'audit' | 'unread' | 'sampling' | 'limits'
>;

/** Compiles a document; fails with what is wrong, in sentences for the log, and the caller keeps what it has. */
export function compileSnapshot(
  document: SnapshotDocument,
  previous?: Snapshot,
  catalogued?: CataloguedToolOf,
): Result<Snapshot, readonly string[]> {
  const { revision, digests, shards } = document;
  const config = previous?.digests.config === digests.config ? ok(previous) : compileConfig(shards.config, catalogued);
  if (!config.ok) return config;
  const agents = previous?.digests.agents === digests.agents ? previous.agents : compileAgents(shards.agents.agents);
  const { listeners, servers, routes, policy, toolFacts, inspection, audit, unread, sampling, limits } = config.value;
  return ok(
    Object.freeze({
      revision,
      digests,
      listeners,
      servers,
      routes,
      policy,
      lockdown: NOTHING_LOCKED,
      toolFacts,
      inspection,
      audit,
      unread,
      sampling,
      agents,
      limits,
    }),
  );
}

/** The same while something is locked. What is compiled next goes on from the one without. */
export function withLockdown(snapshot: Snapshot, lockdown: Lockdown): Snapshot {
  return lockdown.isOn ? Object.freeze({ ...snapshot, policy: underLockdown(snapshot.policy, lockdown), lockdown }) : snapshot;
}

function compileConfig(
  { listeners, servers, routes: several, policy, inspection = DEFAULT_INSPECTION, audit = DEFAULT_AUDIT, telemetry, limits }: ConfigShard,
  catalogued: CataloguedToolOf | undefined,
): Result<FromConfig, readonly string[]> {
  const names = servers.map(({ name }) => name);
  const compiled = compilePolicy(policy, { servers: names });
  if (!compiled.ok) return fail(compiled.error.map(({ path, message }) => `policy.${formatPath(path)} ${message}.`));
  const routes = servers.map(({ name, overLimit, discovery }): [string, Route] => [
    ROUTES_AT + name,
    Object.freeze({ kind: 'server', path: ROUTES_AT + name, key: name, overLimit, discovery }),
  ]);
  for (const { path, servers: members, names: naming, waitMs, overLimit, discovery } of several)
    routes.push([path, Object.freeze({ kind: 'aggregate', path, key: path, members, names: naming, waitMs, overLimit, discovery })]);
  return ok({
    listeners,
    servers: new Map(servers.map((server) => [server.name, server])),
    routes: new Map(routes),
    policy: compiled.value,
    toolFacts: compileToolFacts(servers, catalogued),
    inspection: Object.freeze({ document: inspection, actions: compileActions(inspection) }),
    audit,
    unread: unreadAmong(audit.noInspect, names),
    // What nobody would be told is not written down in the first place.
    sampling: telemetry?.otlp === undefined ? undefined : telemetry.traces,
    limits,
  });
}
