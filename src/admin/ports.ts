// What the admin API needs from whoever has it: control implements these while a gateway runs. The client offers the same interface
// from the other end of the socket, so that a command does not see whether it speaks to a gateway or to the store.

import type { Result } from '../base/index.ts';
import type {
  AddAgentInput,
  AgentView,
  CatalogueView,
  ChangeAgentInput,
  ConfigStatus,
  DecidedView,
  DecisionInput,
  GatewayStatus,
  IssuedKey,
  KeyInput,
  ServerStatus,
} from './contract.ts';
import type { AdminProblem } from './problems.ts';

type Answer<T> = Promise<Result<T, AdminProblem>>;

/** Agents and their keys. `expectedVersion` is the list's version the caller has seen; undefined: whatever it is now. */
export interface AgentsPort {
  list(): Answer<{ readonly version: number; readonly agents: readonly AgentView[] }>;
  add(input: AddAgentInput, expectedVersion?: number): Answer<{ readonly agent: AgentView; readonly key: IssuedKey | null }>;
  change(name: string, input: ChangeAgentInput, expectedVersion?: number): Answer<AgentView>;
  remove(name: string, expectedVersion?: number): Answer<AgentView>;
  addKey(name: string, input: KeyInput, expectedVersion?: number): Answer<IssuedKey>;
  /** Revokes one key, or all when no id is given; answers with the ids. */
  revokeKeys(name: string, id: string | undefined, expectedVersion?: number): Answer<readonly string[]>;
}

/** Definitions that nobody has approved. */
export interface CataloguePort {
  withheld(): Answer<CatalogueView>;
  /** Answers once every worker goes by it. */
  decide(input: DecisionInput): Answer<DecidedView>;
}

/** Everything the admin API can ask for. */
export interface AdminPorts {
  readonly agents: AgentsPort;
  readonly catalogue: CataloguePort;
  status(): Answer<GatewayStatus>;
  servers(): Answer<readonly ServerStatus[]>;
  /** Reads the config file again. A refused one is a `config_refused` problem with its places; the one before stays in force. */
  reload(): Answer<ConfigStatus>;
}
