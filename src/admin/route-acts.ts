// Requests as acts: reads from the contract what of a request goes on record, and has it done by the one way there is. Nothing that the contract does not
// name is looked at: the text of a key, a value to be matched, stay where they are.

import { fail, ok } from '../base/index.ts';
import type { Result, Secret } from '../base/index.ts';
import { newActId, performAct, toActRecord } from './acts.ts';
import type { Actor, ActsOnRecord, EndOfAct, PerformedAct } from './acts.ts';
import type { EndpointAct, Place } from './endpoint.ts';
import type { AdminProblem } from './problems.ts';
import type { Visit } from './visit.ts';

/** What the wrapper needs to put acts on record. */
export interface ActKeeper extends ActsOnRecord {
  readonly tenant: string;
  /** The agent whose key this is; undefined: nobody of this gateway's. */
  readonly whoShows: (key: Secret) => Promise<string | undefined>;
  /** The user behind the socket, where nobody says more. */
  readonly owner: string;
  /** A name of an agent or a user as it may stand on record. Rejects where nobody can say. */
  readonly toName: (kind: 'agent' | 'user', name: string) => Promise<string>;
  /** The pseudonym that somebody has, where one person alone may learn it; it makes none. Rejects where nobody can say. */
  readonly findPseudonym: (kind: 'agent' | 'user', name: string) => Promise<string | undefined>;
  /** The same where names are kept out of the record, and the name where they stand there. */
  readonly findName: (kind: 'agent' | 'user', name: string) => Promise<string | undefined>;
}

/** Who asks, as they say. */
export interface Asker {
  readonly approver?: Secret | undefined;
  readonly actor?: string | undefined;
  readonly via?: string | undefined;
  /** Who comes by way of the console. What they say of themselves besides is not listened to. */
  readonly visit?: Visit | undefined;
}

/** What a request was once it was checked. */
export interface Asked extends Asker {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query?: unknown;
  readonly body: unknown;
}

/** What is done, and what of its answer may be looked at. */
export interface ActWork<T> {
  readonly work: () => Promise<Result<T, AdminProblem>>;
  readonly answerOf: (value: T) => unknown;
}

const MAX_LISTED = 20;
const ACTOR_NAME = /^[\x20-\x7e]{1,100}$/;

/** Who asks, for a record; or that nobody can say. */
export async function askActor(keeper: ActKeeper, asker: Asker): Promise<Result<Actor, AdminProblem>> {
  return toActor(keeper, asker).then(ok, () => fail(NOBODY_CAN_SAY));
}

/** Who it is: the key that they show says it, else the system's user as the command names it. Rejects where nobody can say. */
async function toActor(keeper: ActKeeper, { approver, actor, via, visit }: Asker): Promise<Actor> {
  if (visit !== undefined)
    return { by: visit.signedIn === undefined ? 'unknown' : `operator:${visit.signedIn.operator.name}`, via: 'console' };
  const shown = approver === undefined ? undefined : await keeper.whoShows(approver);
  const user = actor !== undefined && ACTOR_NAME.test(actor) ? actor : keeper.owner;
  return {
    by: shown === undefined ? `os:${user}` : `key:${await keeper.toName('agent', shown)}`,
    via: via === 'cli' || via === 'console' ? via : 'api',
  };
}

/** Whether this use of an endpoint is an act. */
export function isAct({ when }: EndpointAct, asked: Asked): boolean {
  const listed = when === undefined ? undefined : valueAt(when.place, asked, undefined);
  return when === undefined || (Array.isArray(listed) && listed.includes(when.includes));
}

