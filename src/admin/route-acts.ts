// Requests as acts: reads from the contract what of a request goes on record, and has it done by the one way there is. Nothing that the contract does not
// name is looked at: the text of a key, a value to be matched, stay where they are.

import type { Result, Secret } from '../base/index.ts';
import { performAct } from './acts.ts';
import type { Actor, ActsOnRecord, EndOfAct } from './acts.ts';
import type { EndpointAct, Place } from './endpoint.ts';
import type { AdminProblem } from './problems.ts';

/** What the wrapper needs to put acts on record. */
export interface ActKeeper extends ActsOnRecord {
  readonly tenant: string;
  /** Who shows this key: `key:` and their name; undefined: nobody of this gateway's. */
  readonly identify: (key: Secret) => Promise<string | undefined>;
  /** The user behind the socket, where nobody says more. */
  readonly owner: string;
  /** A name of an agent or a user as it may stand on record. */
  readonly toName: (kind: 'agent' | 'user', name: string) => Promise<string>;
}

/** Who asks, as they say. */
export interface Asker {
  readonly approver: Secret | undefined;
  readonly actor: string | undefined;
  readonly via: string | undefined;
}

/** What a request was once it was checked. */
export interface Asked {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
}

const MAX_LISTED = 20;
const ACTOR_NAME = /^[\x20-\x7e]{1,100}$/;

/** Who it is: the key that they show says it, else the system's user as the command names it. */
export async function toActor(keeper: ActKeeper, { approver, actor, via }: Asker): Promise<Actor> {
  const shown = approver === undefined ? undefined : await keeper.identify(approver);
  const user = actor !== undefined && ACTOR_NAME.test(actor) ? actor : keeper.owner;
  return { by: shown ?? `os:${user}`, via: via === 'cli' || via === 'console' ? via : 'api' };
}

/** Does `work` on record, as the contract says of its endpoint. */
export async function actByContract<T>(
  keeper: ActKeeper,
  act: EndpointAct,
  actor: Actor,
  asked: Asked,
  work: () => Promise<Result<T, AdminProblem>>,
  answerOf: (value: T) => unknown,
): Promise<Result<T, AdminProblem>> {
  const target = await targetOf(keeper, act, asked);
  const reason = textAt(act.reason, asked, undefined);
  const performed = { ...actor, action: act.action, kind: act.kind, tenant: keeper.tenant, target, reason };
  const details = detailsOf(act, asked, undefined);
  return performAct(keeper, { ...performed, details }, work, (value): EndOfAct => {
    const answer = answerOf(value);
    return { target: target ?? textAt(act.target, asked, answer), details: detailsOf(act, asked, answer) };
  });
}

async function targetOf(keeper: ActKeeper, { target, targetIs }: EndpointAct, asked: Asked): Promise<string | undefined> {
  const name = textAt(target, asked, undefined);
  const kind = targetIs === 'agent' || targetIs === 'user' ? targetIs : textAt(targetIs, asked, undefined);
  return name !== undefined && (kind === 'agent' || kind === 'user') ? keeper.toName(kind, name) : name;
}

function detailsOf({ details = {} }: EndpointAct, asked: Asked, answer: unknown): Record<string, string | number> {
  const found: Record<string, string | number> = {};
  for (const [name, place] of Object.entries(details)) {
    const value = valueAt(place, asked, answer);
    if (typeof value === 'number') found[name] = value;
    else {
      const text = toText(value);
      if (text !== undefined) found[name] = text;
    }
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
  return isNames ? value.join(' ') : String(value.length);
}

function valueAt(place: Place, { path, body }: Asked, answer: unknown): unknown {
  const [source = '', ...members] = place.split('.');
  let value: unknown = source === 'path' ? path : source === 'body' ? body : answer;
  for (const member of members) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, member)) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(member);
  }
  return value;
}
