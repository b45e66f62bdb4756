// Entries as a table for spreadsheets (RFC 4180). Names in it come from strangers: a cell that a spreadsheet would take for a formula is made text, every cell
// is quoted, and nothing that cannot be seen gets in.

import { toPrintable } from '../../telemetry/index.ts';
import { factsOf } from '../entries/entry.ts';
import type { Entry } from '../entries/entry.ts';
import { toFindings } from '../read-members.ts';

/** A column and the member it shows: of the record, or of the outcome of its call. */
type Column = readonly [heading: string, from: 'record' | 'outcome', member: string];

const COLUMNS: readonly Column[] = [
  ['tenant', 'record', 'tenant'],
  ['agent', 'record', 'agent'],
  ['user', 'record', 'user'],
  ['subject', 'record', 'subject'],
  ['key', 'record', 'keyId'],
  ['listener', 'record', 'listener'],
  ['server', 'record', 'server'],
  ['era', 'record', 'era'],
  ['revision', 'record', 'revision'],
  ['method', 'record', 'method'],
  ['tool', 'record', 'tool'],
  ['prompt', 'record', 'prompt'],
  ['resource', 'record', 'resource'],
  ['class', 'record', 'class'],
  ['verdict', 'record', 'verdict'],
  ['rule', 'record', 'rule'],
  ['reason', 'record', 'reason'],
  ['limit', 'record', 'limit'],
  ['snapshot', 'record', 'snapshot'],
  ['requestBytes', 'record', 'requestBytes'],
  ['status', 'outcome', 'status'],
  ['code', 'outcome', 'code'],
  ['rpcCode', 'outcome', 'rpcCode'],
  ['answerBytes', 'outcome', 'answerBytes'],
  ['gatewayUs', 'outcome', 'gatewayUs'],
  ['serverUs', 'outcome', 'serverUs'],
  ['event', 'record', 'event'],
  ['action', 'record', 'action'],
  ['target', 'record', 'target'],
  ['result', 'record', 'outcome'],
  ['by', 'record', 'by'],
  ['via', 'record', 'via'],
  ['count', 'record', 'count'],
  ['source', 'record', 'source'],
];

const MAX_CELL_CHARS = 2_000;
/** What spreadsheets begin a formula with, also in its wide form, and what they skip in front of one. */
const FORMULA = /^[\s]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u;

/** The first line. */
export function csvHeadings(): string {
  const own = ['time', 'slot', 'seq', 'kind', 'id'];
  return toRow([...own, ...COLUMNS.map(([heading]) => heading), 'foundInRequest', 'foundInAnswer']);
}

/** The line of an entry. */
export function toCsvLine({ slot, kind, line, outcome }: Entry): string {
  const end = kind === 'outcome' ? line : outcome;
  const cells = COLUMNS.map(([, from, member]) => (from === 'record' ? line : end)?.members[member]);
  const own = [new Date(line.time).toISOString(), slot, line.seq, kind, factsOf(kind, line.members).id];
  return toRow([...own, ...cells, foundIn(kind === 'outcome' ? undefined : line.members), foundIn(end?.members)]);
}

function foundIn(members: Readonly<Record<string, unknown>> | undefined): string {
  return toFindings(members?.['findings'])
    .map(({ type, count, action }) => `${type} ${count} ${action}`)
    .join('; ');
}

function toRow(cells: readonly unknown[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function toCell(value: unknown): string {
  // A number is ours: a minus before it begins no formula.
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string' || value === '') return '';
  const text = toPrintable(value, MAX_CELL_CHARS).replaceAll('"', '""');
  return FORMULA.test(text) ? `"'${text}"` : `"${text}"`;
}
