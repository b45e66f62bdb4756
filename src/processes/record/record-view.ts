// An entry of the record as the admin API shows it. A log may have been altered: nothing is believed of what stands in it, a member that is not what it
// should be is not there.

import type { RecordFindingView, RecordView } from '../../admin/index.ts';
import { factsOf, isUnderWay, toFindings, withholdNamesIn } from '../../audit/index.ts';
import type { Entry, EntryLine } from '../../audit/index.ts';

/** Shows an entry. `hidesNames`: it takes two people to learn whose a pseudonym is. */
export function toRecordView(entry: Entry, hidesNames: boolean): RecordView {
  const shown = hidesNames ? withholdNamesIn(entry) : entry;
  const { slot, kind, line, outcome } = shown;
  const end = kind === 'outcome' ? line : outcome;
  const text = (member: string): string | null => textIn(line, member);
  return {
    log: slot,
    seq: line.seq,
    time: toTime(line.time),
    kind,
    id: factsOf(kind, line.members).id || null,
    tenant: text('tenant'),
    agent: text('agent'),
    user: text('user'),
    subject: kind === 'lockdown' ? null : text('subject'),
    key: text('keyId'),
    by: text('by'),
    listener: text('listener'),
    server: text('server'),
    era: text('era'),
    revision: text('revision'),
    method: text('method'),
    tool: text('tool'),
    prompt: text('prompt'),
    resource: text('resource'),
    action: text('action') ?? text('event'),
    target: text('target') ?? text('name') ?? text('source'),
    verdict: text('verdict'),
    rule: text('rule'),
    reason: text('reason'),
    limit: text('limit'),
    approval: text('approval'),
    status: end === undefined ? text('outcome') : textIn(end, 'status'),
    code: textIn(end, 'code'),
    endedAt: end === undefined ? null : toTime(end.time),
    isUnderWay: isUnderWay(shown),
    findings: [...findingsIn(line, kind === 'outcome' ? 'answer' : 'request'), ...findingsIn(outcome, 'answer')],
    findingsTotal: totalIn(line) + totalIn(outcome),
    requestBytes: countIn(end, 'requestBytes') ?? countIn(line, 'requestBytes'),
    answerBytes: countIn(end, 'answerBytes'),
    gatewayUs: countIn(end, 'gatewayUs'),
    serverUs: countIn(end, 'serverUs'),
    isWithheld: Array.isArray(line.members['withheld']),
  };
}

/** Members that a view shows, or that say how a line is framed. */
const SHOWN: ReadonlySet<string> = new Set(
  [
    'v seq time kind chain id act lock tenant agent user subject keyId by listener server',
    'era revision method tool prompt resource action event target name source verdict rule reason limit approval',
    'outcome status code findings findingsTotal requestBytes answerBytes gatewayUs serverUs forwardedUs firstByteUs mono withheld',
  ].flatMap((names) => names.split(' ')),
);

/** What else an entry says, by name; of what is no text or number, how it is written. */
export function detailsOf({ line, outcome }: Entry, hidesNames: boolean): Readonly<Record<string, string | number>> {
  const own = hidesNames ? withholdNamesIn({ slot: '', kind: 'other', line, outcome: undefined }).line : line;
  const details = new Map<string, string | number>();
  for (const { members } of outcome === undefined ? [own] : [own, outcome])
    for (const [name, value] of Object.entries(members)) {
      if (SHOWN.has(name)) continue;
      // Details of an act are what it was about.
      const inner = name === 'details' && typeof value === 'object' && value !== null ? Object.entries(value) : [[name, value] as const];
      for (const [member, one] of inner) details.set(member, toDetail(one));
    }
  return Object.fromEntries(details);
}

function toDetail(value: unknown): string | number {
  if (typeof value === 'string') return value;
  // 1e999 is read as no number that could be written again.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ');
  return JSON.stringify(value);
}

function findingsIn(line: EntryLine | undefined, where: RecordFindingView['where']): readonly RecordFindingView[] {
  return toFindings(line?.members['findings']).map((finding) => ({ ...finding, where, count: toCount(finding.count) ?? 0 }));
}

function totalIn(line: EntryLine | undefined): number {
  const listed = toFindings(line?.members['findings']).reduce((sum, { count }) => sum + (toCount(count) ?? 0), 0);
  return countIn(line, 'findingsTotal') ?? listed;
}

function textIn(line: EntryLine | undefined, member: string): string | null {
  const value = line?.members[member];
  return typeof value === 'string' && value !== '' ? value : null;
}

function countIn(line: EntryLine | undefined, member: string): number | null {
  return toCount(line?.members[member]);
}

function toCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

/** The last moment that RFC 3339 can write: its years have four digits. */
const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time in a log may be no time at all. */
export function toTime(ms: number): string {
  return new Date(Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LAST_MS) : 0).toISOString();
}
