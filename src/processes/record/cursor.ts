// Where a page of the record ends, as text for the next one. With a cursor nothing goes on record again, so it is good for nothing but the rest of what somebody
// was put on record for: it is sealed under a key of this process, over the question, who asked it, and when they did.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RecordsQuery } from '../../admin/index.ts';
import type { EntryPlace } from '../../audit/index.ts';

/** How far somebody has come with a question. */
export interface Reached {
  readonly place: EntryPlace;
  /** When they were put on record for it: with the first page. */
  readonly sinceMs: number;
}

export interface Cursors {
  seal(query: RecordsQuery, asker: string, reached: Reached): string;
  /** Undefined: it is none of this question, of this asker, of this process, or it is too old. */
  open(query: RecordsQuery, asker: string, cursor: string): Reached | undefined;
}

export interface CursorsOptions {
  readonly randomBytes: (count: number) => Uint8Array;
  readonly nowMs: () => number;
}

const KEY_BYTES = 32;
/** Long enough to read on. Whoever wants more asks again, and is on record again. */
const LIFE_MS = 900_000;

export function createCursors({ randomBytes, nowMs }: CursorsOptions): Cursors {
  const key = randomBytes(KEY_BYTES);
  const sealOf = (query: RecordsQuery, asker: string, reached: string): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify([canonical(query), asker, reached]))
      .digest();
  return {
    seal(query, asker, { place: { slot, seq, time }, sinceMs }) {
      const reached = Buffer.from(JSON.stringify([slot, seq, time, sinceMs])).toString('base64url');
      return `${reached}.${sealOf(query, asker, reached).toString('base64url')}`;
    },
    open(query, asker, cursor) {
      const [reached = '', seal = ''] = cursor.split('.');
      const expected = sealOf(query, asker, reached);
      const given = Buffer.from(seal, 'base64url');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      // What we have sealed ourselves is what we made it of.
      const [slot, seq, time, sinceMs] = JSON.parse(Buffer.from(reached, 'base64url').toString()) as [string, number, number, number];
      // A clock that was put back does not make it last longer.
      return Math.abs(nowMs() - sinceMs) < LIFE_MS ? { place: { slot, seq, time }, sinceMs } : undefined;
    },
  };
}

/** How many are wanted at once may differ from page to page, and why does not matter. */
const NO_PART: ReadonlySet<string> = new Set(['cursor', 'limit', 'reason']);

/** All that changes what is found, in an order of its own. */
function canonical(query: RecordsQuery): string {
  const question = Object.entries(query).filter(([name]) => !NO_PART.has(name));
  return JSON.stringify(question.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
