// What of all that was found concerns anybody: the protocol itself needs some places as they are, in some messages.

import type { FindingClass, Found, Surface } from '../../inspection/index.ts';
import type { Call } from '../exchange.ts';

/** Opaque to everybody but who wrote it: replaced, it would be of no use, and no model reads it. In other messages it is a member like any. */
const OF_LISTS: ReadonlySet<string> = new Set(['$.result.nextCursor', '$.params.cursor']); // server/utilities/pagination
const OF_ROUNDS: ReadonlySet<string> = new Set(['$.result.requestState', '$.params.requestState']); // basic/patterns/mrtr
/** Numbers that a client counts with, of which one in ten looks like that of a card. */
const COUNTED: ReadonlySet<string> = new Set(['$.id', '$.params._meta.progressToken', '$.params.progressToken', '$.params.requestId']);
/** What is not looked into because of a place can be all that stands behind it: that concerns everybody, wherever it was said. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set(['over-budget', 'failed']);

/**
 * What an operator planted is told from everything else, also there, where it stands in plain words. A state that merely looks like a token may be one that
 * its server needs exactly as it is.
 */
const PLANTED: FindingClass = 'canary';

/** Findings without those in what the protocol needs as it is. An answer that is no question has no round to continue. */
export function ofConcern(found: readonly Found[], { question: { rule } }: Pick<Call, 'question'>, surface: Surface): readonly Found[] {
  if (found.length === 0) return found;
  const isOpaque = (path: string): boolean =>
    (rule?.list !== undefined && OF_LISTS.has(path)) || (rule?.interactive === true && surface !== 'answer' && OF_ROUNDS.has(path));
  return found.filter(
    ({ path, kind, class: of, type, layers }) =>
      (of === 'unscanned' && OF_THE_MESSAGE.has(type)) ||
      !((isOpaque(path) && !(of === PLANTED && layers.length === 0)) || (kind === 'number' && COUNTED.has(path))),
  );
}