/** Does `work` on record, as the contract says of its endpoint. */
export async function actByContract<T>(
  keeper: ActKeeper,
  act: EndpointAct,
  asked: Asked,
  { work, answerOf }: ActWork<T>,
): Promise<Result<T, AdminProblem>> {
  const toEnd = (value: T): EndOfAct => {
    const answer = answerOf(value);
    // Names are in the path or in the body, never in the answer alone.
    const target = act.target?.startsWith('answer.') === true ? textAt(act.target, asked, answer) : undefined;
    return { target, details: detailsOf(act, asked, answer) };
  };
  if (act.kind === 'emergency') {
    const result = await work();
    void recordLate(keeper, act, asked, result.ok ? toEnd(result.value) : { details: { code: result.error.code } }, result.ok);
    return result;
  }
  const performed = await toPerformed(keeper, act, asked).catch(() => undefined);
  if (performed === undefined) return fail(NOBODY_CAN_SAY);
  return performAct(keeper, { ...performed, kind: act.kind }, work, toEnd);
}

const NOBODY_CAN_SAY: AdminProblem = {
  code: 'unavailable',
  detail: 'Whom this is about, or who asks, cannot be put on record now: the keeper does not answer. Nothing was done; try again.',
};

/** What had to be done at once; nothing about putting it on record may hold it up, or undo it. */
async function recordLate(keeper: ActKeeper, act: EndpointAct, asked: Asked, end: EndOfAct, isDone: boolean): Promise<void> {
  const known = await toPerformed(keeper, act, asked).catch(() => UNKNOWN);
  const details = { ...known.details, ...end.details };
  const performed = { ...known, action: act.action, tenant: keeper.tenant, target: end.target ?? known.target, details };
  keeper.journal.recordSoon([toActRecord(newActId(), isDone ? 'done' : 'refused', performed, keeper.nowMs())]);
}

/** Of whom or what, nobody could say then. */
const UNKNOWN: Pick<PerformedAct, 'by' | 'via' | 'details' | 'target' | 'reason'> = { by: 'unknown', via: 'api' };

async function toPerformed(keeper: ActKeeper, act: EndpointAct, asked: Asked): Promise<Omit<PerformedAct, 'kind'>> {
  const [actor, target] = await Promise.all([toActor(keeper, asked), targetOf(keeper, act, asked)]);
  const reason = textAt(act.reason, asked, undefined);
  return { ...actor, action: act.action, tenant: keeper.tenant, target, reason, details: detailsOf(act, asked, undefined) };
}

async function targetOf(keeper: ActKeeper, { target, targetIs, targetAs }: EndpointAct, asked: Asked): Promise<string | undefined> {
  const name = textAt(target, asked, undefined);
  const kind = targetIs === 'agent' || targetIs === 'user' ? targetIs : textAt(targetIs, asked, undefined);
  if (name === undefined || (kind !== 'agent' && kind !== 'user')) return name;
  if (targetAs === 'known') return keeper.findName(kind, name);
  return targetAs === 'pseudonym' ? keeper.findPseudonym(kind, name) : keeper.toName(kind, name);
}

function detailsOf({ details = {} }: EndpointAct, asked: Asked, answer: unknown): Record<string, string | number> {
  const found: Record<string, string | number> = {};
  for (const [name, place] of Object.entries(details)) {
    const value = valueAt(place, asked, answer);
    const told = typeof value === 'number' ? value : toText(value);
    if (told !== undefined) found[name] = told;
  }
  return found;
}

function textAt(place: Place | undefined, asked: Asked, answer: unknown): string | undefined {
  return place === undefined ? undefined : toText(valueAt(place, asked, answer));
}

/** Lists of names are one text; of lists of things only how many there are. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value)) return undefined;
  const isNames = value.length <= MAX_LISTED && value.every((one) => typeof one === 'string');
  return isNames ? value.join(' ') || undefined : String(value.length);
}

function valueAt(place: Place, { path, query, body }: Asked, answer: unknown): unknown {
  const [source = '', ...members] = place.split('.');
  let value: unknown = source === 'path' ? path : source === 'query' ? query : source === 'body' ? body : answer;
  for (const member of members) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(member);
  }
  return value;
}
