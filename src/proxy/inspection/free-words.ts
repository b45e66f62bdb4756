// Words beside messages, which no rule sees: headers of an agent that go on to a server, ids of a server's events. Nobody needs what could be left of them, so
// where they hold what should not pass they do not pass at all.

import { editsFor } from '../../inspection/index.ts';
import type { FindingClass, Found, Surface } from '../../inspection/index.ts';
import { parseJson, splice } from '../../mcp/index.ts';
import type { Call } from '../exchange.ts';
import type { Inspector } from './inspector.ts';

const NOT_PASSED: ReadonlySet<FindingClass> = new Set(['secret', 'payment', 'canary', 'personal', 'unscanned']);

/** Whether words may go on as they were written. */
export function isHarmless({ inspecting: { inspector } }: Pick<Call, 'inspecting'>, words: string, surface: Surface): boolean {
  return !inspector.lookNow(toBytes(words), surface).some(isHarm);
}

/** Words for a log: what somebody might use is taken out. */
export function withoutSecrets(inspector: Pick<Inspector, 'lookNow'>, words: string): string {
  const bytes = toBytes(words);
  const found = inspector.lookNow(bytes, 'answer').filter(isHarm);
  if (found.length === 0) return words;
  const document = parseJson(bytes);
  const edited = document.ok ? parseJson(splice(document.value, editsFor(found.map((one) => ({ found: one }))))) : document;
  return edited.ok && typeof edited.value.value === 'string' ? edited.value.value : '[redacted]';
}

function isHarm({ class: of, confidence }: Found): boolean {
  return NOT_PASSED.has(of) && confidence !== 'low';
}

function toBytes(words: string): Uint8Array {
  return Buffer.from(JSON.stringify(words));
}
