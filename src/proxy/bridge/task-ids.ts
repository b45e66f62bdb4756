// The taskId that agents get (io.modelcontextprotocol/tasks): the server's own, sealed. The server knows neither agents nor policy, and
// may count its tasks 1, 2, 3; so the id names the server that has the task and the tool that made it, and opens only for the agent
// whose call that was, on the route where it was. It needs no state: any worker can open it, for as long as the key lives that sealed it.
//
// Format: "task1." kid "." the sealed text (seal.ts): JSON of [server, tool, the server's id].

import type { Principal } from '../../agents/index.ts';
import { seal, unseal } from './seal.ts';
import type { Sealed, SealingKey } from './seal.ts';

/** What a task id says to the gateway. */
export interface TaskFacts {
  readonly server: string;
  /** As the server calls it: what policy is asked about. */
  readonly tool: string;
  /** The server's own id. */
  readonly id: string;
}

/** Seals and opens task ids. */
export interface TaskIds {
  seal(facts: TaskFacts, principal: Principal, route: string): string;
  /** Undefined for anything that was not sealed here for exactly this agent and route. */
  open(token: string, principal: Principal, route: string): TaskFacts | undefined;
}

/** What the longest id that is sealed can become; what is longer was not made here. */
const MAX_TOKEN_CHARS = 4_096;

/** Task ids under the keeper's keys; the first of them seals. */
export function createTaskIds(keys: () => readonly SealingKey[]): TaskIds {
  return {
    seal: ({ server, tool, id }, principal, route) => {
      const [key] = keys();
      if (key === undefined) throw new Error('there is no key to seal task ids with');
      return seal(JSON.stringify([server, tool, id]), sealedFor(principal, route), key);
    },
    open: (token, principal, route) => {
      const text = token.length > MAX_TOKEN_CHARS ? undefined : unseal(token, sealedFor(principal, route), keys());
      return text === undefined ? undefined : readFacts(JSON.parse(text));
    },
  };
}

function sealedFor({ tenant, agent }: Principal, route: string): Sealed {
  return { prefix: 'task1', binding: ['sallyport task 1', tenant, agent, route] };
}

function readFacts(value: unknown): TaskFacts | undefined {
  if (!Array.isArray(value)) return undefined;
  const [server, tool, id]: readonly unknown[] = value;
  return typeof server === 'string' && typeof tool === 'string' && typeof id === 'string' ? { server, tool, id } : undefined;
}
