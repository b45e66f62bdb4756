// Many nodes, one truth: where agents, their keys' digests and the config's revisions are kept. Never asked while a call is on its way.
export { lookForStore, openStore } from './sqlite-store.ts';
export type { AgentChange, AgentList, ConfigRevision, Store, StoreRefusal, WriteScope } from './store.ts';
