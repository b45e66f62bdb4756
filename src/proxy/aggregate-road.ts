// Several servers as one: what is asked of all of them, and their answers made into one.

import type { Ask, Asking, Hearing } from './bridge/index.ts';
import { OVER } from './bridge/index.ts';
import type { Ports } from './exchange.ts';

/** Asks the members of a call's route what only all of them together can answer. */
export function askMembers(_ask: Ask, hearing: Hearing, _ports: Ports): Asking {
  hearing.fail({ code: 'route_unknown' }, 'refused');
  return OVER;
}
