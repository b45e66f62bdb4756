// What workers and control say to each other about what tasks have used.

import type { Task } from '../policies/index.ts';
import type { Fields } from './channel.ts';

/** A note or a question of a worker; undefined: it is none. */
export function readTask(fields: Fields): Task | undefined {
  const task = fields['task'];
  if (typeof task !== 'object' || task === null || !('tenant' in task) || !('agent' in task)) return undefined;
  const { tenant, agent } = task;
  if (typeof tenant !== 'string' || typeof agent !== 'string') return undefined;
  const session = 'session' in task && typeof task.session === 'string' ? task.session : undefined;
  return { tenant, agent, session, traces: 'traces' in task ? textsIn(task.traces) : [] };
}

/** The texts of a list. */
export function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
