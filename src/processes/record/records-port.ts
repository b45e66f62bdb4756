// The record for people who look at it over the admin API. What is read is read in threads of its own; this only knows what may be asked and shown.

import type { AdminProblem, CheckpointsView, PolicyPages, RecordsPort, RecordStory } from '../../admin/index.ts';
import { PROFILES, toWholeDays } from '../../audit/index.ts';
import type { ExportFormat, PrivacySwitches } from '../../audit/index.ts';
import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import type { FoundStory } from './asks.ts';
import { createCursors } from './cursor.ts';
import type { RecordReader } from './reader.ts';
import { toTime } from './record-view.ts';
import { findRule } from './rule-text.ts';
import { toTerminalLines } from './terminal-lines.ts';
import { toEntryFilter } from './to-filter.ts';

export interface RecordsPortOptions {
  readonly reader: RecordReader;
  readonly version: string;
  readonly nowMs: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
  /** What may be told of people now. */
  readonly privacy: () => Pick<PrivacySwitches, 'reidentify' | 'subjects' | 'smallestGroup'>;
  /** What was signed of the logs. */
  readonly checkpoints: () => Promise<Result<CheckpointsView, AdminProblem>>;
  readonly documents: PolicyPages['policyDocument'];
}

type Reading = Omit<RecordsPort, 'beginVerification' | 'readVerification'>;

/** Whether it takes two people to learn whose a pseudonym is: no name is shown that stands beside one in an older record. */
export function hidesNamesBy({ reidentify, subjects }: Pick<PrivacySwitches, 'reidentify' | 'subjects'>): boolean {
  return reidentify === 'two' && subjects === 'pseudonyms';
}

/** Why somebody may not be asked for by name; undefined: they may, or nobody was. */
export function refusalOfAgent({ agent }: { readonly agent?: string | undefined }, hidesNames: boolean): string | undefined {
  return agent !== undefined && hidesNames ? TWO_PEOPLE : undefined;
}

const TWO_PEOPLE =
  'By the privacy profile it takes two people to learn whose a pseudonym is, so nobody is found by name. Ask by the pseudonym: a release of an identity leads to it.';

