// Which entries of the record a command line means.

import { COUNT_BY, ENTRY_KINDS, GIVEN_UP } from '../audit/index.ts';
import type { CountBy, EntryFilter, EntryKind, EntryQuery } from '../audit/index.ts';
import { fail, nearest, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, OptionSpec } from './command.ts';
import { parseDuration } from './duration.ts';
import { slipIn } from './pseudonym.ts';

/** From when and until when. */
export const TIME_OPTIONS: readonly OptionSpec[] = [
  { name: 'from', value: 'TIME', text: 'from then on: 2026-11-22, 2026-11-22T10:00Z, or so long ago: 90m, 12h, 30d, 4w' },
  { name: 'to', value: 'TIME', text: 'before then' },
];

/** What entries can be chosen by. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  ...TIME_OPTIONS,
  { name: 'agent', value: 'NAME', text: 'of this agent, where the record has names' },
  { name: 'subject', value: 'PSEUDONYM', text: 'about whoever is on record so' },
  { name: 'server', value: 'NAME', text: 'to this server' },
  { name: 'tool', value: 'NAME', text: "of this tool, by the server's own name for it" },
  { name: 'verdict', value: 'VERDICT', text: 'that were decided so: allow, ask or deny; given_up: the agent hung up before that' },
  { name: 'status', value: 'STATUS', text: 'that ended so: ok, tool_error, rpc_error, refused, failed, cancelled or unknown' },
  { name: 'rule', value: 'NAME', text: 'that this rule decided' },
  { name: 'finding', value: 'DETECTOR', text: 'in which this detector found something' },
  { name: 'kind', value: 'KIND', text: `of this kind: ${ENTRY_KINDS.filter((kind) => kind !== 'other').join(', ')}`, repeated: true },
  { name: 'id', value: 'ID', text: 'with this id: of a call, an act, a question to a person, a lock' },
];

/** Whoever reads the record may say why. */
export const REASON_OPTION: OptionSpec = { name: 'reason', value: 'TEXT', text: 'why, for the record' };

/** How the record frames and signs itself: shown only to who asks for it. */
const ASKED_FOR: ReadonlySet<EntryKind> = new Set(['log', 'checkpoint']);
const VERDICTS = ['allow', 'ask', 'deny', GIVEN_UP];
const STATUSES = ['ok', 'tool_error', 'rpc_error', 'refused', 'failed', 'cancelled', 'unknown'];

/** The filter; the error is a sentence for the person. */
export function readFilter(args: ParsedArguments, deps: CliDeps): Result<EntryFilter, string> {
  const times = readTimes(args, deps);
  if (!times.ok) return times;
  const kinds = readKinds(args.list('kind'));
  if (!kinds.ok) return kinds;
  const verdict = oneOf('verdict', args.text('verdict'), VERDICTS);
  if (!verdict.ok) return verdict;
  const status = oneOf('status', args.text('status'), STATUSES);
  if (!status.ok) return status;
  const slip = slipIn(args.text('subject'));
  if (slip !== undefined) return fail(slip);
  return ok({
    ...times.value,
    kinds: kinds.value,
    verdict: verdict.value,
    status: status.value,
    agent: args.text('agent'),
    subject: args.text('subject'),
    server: args.text('server'),
    tool: args.text('tool'),
    rule: args.text('rule'),
    finding: args.text('finding'),
    id: args.text('id'),
  });
}

/** `--from` and `--to`. */
export function readTimes(args: ParsedArguments, deps: CliDeps): Result<Pick<EntryFilter, 'fromMs' | 'toMs'>, string> {
  const nowMs = deps.now().getTime();
  const times: { fromMs?: number; toMs?: number } = {};
  for (const [option, member] of [
    ['from', 'fromMs'],
    ['to', 'toMs'],
  ] as const) {
    const text = args.text(option);
    if (text === undefined) continue;
    const time = parseTime(text, nowMs);
    if (time === undefined)
      return fail(
        `--${option} is a day in UTC like 2026-11-22, a time with its zone like 2026-11-22T10:00Z, or so long ago: 90m, 12h, 30d.`,
      );
    times[member] = time;
  }
  if (times.fromMs !== undefined && times.toMs !== undefined && times.fromMs >= times.toMs) return fail('--from has to be before --to.');
  return ok(times);
}

/** `--limit` and `--sort`. */
export function readOrder(args: ParsedArguments, defaultLimit: number): Result<Pick<EntryQuery, 'order' | 'limit'>, string> {
  const sort = args.text('sort') ?? 'newest';
  if (sort !== 'newest' && sort !== 'oldest') return fail(`--sort is newest or oldest, not '${sort}'.`);
  const limit = args.text('limit');
  if (limit === 'all') return ok({ order: sort, limit: undefined });
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) return fail("--limit is a whole number from 1, or 'all'.");
  return ok({ order: sort, limit: limit === undefined ? defaultLimit : Number(limit) });
}

/** `--count-by`. */
export function readCountBy(text: string): Result<CountBy, string> {
  const found = COUNT_BY.find((one) => one === text);
  if (found !== undefined) return ok(found);
  const why = ['agent', 'subject', 'user', 'key'].includes(text) ? ' Figures about single people are not given.' : '';
  return fail(`--count-by is one of ${COUNT_BY.join(', ')}, not '${text}'.${why}`);
}

/** Epoch milliseconds; undefined for what is no time. A time without its zone means something else to each reader. */
export function parseTime(text: string, nowMs: number): number | undefined {
  const ago = parseDuration(text);
  if (ago !== undefined) return nowMs - ago;
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return undefined;
  const time = Date.parse(text);
  // Date.parse takes the 31st of any month for the 1st of the next.
  const isReal =
    !Number.isNaN(Date.parse(`${text.slice(0, 10)}T00:00Z`)) &&
    new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().startsWith(text.slice(0, 10));
  return Number.isNaN(time) || time < 0 || !isReal ? undefined : time;
}

function readKinds(words: readonly string[]): Result<readonly EntryKind[], string> {
  if (words.length === 0) return ok(ENTRY_KINDS.filter((kind) => !ASKED_FOR.has(kind)));
  const kinds: EntryKind[] = [];
  for (const word of words) {
    const kind = ENTRY_KINDS.find((one) => one === word);
    if (kind === undefined) return fail(unknownWord('kind', word, ENTRY_KINDS));
    kinds.push(kind);
  }
  return ok(kinds);
}

function oneOf(option: string, word: string | undefined, known: readonly string[]): Result<string | undefined, string> {
  return word === undefined || known.includes(word) ? ok(word) : fail(unknownWord(option, word, known));
}

function unknownWord(option: string, word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return `--${option} is one of ${known.join(', ')}, not '${word}'.${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
}
