// Control's end of releases: it knows people by the keys that they show, and what lies in the vault, and asks the keeper, which decides. Here nothing can be
// opened: what the keeper gives goes on to whoever has the private key of the purpose.

import type { AdminProblem, Asking, OpenedRelease, ReleaseInput, ReleaseView, VaultPort } from '../admin/index.ts';
import { listVault, vaultFiles, vaultFolder } from '../audit/index.ts';
import type { EnvelopeHead } from '../audit/index.ts';
import { compileGlob, fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Fields } from './channel.ts';
import type { Links } from './child.ts';
import type { People } from './people.ts';
import { MAX_RELEASED, releaseEndsAt, releaseState } from './releases.ts';
import type { Person, Release, ReleaseFault, SealedUnder } from './releases.ts';

export interface VaultPortOptions {
  readonly dataFolder: string;
  readonly links: Pick<Links, 'request'>;
  readonly people: People;
  readonly nowMs: () => number;
}

const KEEPER_TIMEOUT_MS = 5_000;
const AWAY: AdminProblem = { code: 'unavailable', detail: 'The keeper does not answer now; nothing was done. Try again.' };
const NOBODY: AdminProblem = {
  code: 'approver_unknown',
  detail: "The key is not one of this gateway's, is revoked, or has expired. 'sallyport agents add NAME' makes one.",
};
const KEY_NEEDED: AdminProblem = {
  code: 'approver_refused',
  detail:
    'It takes two people, and each is known by a key of their own, administrators too: show one with SALLYPORT_APPROVER_KEY or --key-file.',
};

export function createVaultPort({ dataFolder, links, people, nowMs }: VaultPortOptions): VaultPort {
  const ask = async (question: string, fields: Fields): Promise<Result<Fields, AdminProblem>> => {
    const answer = await links.request('keeper', question, fields, KEEPER_TIMEOUT_MS).catch(() => undefined);
    if (answer === undefined) return fail(AWAY);
    const { error, fault } = answer.fields;
    if (typeof error === 'string') return fail({ code: 'internal', detail: `The keeper cannot do this: ${error}.` });
    return isFault(fault) ? fail(PROBLEMS[fault]) : ok(answer.fields);
  };
  const askFor = async (question: string, fields: Fields): Promise<Result<ReleaseView, AdminProblem>> => {
    const said = await ask(question, fields);
    if (!said.ok) return said;
    const { release } = said.value;
    return isRelease(release) ? ok(toView(release, nowMs())) : fail(AWAY);
  };
  const personOf = async ({ key, signedIn }: Asking): Promise<Result<Person, AdminProblem>> => {
    if (key === undefined && signedIn === undefined) return fail(KEY_NEEDED);
    const person = await people.personOf({ key, signedIn });
    if (person === undefined) return fail(NOBODY);
    const { by, names, keySinceMs } = person;
    return ok({ by, names, keySinceMs });
  };

  return {
    list: async () => {
      const said = await ask('releases', {});
      if (!said.ok) return said;
      const { releases } = said.value;
      return ok(Array.isArray(releases) ? releases.filter(isRelease).map((release) => toView(release, nowMs())) : []);
    },
    request: async (input, who) => {
      const person = await personOf(who);
      if (!person.ok) return person;
      const { reason, forMs } = input;
      if (input.kind === 'identity') {
        const pseudonyms = [...new Set(input.pseudonyms)];
        return askFor('release-request', { kind: 'identity', pseudonyms, about: aboutNames(pseudonyms), reason, forMs, ...person.value });
      }
      const found = await findEnvelopes(dataFolder, input);
      if (!found.ok) return found;
      const envelopes = found.value;
      return askFor('release-request', {
        kind: 'envelopes',
        envelopes,
        about: aboutEnvelopes(envelopes, input),
        reason,
        forMs,
        ...person.value,
      });
    },
    decide: async ({ release, decision }, who) => {
      const person = await personOf(who);
      return person.ok ? askFor('release-decide', { id: release, decision, ...person.value }) : person;
    },
    open: async ({ release }, who) => {
      const person = await personOf(who);
      if (!person.ok) return person;
      const said = await ask('release-open', { id: release, by: person.value.by });
      return said.ok ? toOpened(said.value, nowMs()) : said;
    },
  };
}

/**
 * The envelopes that are asked for, oldest first. What they are about stands in their heads, which whoever can write into the vault can put there: so a
 * release is about these very heads, and about none that lies there twice under one name.
 */
async function findEnvelopes(dataFolder: string, input: ReleaseInput): Promise<Result<readonly SealedUnder[], AdminProblem>> {
  const isWanted = createFilter(input);
  const found: SealedUnder[] = [];
  for await (const { id, head } of listVault(vaultFolder(dataFolder))) {
    if (!isWanted(head)) continue;
    if (found.length === MAX_RELEASED)
      return fail({
        code: 'malformed',
        detail: `These are more than ${MAX_RELEASED} envelopes, which nobody can answer for. Ask for fewer.`,
      });
    found.push({ id, key: head.key, head: head.digest });
  }
  const doubtful = await findTwice(vaultFolder(dataFolder), found);
  if (doubtful !== undefined)
    return fail({
      code: 'malformed',
      detail: `The envelope ${doubtful} lies twice in the vault, and only one of the two can be what was sealed: nothing of this is released. 'sallyport vault check' says which was changed; put that aside.`,
    });
  return found.length > 0 ? ok(found) : fail({ code: 'envelope_unknown', detail: 'There is no such envelope in the vault.' });
}

