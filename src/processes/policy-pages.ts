// What the console's pages about policy, catalogue, limits and settings ask control, put together.

import type { PolicyPages } from '../admin/index.ts';
import { fail } from '../base/index.ts';
import type { PolicyDesk } from './policy-desk.ts';

const STARTING = fail({ code: 'unavailable', detail: 'The gateway is starting; try again.' } as const);
const starting = async (): Promise<typeof STARTING> => STARTING;

export function createPolicyPages(policies: PolicyDesk): PolicyPages {
  return {
    policyDocument: policies.port,
    definitions: { list: starting, read: starting },
    settings: starting,
    buckets: starting,
  };
}
