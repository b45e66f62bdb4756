// What the console's pages about policy, catalogue, limits and settings ask control, put together.

import type { PolicyPages } from '../admin/index.ts';
import { fail } from '../base/index.ts';

const STARTING = fail({ code: 'unavailable', detail: 'The gateway is starting; try again.' } as const);
const starting = async (): Promise<typeof STARTING> => STARTING;

export function createPolicyPages(): PolicyPages {
  return {
    policyDocument: {
      read: starting,
      write: starting,
      proposals: starting,
      readProposal: starting,
      decide: starting,
      history: starting,
      readRevision: starting,
      replay: starting,
      readReplay: starting,
      schema: starting,
    },
    definitions: { list: starting, read: starting },
    settings: starting,
    buckets: starting,
  };
}
