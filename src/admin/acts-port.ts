// Acts of commands, as the admin API takes them: what a command reads from the data folder by itself, said before it shows anything.

import { ok } from '../base/index.ts';
import { performAct } from './acts.ts';
import type { Actor, ActsOnRecord } from './acts.ts';
import type { ActsPort } from './ports.ts';

/** Nobody asks the port without a socket between; where one does, it is the gateway. */
const GATEWAY: Actor = { by: 'gateway', via: 'api' };

/** Puts acts of commands on record. */
export function createActsPort(record: ActsOnRecord, tenant: string): ActsPort {
  return {
    record: ({ action, target, reason, details }, actor = GATEWAY) =>
      performAct(record, { ...actor, action, kind: 'read', tenant, target, reason, details }, async (act) => ok({ act })),
  };
}
