// The people who use the console, in the store: who they are, by which links they may sign in, and where they are signed in. Of links and sessions there is
// only a SHA-256: whoever reads the file can use none of them.

import type { Result } from '../base/index.ts';

/** What somebody may do; who may do what is the admin API's business. */
export type OperatorRole = 'viewer' | 'operator' | 'approver' | 'auditor' | 'admin';

/** One person. */
export interface OperatorRecord {
  readonly name: string;
  readonly role: OperatorRole;
  /** For rules that say who approves. */
  readonly groups: readonly string[];
  /** Agents that act for them. */
  readonly agents: readonly string[];
  readonly createdMs: number;
}

/** The same with what is known of their coming and going. */
export interface OperatorEntry extends OperatorRecord {
  /** When they last did anything; null: never. */
  readonly seenMs: number | null;
  readonly sessions: number;
  readonly linkEndsMs: number | null;
}

/** What to change about somebody; an absent member stays as it is. */
export type OperatorChange = Partial<Pick<OperatorRecord, 'role' | 'groups' | 'agents'>>;

/** Whose operators a write is about, which version of them the caller has seen, and whether it is only tried. */
export interface OperatorScope {
  readonly tenant: string;
  readonly expectedVersion?: number | undefined;
  /** Everything is checked, and nothing is kept. */
  readonly isDryRun?: boolean | undefined;
}

/** Why a write was not made. */
export type OperatorRefusal = 'operator_exists' | 'operator_unknown' | 'last_admin' | 'too_many' | 'version_changed';

/** A link that signs somebody in, once. */
export interface NewLink {
  readonly tenant: string;
  readonly operator: string;
  readonly sha256: string;
  readonly madeMs: number;
  readonly endsMs: number;
}

/** A session that begins with a link. */
export interface NewSession {
  readonly tenant: string;
  readonly linkSha256: string;
  readonly sha256: string;
  readonly beginsMs: number;
  readonly endsMs: number;
}

/** A session that stands. */
export interface SessionRecord {
  readonly operator: OperatorRecord;
  /** When the link was made that it began with. */
  readonly linkMs: number;
  readonly seenMs: number;
  readonly endsMs: number;
}

/** How long a session may last without anything being done. */
export interface Standing {
  readonly tenant: string;
  readonly nowMs: number;
  readonly idleMs: number;
}

/** What a store keeps of operators. */
export interface OperatorStore {
  /** By name. The version grows with every write to an operator. */
  list(standing: Standing): Promise<{ readonly version: number; readonly operators: readonly OperatorEntry[] }>;
  /** Without what changes by itself. */
  all(tenant: string): Promise<readonly OperatorRecord[]>;
  add(operator: OperatorRecord, scope: OperatorScope): Promise<Result<OperatorRecord, OperatorRefusal>>;
  /** Another role ends every session and link of theirs: what was begun with one role goes on with no other. */
  change(name: string, change: OperatorChange, scope: OperatorScope): Promise<Result<OperatorRecord, OperatorRefusal>>;
  /** With every session and link. */
  remove(name: string, scope: OperatorScope): Promise<Result<OperatorRecord, OperatorRefusal>>;
  /** In place of the one before. False: there is no such operator. */
  setLink(link: NewLink): Promise<boolean>;
  /** Whom a link would sign in now. */
  whoseLink(tenant: string, sha256: string, nowMs: number): Promise<OperatorRecord | undefined>;
  /** Uses a link up and begins a session: of two who try at once, one is told that there is no such link. */
  begin(session: NewSession): Promise<OperatorRecord | undefined>;
  /** A session that has neither ended nor been left alone for too long. */
  session(sha256: string, standing: Standing): Promise<SessionRecord | undefined>;
  /** Something was done in it. */
  touch(sha256: string, nowMs: number): Promise<void>;
  /** Ends one session. */
  end(sha256: string): Promise<void>;
  /** Ends every session and link of somebody; answers with how many sessions there were. Undefined: there is no such operator. */
  endAll(name: string, standing: Standing): Promise<number | undefined>;
}
