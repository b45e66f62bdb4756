// Who touched a server: what has to be said within days after a breach (GDPR Art. 33(3)). From the lines of the record, entry by entry; in the order of time,
// never of how much somebody did.

import { countIn } from './entry.ts';
import type { Entry } from './entry.ts';
import { toFindings, toText } from '../read-members.ts';

/** Somebody who called, with one key. */
export interface Party {
  readonly tenant: string;
  /** Undefined where names are kept out of the record. */
  readonly agent: string | undefined;
  readonly user: string | undefined;
  readonly subject: string | undefined;
  readonly key: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Calls that were let through, and those that were not. */
  readonly calls: number;
  readonly refused: number;
  /** Bytes that were sent, and that came back. */
  readonly requestBytes: number;
  readonly answerBytes: number;
  /** By name: what was called, and what was found in it; at most `MAX_NAMES` of each. */
  readonly tools: Readonly<Record<string, number>>;
  readonly findings: Readonly<Record<string, number>>;
  /** Ends of calls by status. */
  readonly ended: Readonly<Record<string, number>>;
}

/** Everybody. */
export interface BreachReport {
  readonly parties: readonly Party[];
  readonly calls: number;
  /** Parties that are not listed, because there were too many. */
  readonly unlisted: number;
}

/** Adds entries up. */
export interface BreachTally {
  add(entry: Entry): void;
  report(): BreachReport;
}

const MAX_PARTIES = 100_000;
const MAX_NAMES = 100;
/** Stands for names beyond those that are listed; no tool can be called so. */
const OTHERS = '(others)';

/** What a party did so far. Names are chosen by strangers: they are never keys of an object. */
interface Tally {
  readonly who: Pick<Party, 'tenant' | 'agent' | 'user' | 'subject' | 'key'>;
  firstMs: number;
  lastMs: number;
  calls: number;
  refused: number;
  requestBytes: number;
  answerBytes: number;
  readonly tools: Map<string, number>;
  readonly findings: Map<string, number>;
  readonly ended: Map<string, number>;
}

export function createBreachTally(): BreachTally {
  const parties = new Map<string, Tally>();
  const unlisted = new Set<string>();
  let calls = 0;
  return {
    add(entry) {
      if (entry.kind !== 'call') return;
      calls += 1;
      const who = whoIn(entry);
      const key = JSON.stringify(who);
      const known = parties.get(key);
      if (known === undefined && parties.size >= MAX_PARTIES) {
        unlisted.add(key);
        return;
      }
      const tally = known ?? begin(who, entry.line.time);
      parties.set(key, tally);
      addCall(tally, entry);
    },
    report: () => ({
      parties: Array.from(parties.values(), toParty).sort((a, b) => a.firstMs - b.firstMs),
      calls,
      unlisted: unlisted.size,
    }),
  };
}

function whoIn({ line }: Entry): Tally['who'] {
  const text = (name: string): string | undefined => toText(line.members[name]) || undefined;
  return { tenant: text('tenant') ?? '', agent: text('agent'), user: text('user'), subject: text('subject'), key: text('keyId') ?? '' };
}

function begin(who: Tally['who'], time: number): Tally {
  const counts = { calls: 0, refused: 0, requestBytes: 0, answerBytes: 0 };
  return { who, firstMs: time, lastMs: time, ...counts, tools: new Map(), findings: new Map(), ended: new Map() };
}

function toParty({ who, tools, findings, ended, ...counts }: Tally): Party {
  return {
    ...who,
    ...counts,
    tools: Object.fromEntries(tools),
    findings: Object.fromEntries(findings),
    ended: Object.fromEntries(ended),
  };
}

function addCall(tally: Tally, { line, outcome }: Entry): void {
  const isAllowed = line.members['verdict'] === 'allow';
  tally.firstMs = Math.min(tally.firstMs, line.time);
  tally.lastMs = Math.max(tally.lastMs, outcome?.time ?? line.time);
  tally.answerBytes += countIn(outcome, 'answerBytes') ?? 0;
  if (isAllowed) {
    tally.calls += 1;
    tally.requestBytes += countIn(line, 'requestBytes') ?? 0;
    countName(tally.ended, outcome === undefined ? 'under way' : toText(outcome.members['status']), 1);
  } else tally.refused += 1;
  countName(tally.tools, toText(line.members['tool']) || toText(line.members['method']), 1);
  for (const found of [line, outcome])
    for (const { type, count } of toFindings(found?.members['findings'])) countName(tally.findings, type, count);
}

function countName(counts: Map<string, number>, name: string, by: number): void {
  const at = counts.has(name) || counts.size < MAX_NAMES ? name : OTHERS;
  counts.set(at, (counts.get(at) ?? 0) + by);
}
