// Legal holds of a running gateway: who sets and lifts them, and what has to be kept because of them. Whoever removes or erases anything asks here first;
// where nobody can say what is held, nothing is removed.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { AddHoldInput, AdminProblem, Asking, HoldsPort, HoldView } from '../admin/index.ts';
import { describeScope, findHoldsOn } from '../audit/index.ts';
import type { Hold, HoldScope, PrivacySwitches } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { HoldRecord, HoldRefusal, Store } from '../cluster/index.ts';
import type { Links } from './child.ts';
import { hidesPseudonym } from './hidden-pseudonyms.ts';
import type { People } from './people.ts';
import { createPseudonymFinder } from './recorded-names.ts';

export interface HoldBookOptions {
  readonly dataFolder: string;
  readonly links: Pick<Links, 'request'>;
  readonly tenant: string;
  readonly people: Pick<People, 'personOf'>;
  readonly nowMs: () => number;
  /** Undefined until it is open. */
  readonly store: () => Store | undefined;
  /** Of the config in force. */
  readonly privacy: () => Pick<PrivacySwitches, 'reidentify' | 'subjects'>;
}

/** The holds. */
export interface HoldBook {
  readonly port: HoldsPort;
  /** Those that stand. Rejects where they cannot be read. */
  standing(): Promise<readonly Hold[]>;
  /** Those because of which nothing of a subject, by pseudonym, may be erased. Rejects where nobody can say. */
  concerning(pseudonym: string): Promise<readonly Hold[]>;
}

const ID_BYTES = 6;
const KEEPER_TIMEOUT_MS = 2_000;
const STARTING: AdminProblem = { code: 'unavailable', detail: 'The gateway is starting; try again.' };
const KEY_NEEDED: AdminProblem = {
  code: 'approver_refused',
  detail:
    "Whoever sets or lifts a hold is known by a key of their own or by being signed in, so that another person can lift it: show one with SALLYPORT_APPROVER_KEY or --key-file. One that is not known here, was revoked or has expired counts as none. 'sallyport agents add NAME' makes one.",
};
const NAMES_HIDDEN: AdminProblem = {
  code: 'two_needed',
  detail:
    "By the privacy profile it takes two people to learn which pseudonym is whose, and a hold by name would tell. Say --subject with the pseudonym: 'sallyport vault request --identity' leads to it.",
};
const NOBODY_KNOWS: AdminProblem = {
  code: 'unavailable',
  detail: 'The keeper cannot say now by which pseudonym they are on record; nothing was done. Try again.',
};

