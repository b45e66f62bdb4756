// Agents of a gateway of the bench, added through its admin API as `sallyport agents add` does, but without a process for each.

import { join } from 'node:path';

import type { AgentPriority } from '../src/agents/index.ts';
import { createAdminClient } from '../src/admin/index.ts';

/** Asked at once: each waits until its act is on record, which several can do together. */
const AT_ONCE = 16;

/** Adds agents, and returns their keys in the same order. */
export async function addAgents(
  dataFolder: string,
  names: readonly string[],
  priorityOf: (name: string) => AgentPriority = () => 'interactive',
): Promise<readonly string[]> {
  const { agents } = createAdminClient(join(dataFolder, 'run', 'admin.sock'));
  const keys: string[] = [];
  const waiting = names.entries();
  const lane = async (): Promise<void> => {
    for (const [n, name] of waiting) {
      const added = await agents.add({ name, groups: [], attributes: {}, priority: priorityOf(name), key: { label: '', expiresAt: null } });
      if (!added.ok) throw new Error(`agent ${name} could not be added: ${added.error.detail}`);
      keys[n] = added.value.key?.text ?? '';
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return keys;
}
