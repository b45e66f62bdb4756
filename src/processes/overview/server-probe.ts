// A walk to a server, asked of a worker: it goes by the credentials and the network that calls go by. What comes back is checked like everything
// that a process says which reads from strangers.

import { parseServerProbe } from '../../admin/index.ts';
import type { AdminProblem, ServerProbe } from '../../admin/index.ts';
import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import type { Channel } from '../channel.ts';
import type { Links } from '../child.ts';

/** The slowest program may take half a minute to start, and is started three times. */
const WALK_TIMEOUT_MS = 110_000;

export interface ServerProbes {
  /** One walk to a server at a time; who asks meanwhile is told what comes of it. */
  probe(server: string): Promise<Result<ServerProbe, AdminProblem>>;
  last(server: string): ServerProbe | undefined;
  /** Forgets servers that are no more. */
  retain(servers: ReadonlySet<string>): void;
}

export function createServerProbes(links: Links, isServing: (channel: Channel) => boolean): ServerProbes {
  const under = new Map<string, Promise<Result<ServerProbe, AdminProblem>>>();
  const last = new Map<string, ServerProbe>();

  const walk = async (server: string): Promise<Result<ServerProbe, AdminProblem>> => {
    const worker = links.all('worker').find(isServing);
    if (worker === undefined) return fail({ code: 'unavailable', detail: 'No worker serves; only a worker can go to a server.' });
    try {
      const { fields } = await worker.request('walk-to-server', { server }, WALK_TIMEOUT_MS);
      if (typeof fields['error'] === 'string') return fail({ code: 'unavailable', detail: fields['error'] });
      const probe = parseServerProbe(fields['probe']);
      if (probe === undefined) return fail({ code: 'unavailable', detail: 'The worker answered in a form that is not known here.' });
      last.set(server, probe);
      return ok(probe);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail({ code: 'unavailable', detail: `The worker that was to go there did not come back: ${why}.` });
    }
  };

  return {
    probe: (server) => {
      const running = under.get(server) ?? walk(server).finally(() => under.delete(server));
      under.set(server, running);
      return running;
    },
    last: (server) => last.get(server),
    retain: (servers) => {
      for (const server of last.keys()) if (!servers.has(server)) last.delete(server);
    },
  };
}