export function createRecordsPort(options: RecordsPortOptions): Reading {
  const { reader, version, nowMs, privacy, checkpoints, documents } = options;
  const cursors = createCursors(options);
  const hides = (): boolean => hidesNamesBy(privacy());
  const guarded = (query: { readonly agent?: string | undefined }): Result<boolean, AdminProblem> => {
    const refusal = refusalOfAgent(query, hides());
    return refusal === undefined ? ok(hides()) : fail({ code: 'two_needed', detail: refusal });
  };

  const toStory = async (found: FoundStory): Promise<RecordStory> => {
    const { record, details, hops, related, lines, signed } = found;
    const known = await checkpoints();
    const newest = known.ok ? known.value.logs.find(({ slot }) => slot === record.log) : undefined;
    return {
      record,
      details: { ...details },
      hops: hops.map(({ hop, atMs, us }) => ({ hop, at: toTime(atMs), us: us ?? null })),
      rule: record.rule === null ? null : await findRule(documents, record.rule, Date.parse(record.time)),
      related: [...related],
      lines: [...lines],
      signed: {
        first: signed === undefined ? null : { records: signed.records, at: toTime(signed.atMs) },
        newest: newest === undefined ? null : { records: newest.records, at: newest.at },
        key: known.ok ? known.value.key : null,
      },
      commands: toTerminalLines(record),
    };
  };

  return {
    async list(query, asker) {
      const hidesNames = guarded(query);
      if (!hidesNames.ok) return hidesNames;
      const reached = query.cursor === undefined ? undefined : cursors.open(query, asker, query.cursor);
      if (query.cursor !== undefined && reached === undefined) return fail({ code: 'malformed', detail: OTHER_CURSOR });
      const sinceMs = reached?.sinceMs ?? nowMs();
      const { order, limit } = query;
      const filter = toEntryFilter(query);
      // What came after the question was put on record takes another one; from the newest backwards nothing of that comes.
      const isBound = reached !== undefined && order === 'oldest';
      const toMs = isBound ? Math.min(filter.toMs ?? Infinity, sinceMs + 1) : filter.toMs;
      const found = await reader.ask('list', {
        query: { ...filter, toMs, order, limit, after: reached?.place },
        hidesNames: hidesNames.value,
      });
      if (!found.ok) return unavailable(found.error);
      const { records, next, unplaced } = found.value;
      return ok({
        records: [...records],
        next: next === undefined ? null : cursors.seal(query, asker, { place: next, sinceMs }),
        unplaced: unplaced.map(({ slot, lines }) => ({ log: slot, lines })),
      });
    },
    async count(query, isOfMany) {
      const hidesNames = guarded(query);
      if (!hidesNames.ok) return hidesNames;
      const smallestGroup = Math.max(privacy().smallestGroup, isOfMany ? PROFILES['works-council'].smallestGroup : 1);
      const filter = toEntryFilter(query);
      const counted = await reader.ask('count', { filter, by: query.by, smallestGroup });
      if (!counted.ok) return unavailable(counted.error);
      const { fromMs, toMs } = smallestGroup > 1 ? toWholeDays(filter) : filter;
      return ok({
        by: query.by,
        from: fromMs === undefined ? null : toTime(fromMs),
        to: toMs === undefined ? null : toTime(toMs),
        smallestGroup,
        groups: counted.value.map(({ group, calls }) => ({ group, calls: calls ?? null })),
      });
    },
    async read(log, seq) {
      const found = await reader.ask('read', { log, seq: toSeq(seq), hidesNames: hides() });
      if (!found.ok) return unavailable(found.error);
      if (found.value === undefined) return fail({ code: 'record_unknown', detail: NO_RECORD });
      return ok(await toStory(found.value));
    },
    async prove(log, seq) {
      const proven = await reader.ask('prove', { log, seq: toSeq(seq), hidesNames: hides() });
      if (!proven.ok) return unavailable(proven.error);
      if ('refusal' in proven.value) return fail({ code: REFUSALS[proven.value.why], detail: proven.value.refusal });
      const { proof } = proven.value;
      return ok({ contentType: 'application/json', fileName: `proof-${log}-${seq}.json`, chunks: once(`${proof}\n`) });
    },
    async export(query) {
      const hidesNames = guarded(query);
      if (!hidesNames.ok) return hidesNames;
      const { format } = query;
      const chunks = reader.stream('export', { filter: toEntryFilter(query), format, version, hidesNames: hidesNames.value });
      if (!chunks.ok) return unavailable(chunks.error);
      const day = toTime(nowMs()).slice(0, 10);
      const { contentType, extension } = FILES[format];
      return ok({ contentType, fileName: `sallyport-record-${day}.${extension}`, chunks: chunks.value });
    },
  };
}

const FILES: Readonly<Record<ExportFormat, { readonly contentType: string; readonly extension: string }>> = {
  jsonl: { contentType: 'application/jsonl', extension: 'jsonl' },
  csv: { contentType: 'text/csv; charset=utf-8', extension: 'csv' },
  ocsf: { contentType: 'application/jsonl', extension: 'ocsf.jsonl' },
  otlp: { contentType: 'application/jsonl', extension: 'otlp.jsonl' },
};

const REFUSALS = { unknown: 'record_unknown', unsigned: 'record_unsigned', two: 'two_needed' } as const;
const NO_RECORD = 'No entry of the record begins there; its time may be over.';
const OTHER_CURSOR =
  'This cursor is of another question, of somebody else, of a control process that is gone, or older than 15 minutes. Begin with the first page.';

/** What is no number is the number of no record. */
function toSeq(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}

function unavailable(detail: string): Result<never, AdminProblem> {
  return fail({ code: 'unavailable', detail });
}

async function* once(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}
