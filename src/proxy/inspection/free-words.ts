// Words beside messages, which no rule sees: headers of an agent that go on to a server, ids of a server's events. Nobody needs what could be left of them, so
// where they hold what should not pass they do not pass at all.

import type { FindingClass, Surface } from '../../inspection/index.ts';
import type { Call } from '../exchange.ts';

const NOT_PASSED: ReadonlySet<FindingClass> = new Set(['secret', 'payment', 'canary', 'personal', 'unscanned']);

/** Whether words may go on as they were written. */
export function isHarmless({ inspecting: { inspector } }: Pick<Call, 'inspecting'>, words: string, surface: Surface): boolean {
  const found = inspector.lookNow(Buffer.from(JSON.stringify(words)), surface);
  return !found.some((one) => NOT_PASSED.has(one.class) && one.confidence !== 'low');
}
