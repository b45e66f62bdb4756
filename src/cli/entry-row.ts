// An entry of the record as a row of a table, for people.

import { factsOf, GIVEN_UP, isGivenUp, isUnderWay, toFindings } from '../audit/index.ts';
import type { Entry, EntryLine } from '../audit/index.ts';

/** What stands above the rows. */
export const ENTRY_HEADINGS = ['TIME', 'WHO', 'SERVER', 'WHAT', 'DECIDED', 'ENDED', 'FOUND', 'ID'] as const;

/** The row of an entry. */
export function toEntryRow(entry: Entry): readonly string[] {
  const { kind, line, outcome } = entry;
  const time = new Date(line.time).toISOString();
  const found = [...foundIn(line), ...(outcome === undefined ? [] : foundIn(outcome))].join(', ');
  const { id } = factsOf(kind, line.members);
  return [time, whoOf(line), text(line, 'server'), whatOf(entry), decidedOf(entry), endedOf(entry), found, id];
}

function whoOf(line: EntryLine): string {
  return text(line, 'by') || text(line, 'user') || text(line, 'agent') || text(line, 'subject') || text(line, 'source');
}

function whatOf({ kind, line }: Entry): string {
  if (kind !== 'call')
    return [kind, text(line, 'action') || text(line, 'event'), text(line, 'target') || text(line, 'name') || text(line, 'tool')]
      .filter((word) => word !== '')
      .join(' ');
  return [text(line, 'method'), text(line, 'tool') || text(line, 'prompt') || text(line, 'resource')]
    .filter((word) => word !== '')
    .join(' ');
}

function decidedOf({ kind, line }: Entry): string {
  if (kind !== 'call') return text(line, 'reason');
  if (isGivenUp(line.members)) return GIVEN_UP;
  const why = text(line, 'rule') || text(line, 'reason');
  return why === '' ? text(line, 'verdict') : `${text(line, 'verdict')} (${why})`;
}

function endedOf(entry: Entry): string {
  const { kind, line, outcome } = entry;
  const end = kind === 'outcome' ? line : outcome;
  if (end === undefined) return isUnderWay(entry) ? 'under way' : text(line, 'outcome');
  const code = text(end, 'code');
  const bytes = end.members['answerBytes'];
  return [text(end, 'status'), code === '' ? '' : `(${code})`, typeof bytes === 'number' ? `${bytes} bytes` : '']
    .filter((word) => word !== '')
    .join(' ');
}

function foundIn(line: EntryLine): readonly string[] {
  return toFindings(line.members['findings']).map(({ type, count, action }) => `${type}${count > 1 ? ` ×${count}` : ''} (${action})`);
}

function text({ members }: EntryLine, member: string): string {
  const value = members[member];
  return typeof value === 'string' ? value : '';
}
