// Every agent: whether it has a key that is valid, and what it failed at last, as far as the record says. Nothing is counted by who: that is what no view
// of the record gives.

import type { AgentView } from '../../admin/index.ts';
import { factsOf } from '../../audit/index.ts';
import type { Entry, EntryFilter, RecordIndex } from '../../audit/index.ts';
import { ERRORS } from '../../base/index.ts';
import { formatAge } from '../duration.ts';
import { finding } from './finding.ts';
import type { Finding } from './finding.ts';

const DAY_MS = 86_400_000;
const SOON_MS = 7 * DAY_MS;
/** What is looked through for the last failure of each. */
const MAX_ENTRIES = 2_000;

/** Agents that cannot call, or soon cannot. */
export function checkKeys(agents: readonly AgentView[], nowMs: number): Finding[] {
  const found = agents.flatMap(({ name, keys }): Finding[] => {
    const ends = keys.map(({ expiresAt }) => (expiresAt === null ? Infinity : Date.parse(expiresAt)));
    const valid = ends.filter((end) => end > nowMs);
    const remedy = `'sallyport agents key ${name}' issues a new one.`;
    if (valid.length === 0) {
      const why = keys.length === 0 ? 'It has no key: those that it had are revoked.' : 'Its keys have expired.';
      return [finding('agent', 'failed', `${why} Each of its requests is refused with 401.`, { about: name, remedy })];
    }
    const last = Math.max(...valid);
    if (last - nowMs > SOON_MS) return [];
    return [finding('agent', 'warning', `Its last key ends in ${formatAge(last - nowMs)}.`, { about: name, remedy })];
  });
  if (found.length > 0) return found;
  return [finding('agent', 'ok', agents.length === 0 ? 'There are none.' : `${agents.length} agents, each with a key that is valid.`)];
}

/** What the last failures are told with. */
export interface Telling {
  readonly fromMs: number;
  readonly nowMs: number;
  /** Whether agents, behind whom there are people, may be told apart: where not, failures are told by where they were, without who. */
  readonly tellsApart: boolean;
}

/** What each failed at last, since then. Names are as the record has them. */
export async function checkFailures(index: Pick<RecordIndex, 'find'>, { fromMs, nowMs, tellsApart }: Telling): Promise<Finding[]> {
  const last = new Map<string, Entry>();
  const filters: readonly EntryFilter[] = [{ verdict: 'deny' }, { status: 'failed' }, { status: 'refused' }, { status: 'unknown' }];
  for (const filter of filters) {
    for await (const entry of index.find({ ...filter, kinds: ['call'], fromMs, order: 'newest', limit: MAX_ENTRIES })) {
      const { agent, subject, server } = factsOf(entry.kind, entry.line.members);
      const key = tellsApart ? agent || subject : server;
      const known = last.get(key);
      if (key !== '' && (known === undefined || known.line.time < entry.line.time)) last.set(key, entry);
    }
  }
  const found = [...last].map(([key, entry]) =>
    tellsApart
      ? finding('agent', 'ok', `Failed last ${describe(entry, nowMs)}`, { about: key })
      : finding('agent', 'ok', `The last failure at ${key}: ${describe(entry, nowMs)}`),
  );
  return [...found, ...(tellsApart ? await strangersOf(index, fromMs, nowMs) : [])];
}

function describe({ line, outcome }: Entry, nowMs: number): string {
  const of = (name: string, from = line): string => (typeof from.members[name] === 'string' ? from.members[name] : '');
  const what = [of('method'), of('tool') || of('prompt') || of('resource')].filter((word) => word !== '').join(' ');
  const age = formatAge(nowMs - line.time);
  const at = `${age} ago: ${what} on ${of('server')}`;
  const shows = `'sallyport audit query --id ${of('id')}' shows it.`;
  // It was not the policy that kept it: a server that is away, say.
  if (of('verdict') === 'deny' && of('rule') === '' && Object.hasOwn(ERRORS, of('reason')))
    return `${at} was refused (${of('reason')}). ${shows}`;
  if (of('verdict') === 'deny') return `${at} was denied (${of('rule') || of('reason') || 'no-rule'}). ${shows}`;
  const end = outcome === undefined ? '' : [of('status', outcome), of('code', outcome)].filter((word) => word !== '').join(', ');
  return `${at} ended as ${end || 'unknown'}. ${shows}`;
}

/** Requests without a key that is valid have no agent: only where they came from is known. */
async function strangersOf(index: Pick<RecordIndex, 'find'>, fromMs: number, nowMs: number): Promise<Finding[]> {
  const sources = new Map<string, { times: number; lastMs: number }>();
  for await (const { line } of index.find({ kinds: ['refusals'], fromMs, order: 'newest', limit: MAX_ENTRIES })) {
    const { reason, source, count } = line.members;
    if (reason !== 'unauthenticated' || typeof source !== 'string') continue;
    const known = sources.get(source) ?? { times: 0, lastMs: line.time };
    sources.set(source, { times: known.times + (typeof count === 'number' ? count : 1), lastMs: known.lastMs });
  }
  return [...sources].slice(0, 10).map(([source, { times, lastMs }]) =>
    finding('agent', 'warning', `${times} requests without a valid key came from ${source}, the last ${formatAge(nowMs - lastMs)} ago.`, {
      remedy: 'An agent there may go on with a key that was revoked or has expired.',
    }),
  );
}
