// Whom a call is about, for its record: the user that an agent acts for, or the agent itself. Their pseudonym and keys are the keeper's; without them
// nothing can be put on record, so nothing is carried.

import type { Principal } from '../agents/index.ts';
import type { Subject } from '../audit/index.ts';

/** The subjects that this process knows. */
export interface Subjects {
  /** Called once: at once for those who are known, else as soon as the keeper has said. Undefined: it could not be asked. */
  know(principal: Principal, done: (subject: Subject | undefined) => void): void;
}
