// Which entries somebody wants. The index finds candidates; what is shown has been looked at again here, by the lines themselves.

import { factsOf, outcomeFactsOf } from './entry.ts';
import type { Entry, EntryKind } from './entry.ts';

/** All that is given must hold; nothing given is everything. */
export interface EntryFilter {
  readonly kinds?: readonly EntryKind[] | undefined;
  /** Of a call, an act, a question to a person, or a lock. */
  readonly id?: string | undefined;
  readonly agent?: string | undefined;
  /** Whom it is about: a pseudonym, or the name of a user or agent. */
  readonly subject?: string | undefined;
  /** Names by which somebody is on record, as agent or as subject; one of them has to fit. */
  readonly about?: readonly string[] | undefined;
  readonly server?: string | undefined;
  readonly tool?: string | undefined;
  readonly rule?: string | undefined;
  readonly verdict?: string | undefined;
  readonly status?: string | undefined;
  /** Name of a detector that found something in it. */
  readonly finding?: string | undefined;
  /** Epoch milliseconds: from this one on, and before that one. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

const DAY_MS = 86_400_000;

/** The whole days, UTC, that a time of a filter is in: figures of two times that differ by minutes would tell what one person did in between. */
export function toWholeDays({ fromMs, toMs }: Pick<EntryFilter, 'fromMs' | 'toMs'>): Pick<EntryFilter, 'fromMs' | 'toMs'> {
  return {
    fromMs: fromMs === undefined ? undefined : Math.floor(fromMs / DAY_MS) * DAY_MS,
    toMs: toMs === undefined ? undefined : Math.ceil(toMs / DAY_MS) * DAY_MS,
  };
}

/** Whether an entry is one of those. */
export function matchesEntry(filter: EntryFilter, entry: Entry): boolean {
  const { kind, line, outcome } = entry;
  const facts = factsOf(kind, line.members);
  const end = kind === 'outcome' ? outcomeFactsOf(line.members) : outcome === undefined ? undefined : outcomeFactsOf(outcome.members);
  const is = (wanted: string | undefined, value: string): boolean => wanted === undefined || wanted === value;
  return (
    (filter.kinds?.includes(kind) ?? true) &&
    line.time >= (filter.fromMs ?? -Infinity) &&
    line.time < (filter.toMs ?? Infinity) &&
    is(filter.id, facts.id) &&
    is(filter.agent, facts.agent) &&
    is(filter.subject, facts.subject) &&
    (filter.about?.some((name) => name === facts.agent || name === facts.subject) ?? true) &&
    is(filter.server, facts.server) &&
    is(filter.tool, facts.tool) &&
    is(filter.rule, facts.rule) &&
    is(filter.verdict, facts.verdict) &&
    is(filter.status, end?.status ?? '') &&
    (filter.finding === undefined || facts.findings.includes(filter.finding) || (end?.findings.includes(filter.finding) ?? false))
  );
}
