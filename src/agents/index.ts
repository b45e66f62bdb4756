// Who is calling: keys, and the principal that a shown key stands for. Never stores, logs or returns a key text except once, at its creation.
export type { AgentIndex, AgentKey, AgentRecord, Principal } from './types.ts';
