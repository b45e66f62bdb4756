// Who is calling: keys, and the principal that a shown key stands for. Never stores, logs or returns a key text except once, at its creation.
export { ANONYMOUS_KEY_ID, anonymousPrincipal, compileAgents, DEFAULT_TENANT } from './compile.ts';
export { createKey } from './key.ts';
export type { NewKey } from './key.ts';
export { AGENT_PRIORITIES, agentInputSchema, agentNameSchema, agentRecordSchema } from './schema.ts';
export type { AgentIndex, AgentKey, AgentPriority, AgentRecord, Caller, Principal } from './types.ts';
