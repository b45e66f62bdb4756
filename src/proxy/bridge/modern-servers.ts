// Servers of the modern era over Streamable HTTP, asked by a bridge: the same request that an agent's own would be.

import type { HttpTarget } from '../../servers/index.ts';
import type { Ports } from '../exchange.ts';
import { OVER } from './party.ts';
import type { Ask, Asking, Hearing } from './party.ts';

/** Asks over Streamable HTTP. */
export function askModernHttp(_ask: Ask, _target: HttpTarget, hearing: Hearing, _ports: Ports): Asking {
  hearing.fail({ code: 'era_unshared' }, 'refused');
  return OVER;
}

/** Asks over the process of the ask's principal. */
export function askModernStdio(_ask: Ask, hearing: Hearing, _ports: Ports): Asking {
  hearing.fail({ code: 'era_unshared' }, 'refused');
  return OVER;
}
