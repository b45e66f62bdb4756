// Control's end of whom records are about. It holds no key and no name: the keeper answers what a person asks, and does what a person wants done; what is
// asked and done here goes on record by the one wrapper of the admin API. An erasure is done when the keeper has destroyed what there was, and no worker
// holds a copy any more.

import type { AdminProblem, ErasedSubject, EraseSubjectInput, SubjectsPort, SubjectView } from '../admin/index.ts';
import { describeScope } from '../audit/index.ts';
import type { Hold, PrivacySwitches } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Channel, Fields } from './channel.ts';
import type { Links } from './child.ts';
import { hidesPseudonym } from './hidden-pseudonyms.ts';
import { MAX_SUBJECTS } from './subject-keys.ts';

export interface SubjectsDeskOptions {
  readonly links: Pick<Links, 'all' | 'request'>;
  readonly tenant: string;
  /** Of the config in force. */
  readonly privacy: () => Pick<PrivacySwitches, 'reidentify' | 'subjects'>;
  /** Legal holds because of which nothing of a subject may be erased. Rejects where nobody can say: then nobody is. */
  readonly holdsOn: (pseudonym: string) => Promise<readonly Hold[]>;
  /** A worker, as a person knows it. */
  readonly nameOf: (worker: Channel) => string;
}

/** What control can do about subjects. */
export interface SubjectsDesk {
  readonly port: SubjectsPort;
  /** That there is no room for new ones, or soon will be none. Says nothing while the keeper does not answer. */
  faults(): Promise<readonly string[]>;
}

const KEEPER_TIMEOUT_MS = 5_000;
const CONFIRM_MS = 2_000;
/** The status waits no longer. */
const FAULTS_MS = 500;
/** Of all places; fewer are too few. */
const SCARCE = MAX_SUBJECTS / 10;
const PSEUDONYM = /^sub_[0-9a-f]{24}$/;
const AWAY: AdminProblem = { code: 'unavailable', detail: 'The keeper does not answer now; nothing was done. Try again.' };
const UNKNOWN: AdminProblem = {
  code: 'subject_unknown',
  detail: 'There is nobody of this pseudonym or name: nothing was ever on record about them, or they were erased.',
};
const TWO_NEEDED: AdminProblem = {
  code: 'two_needed',
  detail:
    "By the privacy profile it takes two people to learn whose a pseudonym is: 'sallyport vault request --identity PSEUDONYM' asks for it, and another person approves.",
};
const TWO_TO_ERASE: AdminProblem = {
  code: 'two_needed',
  detail:
    "By the privacy profile it takes two people to learn which pseudonym is whose, and erasing by name would tell. Say the pseudonym: 'sallyport vault request --identity PSEUDONYM' leads to it.",
};
/** Not which: where it takes two people, what a hold is about must not say whose the pseudonym is. */
const HELD: AdminProblem = {
  code: 'subject_held',
  detail: 'A legal hold stands, so nothing of them is destroyed. Once it is lifted, ask again.',
};

