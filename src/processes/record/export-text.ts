// An export of the record in pieces that are worth sending.

import { exportEntries, withholdNamesIn } from '../../audit/index.ts';
import type { Entry, RecordIndex } from '../../audit/index.ts';
import type { RecordStreams } from './asks.ts';

/** Text that is sent at once. */
const PIECE_CHARS = 65_536;

/** Oldest first. However long the record, only a piece of it is in memory. */
export async function* exportText(
  index: RecordIndex,
  { filter, format, version, hidesNames }: RecordStreams['export'],
): AsyncGenerator<string, void, undefined> {
  const found = index.find({ ...filter, order: 'oldest' });
  let piece = '';
  for await (const text of exportEntries(hidesNames ? withheld(found) : found, format, version)) {
    piece += text;
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

async function* withheld(entries: AsyncIterable<Entry>): AsyncGenerator<Entry, void, undefined> {
  for await (const entry of entries) yield withholdNamesIn(entry);
}