export function createHoldBook({ dataFolder, links, tenant, people, nowMs, store, privacy }: HoldBookOptions): HoldBook {
  const findPseudonym = createPseudonymFinder({ links, tenant });
  const standing = async (): Promise<readonly Hold[]> => {
    const opened = store();
    if (opened === undefined) throw new Error('the store is not open yet');
    return (await opened.holds.list(tenant)).filter(({ lifted }) => lifted === null);
  };
  const pseudonymOf = async (kind: 'agent' | 'user', name: string): Promise<string> => {
    const { fields } = await links.request('keeper', 'subject-pseudonym', { tenant, kind, name }, KEEPER_TIMEOUT_MS);
    if (typeof fields['pseudonym'] !== 'string') throw new Error(`the keeper gives no pseudonym: ${String(fields['error'])}`);
    return fields['pseudonym'];
  };
  /** Names stand in a hold where they stand on record, and nowhere else. */
  const scopeOf = async (input: AddHoldInput): Promise<Result<HoldScope, AdminProblem>> => {
    const { server, agent, user, subject, from, to } = input;
    const switches = privacy();
    const isHidden = switches.subjects === 'pseudonyms';
    if ((agent !== null && hidesPseudonym(switches, 'agent')) || (user !== null && hidesPseudonym(switches, 'user')))
      return fail(NAMES_HIDDEN);
    if (isHidden && agent !== null && (user !== null || subject !== null))
      return fail({ code: 'malformed', detail: 'A record names one subject: say the agent or the user.' });
    const named =
      user !== null ? await pseudonymOf('user', user) : isHidden && agent !== null ? await pseudonymOf('agent', agent) : subject;
    const time = (text: string | null): number | null => (text === null ? null : Date.parse(text));
    return ok({ server, agent: isHidden ? null : agent, subject: named, fromMs: time(from), toMs: time(to) });
  };
  /** How else whoever asks may stand on record: as the agents that are theirs, under the names that the profile gave them, or as the operator. */
  const othersOf = async (who: Asking): Promise<readonly string[]> => {
    const person = await people.personOf(who);
    const stands = async (name: string): Promise<readonly string[]> => {
      const agent = privacy().subjects === 'names' ? name : await findPseudonym('agent', name);
      return [`operator:${name}`, ...(agent === undefined ? [] : [`key:${agent}`])];
    };
    return (await Promise.all((person?.names ?? []).map(stands))).flat();
  };
  const add = async (input: AddHoldInput, by: string, opened: Store): Promise<Result<HoldView, AdminProblem>> => {
    const scope = await scopeOf(input);
    if (!scope.ok) return scope;
    const id = `hold_${randomBytes(ID_BYTES).toString('hex')}`;
    const hold: Hold = { id, tenant, ...scope.value, reason: input.reason, by, sinceMs: nowMs() };
    await opened.holds.add(hold);
    return ok(toView({ ...hold, lifted: null }));
  };

  return {
    standing,
    concerning: async (pseudonym) => findHoldsOn(pseudonym, await standing(), join(dataFolder, 'audit')),
    port: {
      list: async () => {
        const opened = store();
        return opened === undefined ? fail(STARTING) : ok((await opened.holds.list(tenant)).map(toView));
      },
      add: async (input, who) => {
        const by = personOf(who);
        const opened = store();
        if (opened === undefined) return fail(STARTING);
        return by === undefined ? fail(KEY_NEEDED) : add(input, by, opened).catch(() => fail(NOBODY_KNOWS));
      },
      lift: async ({ id, reason }, who) => {
        const by = personOf(who);
        const opened = store();
        if (opened === undefined) return fail(STARTING);
        if (by === undefined) return fail(KEY_NEEDED);
        const alsoBy = await othersOf(who).catch(() => undefined);
        if (alsoBy === undefined) return fail(NOBODY_KNOWS);
        const lifted = await opened.holds.lift({ tenant, id, by, alsoBy, reason, nowMs: nowMs() });
        return lifted.ok ? ok(toView(lifted.value)) : fail(toProblem(lifted.error, id));
      },
    },
  };
}

/** Whoever can use the socket can say that they are any user; a key, or a sign-in, nobody else has. */
function personOf({ actor }: Asking): string | undefined {
  return actor !== undefined && /^(?:key|operator):/.test(actor.by) ? actor.by : undefined;
}

function toProblem(refusal: HoldRefusal, id: string): AdminProblem {
  switch (refusal) {
    case 'hold_unknown':
      return { code: 'hold_unknown', detail: `There is no hold ${id}. 'sallyport audit hold list' shows them.` };
    case 'hold_lifted':
      return { code: 'hold_lifted', detail: `${id} was lifted before.` };
    case 'same_person':
      return {
        code: 'approver_refused',
        detail: `${id} is lifted by somebody else than who set it: by another person's key, or signed in as them.`,
      };
    default:
      return refusal satisfies never;
  }
}

function toView(hold: HoldRecord): HoldView {
  const { id, server, agent, subject, fromMs, toMs, reason, by, sinceMs, lifted } = hold;
  return {
    id,
    about: describeScope(hold),
    server,
    agent,
    subject,
    from: timeOf(fromMs),
    to: timeOf(toMs),
    reason,
    by,
    since: new Date(sinceMs).toISOString(),
    lifted: lifted === null ? null : { by: lifted.by, reason: lifted.reason, at: new Date(lifted.atMs).toISOString() },
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