export function createSubjectsDesk({ links, tenant, privacy, holdsOn, nameOf }: SubjectsDeskOptions): SubjectsDesk {
  const ask = async (question: string, fields: Fields): Promise<Result<Fields, AdminProblem>> => {
    const answer = await links.request('keeper', question, fields, KEEPER_TIMEOUT_MS).catch(() => undefined);
    if (answer === undefined) return fail(AWAY);
    const { error } = answer.fields;
    if (error === undefined) return ok(answer.fields);
    return fail({ code: 'internal', detail: `The keeper cannot do this: ${typeof error === 'string' ? error : 'it does not say why'}.` });
  };
  const find = async (kind: 'agent' | 'user', name: string): Promise<Result<string | undefined, AdminProblem>> => {
    const said = await ask('subject-find', { tenant, kind, name });
    if (!said.ok) return said;
    const { pseudonym } = said.value;
    return ok(typeof pseudonym === 'string' ? pseudonym : undefined);
  };
  const resolve = async (pseudonym: string): Promise<Result<SubjectView, AdminProblem>> => {
    const said = await ask('subject-whois', { pseudonym });
    if (!said.ok) return said;
    const { kind, name } = said.value;
    if (typeof name !== 'string' || said.value['tenant'] !== tenant) return fail(UNKNOWN);
    return ok({ tenant, kind: kind === 'user' ? 'user' : 'agent', name });
  };
  /** Workers forget what they hold; says which did not. */
  const tellWorkers = async (pseudonym: string): Promise<Pick<ErasedSubject, 'workers' | 'confirmed' | 'silent'>> => {
    const workers = links.all('worker');
    const heard = await Promise.all(
      workers.map((worker) =>
        worker.request('subject-erased', { pseudonym }, CONFIRM_MS).then(
          () => true,
          () => false,
        ),
      ),
    );
    const silent = workers.filter((_, index) => heard[index] !== true).map(nameOf);
    return { workers: workers.length, confirmed: workers.length - silent.length, silent };
  };
  const erase = async ({ kind, name }: EraseSubjectInput): Promise<Result<ErasedSubject, AdminProblem>> => {
    // What became of it would tell whose the pseudonym is: by the hold that stands in the way, by what is on record of it, by who calls no more.
    if (kind !== 'pseudonym' && hidesPseudonym(privacy(), kind)) return fail(TWO_TO_ERASE);
    const found = kind === 'pseudonym' ? ok(PSEUDONYM.test(name) ? name : undefined) : await find(kind, name);
    if (!found.ok) return found;
    const pseudonym = found.value;
    if (pseudonym === undefined) return fail(UNKNOWN);
    const whose = await ask('subject-whois', { pseudonym });
    if (!whose.ok) return whose;
    if ((whose.value['tenant'] ?? tenant) !== tenant) return fail(UNKNOWN);
    const [held] = await holdsOn(pseudonym);
    if (held !== undefined) return fail(privacy().reidentify === 'two' ? HELD : toHeld(held));
    const said = await ask('subject-erase', { pseudonym });
    if (!said.ok) return said;
    const { months } = said.value;
    if (typeof months !== 'number') return fail(UNKNOWN);
    return ok({ pseudonym, months, ...(await tellWorkers(pseudonym)) });
  };

  return {
    faults: async () => {
      const answer = await links.request('keeper', 'subject-shortage', {}, FAULTS_MS).catch(() => undefined);
      return answer === undefined ? [] : describeShortage(answer.fields);
    },
    port: {
      find: async ({ kind, name }) => {
        if (hidesPseudonym(privacy(), kind)) return fail(TWO_NEEDED);
        const found = await find(kind, name);
        return found.ok ? ok({ pseudonym: found.value ?? null }) : found;
      },
      whois: async ({ pseudonym }) => (privacy().reidentify === 'two' ? fail(TWO_NEEDED) : resolve(pseudonym)),
      erase: (input) => erase(input).catch(() => fail(NOBODY_KNOWS)),
      match: async ({ values, keys }) => {
        const macs: Record<string, string>[] = [];
        for (const { digest, member } of values) {
          const said = await ask('subject-commit', { digest, member, keys });
          if (!said.ok) return said;
          macs.push(textsIn(said.value['macs']));
        }
        return ok({ macs });
      },
    },
  };
}

const NOBODY_KNOWS: AdminProblem = {
  code: 'unavailable',
  detail: 'Nobody can say now what has to be kept, so nobody is erased. The store cannot be read; the log says why.',
};

function toHeld(hold: Hold): AdminProblem {
  return {
    code: 'subject_held',
    detail: `The legal hold ${hold.id} (${describeScope(hold)}) stands, so nothing of them is destroyed. Once it is lifted, ask again.`,
  };
}

function describeShortage({ free, spent }: Fields): readonly string[] {
  const scarce =
    typeof free === 'number' && free < SCARCE
      ? [`There is room for ${free} more people and agents of whom nothing is known yet; months whose time is over make more.`]
      : [];
  const workers = Array.isArray(spent) ? spent.filter(isSpent) : [];
  return [
    ...scarce,
    ...workers.map(
      ({ slot, untilMs }) =>
        `${slot} has named so many people of whom nothing was known that it gets no more until ${new Date(untilMs).toISOString()}: calls for new ones are refused there. Unless so many are new, somebody makes them up.`,
    ),
  ];
}

function isSpent(value: unknown): value is { readonly slot: string; readonly untilMs: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'slot' in value &&
    typeof value.slot === 'string' &&
    'untilMs' in value &&
    typeof value.untilMs === 'number'
  );
}

function textsIn(value: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  if (typeof value === 'object' && value !== null) for (const [key, text] of Object.entries(value)) texts[key] = String(text);
  return texts;
}
