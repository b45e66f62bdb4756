// Whom a call is about, for its record: the user that an agent acts for, or the agent itself. Their pseudonym and keys are the keeper's; without them
// nothing can be put on record, so nothing is carried.

import type { Principal } from '../agents/index.ts';
import type { DecisionRecord, Subject } from '../audit/index.ts';
import type { Arrival } from './exchange.ts';

/** The subjects that this process knows. */
export interface Subjects {
  /** Called once: at once for those who are known, else as soon as the keeper has said. Undefined: it could not be asked. */
  know(principal: Principal, done: (subject: Subject | undefined) => void): void;
}

/** Who a record says it was. */
export type RecordedCaller = Pick<DecisionRecord, 'tenant' | 'agent' | 'user' | 'subject' | 'keyId'>;

/** The caller as a record may name them: users never by name, agents by name unless the privacy profile keeps that out. */
export function callerOf({ principal, subject, snapshot }: Pick<Arrival, 'principal' | 'subject' | 'snapshot'>): RecordedCaller {
  const { tenant, agent, keyId } = principal;
  if (snapshot.audit.subjects === 'names') return { tenant, agent, user: undefined, subject: subject?.pseudonym, keyId };
  // The list of agents says whose a key is, so it is a name too.
  return { tenant, agent: undefined, user: undefined, subject: subject?.pseudonym, keyId: subject?.alias(keyId) ?? '' };
}
