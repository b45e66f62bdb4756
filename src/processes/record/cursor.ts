// Where a page of the record ends, as text for the next one. It is sealed under a key of this process, over the question too: with a cursor nothing goes on
// record again, so there must be none without the first page of just this question.

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RecordsQuery } from '../../admin/index.ts';
import type { EntryPlace } from '../../audit/index.ts';

export interface Cursors {
  seal(query: RecordsQuery, place: EntryPlace): string;
  /** Undefined: it is none of this question, or of this process. */
  open(query: RecordsQuery, cursor: string): EntryPlace | undefined;
}

const KEY_BYTES = 32;

export function createCursors(randomBytes: (count: number) => Uint8Array): Cursors {
  const key = randomBytes(KEY_BYTES);
  const sealOf = (query: RecordsQuery, place: string): Buffer =>
    createHmac('sha256', key)
      .update(`${canonical(query)}\n${place}`)
      .digest();
  return {
    seal(query, { slot, seq, time }) {
      const place = Buffer.from(JSON.stringify([slot, seq, time])).toString('base64url');
      return `${place}.${sealOf(query, place).toString('base64url')}`;
    },
    open(query, cursor) {
      const [place = '', seal = ''] = cursor.split('.');
      const expected = sealOf(query, place);
      const given = Buffer.from(seal, 'base64url');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      // What we have sealed ourselves is what we made it of.
      const [slot, seq, time] = JSON.parse(Buffer.from(place, 'base64url').toString()) as [string, number, number];
      return { slot, seq, time };
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
