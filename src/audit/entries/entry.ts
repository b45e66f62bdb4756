// What the record says about one matter: a call, which has two lines, or anything else, which has one. This is what people ask for and what is exported.
// An entry holds the lines themselves, as they stand in the log; nothing that is said of them comes from anywhere else.

import { readMembers, toNumber, toText } from '../read-members.ts';

/** Kinds of entries. `outcome`: of a call whose decision is no longer kept. */
export const ENTRY_KINDS = [
  'call',
  'outcome',
  'approval',
  'act',
  'lockdown',
  'flow',
  'refusals',
  'log',
  'checkpoint',
  'tombstone',
  'other',
] as const;

/** One of them. */
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** A line as it was read. */
export interface EntryLine {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly time: number;
  /** Without its line break. */
  readonly text: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** One matter. */
export interface Entry {
  readonly slot: string;
  readonly kind: EntryKind;
  readonly line: EntryLine;
  /** How the call ended; undefined for what is no call, was denied, or is under way. */
  readonly outcome: EntryLine | undefined;
}

/** How the log frames itself: of no interest to a reader. */
const FRAMING: ReadonlySet<string> = new Set(['segment', 'carried']);

/** The kind of entry that a line of this kind begins; undefined for how the log frames itself. A kind that a newer version writes is not hidden. */
export function toEntryKind(lineKind: string): EntryKind | undefined {
  if (FRAMING.has(lineKind)) return undefined;
  return lineKind === 'decision' ? 'call' : (ENTRY_KINDS.find((kind) => kind === lineKind) ?? 'other');
}

/** A line that has a frame (format.ts). */
export function toEntryLine(seq: number, time: number, text: string): EntryLine {
  return { seq, time, text, members: readMembers(text) };
}

/** What an entry can be found by. */
export interface EntryFacts {
  readonly id: string;
  readonly tenant: string;
  readonly agent: string;
  /** Whom it is about: a pseudonym where there is one, else a user, else the agent; of an act what it was done to. */
  readonly subject: string;
  readonly server: string;
  readonly tool: string;
  readonly rule: string;
  /** As it is searched for and counted: what was given up was denied by nobody. */
  readonly verdict: string;
  /** Names of detectors, each once. */
  readonly findings: readonly string[];
}

/** The verdict on a call whose agent hung up before there was one. */
export const GIVEN_UP = 'given_up';

/** Whether a call was given up. Its line has a denial, since nothing was carried; but nobody denied it. */
export function isGivenUp(members: EntryLine['members']): boolean {
  return members['reason'] === 'hung-up' && members['verdict'] === 'deny';
}

/** What the first line of an entry says. */
export function factsOf(kind: EntryKind, members: EntryLine['members']): EntryFacts {
  const text = (name: string): string => toText(members[name]);
  const isLock = kind === 'lockdown';
  const agent = isLock && text('subject') === 'agent' ? text('name') : text('agent');
  return {
    // An approval is made by an act, maybe with others: the question is what it is about.
    id: text('id') || text('approval') || text('act') || text('lock'),
    tenant: text('tenant'),
    agent,
    subject: kind === 'act' ? text('target') : (isLock ? '' : text('subject')) || text('user') || agent,
    server: isLock && text('subject') === 'server' ? text('name') : text('server'),
    tool: text('tool'),
    rule: text('rule'),
    verdict: isGivenUp(members) ? GIVEN_UP : text('verdict'),
    findings: findingsOf(members),
  };
}

/** How the call of an outcome ended: what the outcome adds to the facts of its call. */
export interface OutcomeFacts {
  readonly id: string;
  readonly status: string;
  readonly findings: readonly string[];
}

/** What the outcome of a call says. */
export function outcomeFactsOf(members: EntryLine['members']): OutcomeFacts {
  return { id: toText(members['id']), status: toText(members['status']), findings: findingsOf(members) };
}

/** A call that was allowed and has not ended: its outcome is still to come. */
export function isUnderWay({ kind, line, outcome }: Entry): boolean {
  return kind === 'call' && outcome === undefined && line.members['verdict'] === 'allow';
}

/** A member of an entry that counts something; undefined where it is not there. */
export function countIn(line: EntryLine | undefined, member: string): number | undefined {
  const value = line?.members[member];
  return typeof value === 'number' ? toNumber(value) : undefined;
}

function findingsOf(members: EntryLine['members']): readonly string[] {
  const listed: unknown = members['findings'];
  if (!Array.isArray(listed)) return [];
  const types = listed.map((one: unknown) => (typeof one === 'object' && one !== null && 'type' in one ? toText(one.type) : ''));
  return types.filter((type, at) => type !== '' && types.indexOf(type) === at);
}