/** The id of one of these envelopes of which there are several files. */
async function findTwice(folder: string, envelopes: readonly SealedUnder[]): Promise<string | undefined> {
  const wanted = new Set(envelopes.map(({ id }) => id));
  const seen = new Set<string>();
  for await (const { id } of vaultFiles(folder)) {
    if (seen.has(id)) return id;
    if (wanted.has(id)) seen.add(id);
  }
  return undefined;
}

function createFilter({ pseudonyms, calls, purpose, server, from, to }: ReleaseInput): (head: EnvelopeHead) => boolean {
  const isServer = server === null ? (): boolean => true : compileGlob(server);
  const fromMs = from === null ? -Infinity : Date.parse(from);
  const toMs = to === null ? Infinity : Date.parse(to);
  return (head) =>
    (calls.length === 0 || calls.includes(head.call)) &&
    (pseudonyms.length === 0 || pseudonyms.includes(head.subject)) &&
    (purpose === null || purpose === head.purpose) &&
    isServer(head.server) &&
    head.time >= fromMs &&
    head.time < toMs;
}

function aboutNames(pseudonyms: readonly string[]): string {
  return pseudonyms.length === 1 ? `whose the pseudonym ${pseudonyms[0] ?? ''} is` : `whose ${pseudonyms.length} pseudonyms are`;
}

function aboutEnvelopes(envelopes: readonly SealedUnder[], { calls, purpose, server, from, to }: ReleaseInput): string {
  const subjects = new Set(envelopes.map(({ key }) => subjectOf(key))).size;
  const parts = [
    `${envelopes.length} ${envelopes.length === 1 ? 'envelope' : 'envelopes'} of ${subjects} ${subjects === 1 ? 'subject' : 'subjects'}`,
    ...(calls.length > 0 ? [`of ${calls.length === 1 ? `call ${calls[0] ?? ''}` : `${calls.length} calls`}`] : []),
    ...(purpose === null ? [] : [`sealed for ${purpose}`]),
    ...(server === null ? [] : [`server ${server}`]),
    ...(from === null ? [] : [`from ${from}`]),
    ...(to === null ? [] : [`before ${to}`]),
  ];
  return parts.join(', ');
}

/** Keys are called by pseudonym and month. */
function subjectOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.'));
}

function toView(release: Release, nowMs: number): ReleaseView {
  const { id, scope, about, reason, forMs, requestedBy, requestedAt, decision, uses, usedAt } = release;
  const envelopes = scope.kind === 'envelopes' ? scope.envelopes : [];
  return {
    id,
    kind: scope.kind,
    about,
    envelopes: envelopes.map((one) => one.id),
    pseudonyms: scope.kind === 'identity' ? [...scope.pseudonyms] : [...new Set(envelopes.map(({ key }) => subjectOf(key)))],
    reason,
    state: releaseState(release, nowMs),
    requestedBy,
    requestedAt: timeOf(requestedAt),
    forMs,
    decidedBy: decision?.by ?? null,
    decidedAt: decision === undefined ? null : timeOf(decision.at),
    endsAt: timeOf(releaseEndsAt(release)),
    uses,
    usedAt: usedAt === undefined ? null : timeOf(usedAt),
  };
}

function toOpened({ release, keys, identities }: Fields, nowMs: number): Result<OpenedRelease, AdminProblem> {
  if (!isRelease(release)) return fail(AWAY);
  const view = toView(release, nowMs);
  const halves = new Map(isObject(keys) ? Object.entries(keys) : []);
  return ok({
    release: view,
    keys: view.envelopes.map((envelope) => ({ envelope, half: textOf(halves.get(envelope)) })),
    identities: (Array.isArray(identities) ? identities.filter(isObject) : []).map(({ pseudonym, kind, name }) => ({
      pseudonym: textOf(pseudonym) ?? '',
      kind: kind === 'agent' || kind === 'user' ? kind : null,
      name: textOf(name),
    })),
  });
}

const PROBLEMS: Readonly<Record<ReleaseFault, AdminProblem>> = {
  nobody: KEY_NEEDED,
  malformed: { code: 'malformed', detail: 'That is nothing that can be released.' },
  erased: {
    code: 'envelope_unknown',
    detail: 'None of it can be opened any more: whoever it is about was erased, or the keys of that month are gone.',
  },
  full: { code: 'release_over', detail: 'Too much is asked for already. Let somebody decide about that first.' },
  unknown: { code: 'release_unknown', detail: "There is no such release. 'sallyport vault releases' shows them." },
  over: { code: 'release_over', detail: "This was decided before, or its time is over. 'sallyport vault request' asks anew." },
  same_person: { code: 'approver_refused', detail: 'Somebody else has to approve this than who asked for it.' },
  key_too_new: {
    code: 'approver_refused',
    detail:
      'The key that is shown, or the link that was signed in with, was made after this was asked for. Somebody who had one before has to approve it.',
  },
  not_approved: { code: 'release_over', detail: "Nobody has approved this yet: 'sallyport vault approve', by another person." },
  not_yours: { code: 'approver_refused', detail: 'Only who asked for this can have it.' },
};

function isFault(value: unknown): value is ReleaseFault {
  return typeof value === 'string' && Object.hasOwn(PROBLEMS, value);
}

/** From the keeper, which wrote it itself: only its frame is looked at. */
function isRelease(value: unknown): value is Release {
  return isObject(value) && typeof value['id'] === 'string' && isObject(value['scope']);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
