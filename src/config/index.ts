// How the gateway is told what to do: read, parse, check, compile into the immutable snapshot. Never holds a secret, only references to them;
// a mistake is answered with the file, line and path, and what to write instead.
export type {
  Address,
  AgentsShard,
  ConfigProblem,
  ConfigShard,
  Limits,
  ListenerConfig,
  ListenerTls,
  Route,
  Snapshot,
  SnapshotDocument,
} from './types.ts';
