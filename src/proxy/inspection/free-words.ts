// Headers of an agent that go on to a server: words that no rule sees. Nobody needs them, so where one holds what should not leave, it does not go.

import type { FindingClass } from '../../inspection/index.ts';
import type { Call } from '../exchange.ts';

const NOT_SENT: ReadonlySet<FindingClass> = new Set(['secret', 'payment', 'canary', 'personal', 'unscanned']);

/** Whether a header may go on as the agent wrote it. */
export function mayBeSent({ inspecting: { inspector } }: Pick<Call, 'inspecting'>, text: string): boolean {
  return !inspector
    .lookNow(Buffer.from(JSON.stringify(text)), 'request')
    .some((found) => NOT_SENT.has(found.class) && found.confidence !== 'low');
}
