// What of all that was found concerns anybody: the protocol itself needs some places as they are.

import type { Found } from '../../inspection/index.ts';

/** Opaque to everybody but who wrote it (server/utilities/pagination, basic/patterns/mrtr): replaced, it would be of no use, and no model reads it. */
const OPAQUE: ReadonlySet<string> = new Set(['$.result.nextCursor', '$.params.cursor', '$.result.requestState', '$.params.requestState']);
/** Numbers that a client counts with, of which one in ten looks like that of a card. */
const COUNTED: ReadonlySet<string> = new Set(['$.id', '$.params._meta.progressToken', '$.params.progressToken', '$.params.requestId']);

/** Findings without those in what the protocol itself needs as it is. */
export function ofConcern(found: readonly Found[]): readonly Found[] {
  if (found.length === 0) return found;
  return found.filter(({ path, kind }) => !OPAQUE.has(path) && !(kind === 'number' && COUNTED.has(path)));
}
