// What a store keeps of the catalogue: every definition that a server was seen to list, what was decided about it and by whom, and the signed
// pins. The signature covers the pins only: who edits a row approves nothing by that.

import type { DefinitionKind, PinSet } from '../tools/index.ts';

/** What was decided about a definition. */
export type DefinitionState = 'pinned' | 'quarantined' | 'rejected';

/** One definition that a server has listed. A thing has as many as it has had shapes. */
export interface SeenDefinition {
  readonly server: string;
  readonly kind: DefinitionKind;
  /** Empty for instructions. */
  readonly name: string;
  readonly fingerprint: string;
  /** The whole of it, canonical JSON. */
  readonly definition: string;
  /** RFC 3339, UTC. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly state: DefinitionState;
  /** Whether it is what the server lists under this name now, as far as anybody has seen. */
  readonly current: boolean;
  /** Who decided: `first-use`, or `admin`. Null: nobody yet. */
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  /** What the server called its own version when this was first seen; empty where it did not say. */
  readonly serverVersion: string;
}

/** A change of one server's catalogue: written as a whole or not at all. */
export interface CatalogueChange {
  readonly server: string;
  /** Rows as they are from now on. */
  readonly definitions: readonly SeenDefinition[];
  /** Rows that are not kept any longer. */
  readonly dropped: readonly Pick<SeenDefinition, 'kind' | 'name' | 'fingerprint'>[];
  /** Undefined: the pins stay as they are. */
  readonly pins: PinSet | undefined;
  /** A kind of which the first list is over. */
  readonly begun?: DefinitionKind | undefined;
}

/** The catalogue's part of a store. */
export interface DefinitionStore {
  /** Everything that was seen of a server. */
  definitions(tenant: string, server: string): Promise<readonly SeenDefinition[]>;
  /** Names of the servers of which anything was seen. */
  servers(tenant: string): Promise<readonly string[]>;
  /** The pins of a server as they were written, whether or not they can be believed. Fails with why they cannot be read. */
  pins(tenant: string, server: string): Promise<PinSet | undefined>;
  /** The kinds of which a server has shown its first list to the end, also where nothing was on it. */
  begun(tenant: string, server: string): Promise<ReadonlySet<DefinitionKind>>;
  change(change: CatalogueChange, tenant: string): Promise<void>;
}
