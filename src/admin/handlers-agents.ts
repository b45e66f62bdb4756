// From requests about agents to their port.

import { map, writingOf } from './handler.ts';
import type { Handlers } from './handler.ts';
import type { AGENT_ENDPOINTS } from './contract-agents.ts';

const PAGE = 100;

export const AGENT_HANDLERS: Handlers<keyof typeof AGENT_ENDPOINTS> = {
  // Only a command may have all of very many at once: no browser shows them, and control would do nothing else for a second.
  listAgents: async (ports, { query, visit }) => {
    const limit = query.limit ?? (visit === undefined ? undefined : PAGE);
    return map(await ports.agentPages.list({ ...query, limit }), ({ version, ...value }) => ({ value, version }));
  },
  readAgent: async (ports, { agent }) => map(await ports.agentPages.read(agent), ({ version, agent: value }) => ({ value, version })),
  addAgent: async (ports, call) => map(await ports.agents.add(call.body, writingOf(call)), (value) => ({ value })),
  changeAgent: async (ports, call) => map(await ports.agents.change(call.agent, call.body, writingOf(call)), (value) => ({ value })),
  removeAgent: async (ports, call) => map(await ports.agents.remove(call.agent, writingOf(call)), (value) => ({ value })),
  addKey: async (ports, call) => map(await ports.agents.addKey(call.agent, call.body, writingOf(call)), (value) => ({ value })),
  revokeKeys: async (ports, call) =>
    map(await ports.agents.revokeKeys(call.agent, undefined, writingOf(call)), (ids) => ({ value: { revoked: [...ids] } })),
  revokeKey: async (ports, call) =>
    map(await ports.agents.revokeKeys(call.agent, call.key, writingOf(call)), (ids) => ({ value: { revoked: [...ids] } })),
};
