// The shapes of who is calling: what is stored about an agent, and what the rest of the house sees of a caller.
// Nothing here holds a key: a record stores the SHA-256 of the key text, a principal only the key's id.

/** Who a request is from. Tenant and agent are part of every key, cache, sealed token and record that concerns the caller. */
export interface Principal {
  readonly tenant: string;
  readonly agent: string;
  /** The person on whose behalf the agent calls, where the credential names one. */
  readonly user: string | undefined;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  /** Id of the key that was shown, or `anonymous`. */
  readonly keyId: string;
}

/** How much an agent's calls matter where not all can be carried at once: critical ones go first, batch ones last. */
export type AgentPriority = 'critical' | 'interactive' | 'batch';

/** A principal, as the door knows it. What a call may do never depends on how soon it has its turn, so rules do not see that. */
export interface Caller extends Principal {
  readonly priority: AgentPriority;
}

/** One key of an agent, as stored. */
export interface AgentKey {
  /** Public name of the key: in records, in `agents list`, for revoking it. */
  readonly id: string;
  /** SHA-256 of the whole key text, 64 lowercase hex digits. */
  readonly sha256: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** RFC 3339, UTC; null: the key does not expire. */
  readonly expiresAt: string | null;
  /** What the operator called it; may be empty. */
  readonly label: string;
}

/** One agent, as stored. */
export interface AgentRecord {
  readonly tenant: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly priority: AgentPriority;
  readonly keys: readonly AgentKey[];
}

/** All agents of a snapshot, ready to be asked. Immutable to its users. */
export interface AgentIndex {
  /** How many agents and keys there are. */
  readonly agents: number;
  readonly keys: number;
  /** Who shows this Authorization header; undefined when it is absent, not a Bearer key, unknown or expired. */
  authenticate(authorization: string | undefined, nowMs: number): Caller | undefined;
  /** The principal of a listener's `anonymous` agent; it has the groups, attributes and priority of the stored agent of that name, if there is one. */
  anonymous(name: string): Caller;
  /**
   * A caller known earlier, as this snapshot sees it: with the groups it has now, or undefined when its key was revoked or has
   * expired. For streams that outlive a change. Whether a listener still admits anonymous agents is the listener's business.
   */
  current(principal: Principal, nowMs: number): Caller | undefined;
}
