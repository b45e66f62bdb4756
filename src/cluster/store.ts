// What every store of the gateway's state can do, whichever engine is under it. Control uses it while a gateway runs; the command
// line uses it directly when none does. The road never touches it: workers live on snapshots.
//
// Every method is asynchronous and every write is one transaction, so that an engine across the network can stand in for the embedded
// one. What a person may legitimately ask in vain (an agent that exists already, a stale version) is a value; a broken disk is an
// exception. A store holds digests of keys, never a key.

import type { AgentKey, AgentPriority, AgentRecord } from '../agents/index.ts';
import type { Result } from '../base/index.ts';
import type { AgentsShard } from '../config/index.ts';
import type { ApprovalStore } from './approvals.ts';
import type { DefinitionStore } from './definitions.ts';
import type { HoldStore } from './holds.ts';
import type { LevelStore } from './levels.ts';
import type { OperatorStore } from './operators.ts';
import type { PolicyStore } from './policies.ts';
import type { TaintStore } from './taint.ts';

/** Why a write was not made. */
export type StoreRefusal =
  | { readonly kind: 'agent_exists'; readonly agent: string }
  | { readonly kind: 'agent_unknown'; readonly agent: string }
  | { readonly kind: 'key_unknown'; readonly agent: string; readonly key: string }
  /** The key's id or digest is taken; a fresh one must be drawn. */
  | { readonly kind: 'key_exists'; readonly key: string }
  /** The caller's expected version is not the current one: somebody else wrote in between. */
  | { readonly kind: 'version_changed'; readonly version: number };

/** All agents of a tenant with their keys that are not revoked, and the version that they are. */
export interface AgentList {
  /** Grows with every write to the tenant's agents or keys, whoever makes it. */
  readonly version: number;
  readonly agents: readonly AgentRecord[];
}

/** What to change about an agent; an absent member stays as it is. */
export interface AgentChange {
  readonly groups?: readonly string[] | undefined;
  readonly attributes?: Readonly<Record<string, string>> | undefined;
  readonly priority?: AgentPriority | undefined;
}

/** One attempt to put a config in force. */
export interface ConfigRevision {
  readonly number: number;
  /** SHA-256 of the normalized config; of the file's bytes when it did not get that far. */
  readonly digest: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly outcome: 'accepted' | 'refused';
  /** Why it was refused; empty when it was accepted. */
  readonly reason: string;
}

/** Whose agents a call is about, and which version of them the caller has seen (undefined: does not matter). */
export interface WriteScope {
  readonly tenant: string;
  readonly expectedVersion?: number | undefined;
  /** Everything is checked, and nothing is kept. */
  readonly isDryRun?: boolean | undefined;
}

/** Which agents to show: of those whose name or group has `search` in it, at most `limit` that come after a name. */
export interface AgentPageQuery {
  readonly search: string;
  readonly limit: number | undefined;
  readonly after: string;
}

/** Some of a tenant's agents. */
export interface AgentPage {
  readonly agents: readonly AgentRecord[];
  /** How many there are on all pages. */
  readonly total: number;
  /** The last name of this page, where there is a next one. */
  readonly next: string | null;
}

/** The truth about agents, config revisions and definitions. Close it to release the file. */
export interface Store {
  /** What servers list, and what of it is approved. */
  readonly catalogue: DefinitionStore;
  /** How full the buckets of limits are. */
  readonly limits: LevelStore;
  /** What tasks have used. */
  readonly taint: TaintStore;
  /** Questions to people. */
  readonly approvals: ApprovalStore;
  /** Legal holds. */
  readonly holds: HoldStore;
  /** Policies that were in force, and proposed ones. */
  readonly policies: PolicyStore;
  /** Who uses the console. */
  readonly operators: OperatorStore;
  agents(tenant: string): Promise<AgentList>;
  /** The same page by page. */
  agentPage(tenant: string, query: AgentPageQuery): Promise<AgentPage & { readonly version: number }>;
  agent(tenant: string, name: string): Promise<{ readonly version: number; readonly agent: AgentRecord | undefined }>;
  /** The current version of a tenant's agents: cheap, for noticing writes made by others. */
  agentsVersion(tenant: string): Promise<number>;
  /** Every tenant's agents, as the snapshot carries them. */
  agentsShard(): Promise<AgentsShard>;
  /** Adds an agent together with its first keys. */
  addAgent(agent: AgentRecord, scope?: Omit<WriteScope, 'tenant'>): Promise<Result<AgentRecord, StoreRefusal>>;
  changeAgent(name: string, change: AgentChange, scope: WriteScope): Promise<Result<AgentRecord, StoreRefusal>>;
  removeAgent(name: string, scope: WriteScope): Promise<Result<AgentRecord, StoreRefusal>>;
  addKey(agent: string, key: AgentKey, scope: WriteScope): Promise<Result<AgentRecord, StoreRefusal>>;
  /** Revokes one key, or all of them when no id is given; answers with the ids that were revoked. */
  revokeKeys(agent: string, id: string | undefined, now: Date, scope: WriteScope): Promise<Result<readonly string[], StoreRefusal>>;
  /** Notes an attempt to put a config in force and numbers it. */
  recordRevision(revision: Omit<ConfigRevision, 'number'>, tenant: string): Promise<ConfigRevision>;
  /** The latest attempts, newest first. */
  revisions(limit: number, tenant: string): Promise<readonly ConfigRevision[]>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
