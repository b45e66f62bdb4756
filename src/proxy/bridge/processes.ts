// The programs that run for agents in this worker. Each has a cap and its reason: one agent must not take what all need, one server not
// what all servers need, and a worker not what the machine has. (A program that ends before it says anything is
// probed again, and held back by what comes of that.)

import type { Principal } from '../../agents/index.ts';
import type { Limits } from '../../config/index.ts';
import type { Server, StdioDoor, StdioEvents, StdioLink } from '../../servers/index.ts';
import type { Refused } from '../rescue.ts';
import { countPerServer } from './count-per-server.ts';
import type { OpenServer } from './stdio-lines.ts';

/** Starts programs, and knows how many run. */
export interface Processes {
  /** How a program is started for an agent, or for all (undefined); or why it may not be started now. It counts from its start to its end. */
  startFor(owner: Principal | undefined, server: Server, limits: Limits): OpenServer | Refused;
  /** How many run. */
  readonly size: number;
  /** How many run of a server. */
  counts(): (server: string) => number;
}

interface Running {
  readonly agent: string;
  readonly server: string;
}

/** An agent that hung up without DELETE has nothing left to end: the operator's two settings are what helps then. */
const tooMany = (most: number): string =>
  `This agent has ${most} programs running already; end a session with DELETE, or wait until one has been idle for ` +
  'limits.sessionIdleMs. The cap is limits.maxProcessesPerAgent.';

/** None runs yet. */
export function createProcesses(stdio: StdioDoor): Processes {
  const running = new Set<Running>();

  const count = (counts: (one: Running) => boolean): number => {
    let number = 0;
    for (const one of running) if (counts(one)) number++;
    return number;
  };
  const refusal = (agent: string, server: string, limits: Limits): Refused | undefined => {
    const { maxProcesses, maxProcessesPerAgent, maxProcessesPerServer } = limits;
    if (agent !== '' && count((one) => one.agent === agent) >= maxProcessesPerAgent)
      return { code: 'too_many', say: tooMany(maxProcessesPerAgent) };
    if (count((one) => one.server === server) >= maxProcessesPerServer)
      return { code: 'overloaded', say: `The MCP server '${server}' runs ${maxProcessesPerServer} times already; try again later.` };
    if (running.size >= maxProcesses)
      return { code: 'overloaded', say: `The gateway runs ${maxProcesses} programs already; try again later.` };
    return undefined;
  };
  const start = (agent: string, server: Server, events: StdioEvents): StdioLink => {
    const one: Running = { agent, server: server.name };
    let spoke = false;
    running.add(one);
    const link = stdio.open(server.name, {
      onLine: (line) => {
        spoke = true;
        events.onLine(line);
      },
      onExit: (text) => {
        if (running.delete(one) && !spoke) server.doubt();
        events.onExit(text);
      },
    });
    return {
      send: (line, onLost) => link.send(line, onLost),
      pause: () => link.pause(),
      resume: () => link.resume(),
      // On its way out: whoever makes room for another must not wait for it.
      close: () => {
        running.delete(one);
        link.close();
      },
    };
  };

  return {
    startFor: (owner, server, limits) => {
      const agent = owner === undefined ? '' : JSON.stringify([owner.tenant, owner.agent]);
      return refusal(agent, server.name, limits) ?? ((events) => start(agent, server, events));
    },
    get size() {
      return running.size;
    },
    counts: () => countPerServer(running),
  };
}
