// What the keeper answers about releases, to control: it asks for people, and gets keys of single envelopes and names of single pseudonyms, and those
// only as a release says.

import { envelopeKey } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Fields, Frame } from './channel.ts';
import type { Role } from './messages.ts';
import type { Person, Release, ReleaseFault, ReleaseRequest, ReleaseScope, Releases, SealedUnder } from './releases.ts';
import type { SubjectKeeper } from './subject-keys.ts';

/** Answers a question about releases; undefined: it is none, or this role may not ask it. */
export function answerReleases(releases: Releases, subjects: SubjectKeeper, role: Role, frame: Frame, nowMs: number): Fields | undefined {
  if (role !== 'control') return undefined;
  try {
    return answer(releases, subjects, frame, nowMs);
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'unknown' };
  }
}

function answer(releases: Releases, subjects: SubjectKeeper, { type, fields }: Frame, nowMs: number): Fields | undefined {
  switch (type) {
    case 'releases':
      return { releases: releases.list() };
    case 'release-request': {
      const asked = toRequest(fields);
      return toFields(asked === undefined ? fail('malformed') : releases.request(asked, toPerson(fields), nowMs));
    }
    case 'release-decide':
      return toFields(
        releases.decide(String(fields['id']), fields['decision'] === 'approve' ? 'approve' : 'reject', toPerson(fields), nowMs),
      );
    case 'release-open':
      return open(releases, subjects, fields, nowMs);
    case 'release-identify':
      return identify(releases, subjects, fields, nowMs);
    default:
      return undefined;
  }
}

/** The keeper's half of the key of each envelope of a release; none where the subject was erased. */
function open(releases: Releases, subjects: SubjectKeeper, fields: Fields, nowMs: number): Fields {
  const used = use(releases, 'envelopes', fields, nowMs);
  if (!used.ok) return toFields(used);
  const { scope } = used.value;
  const keys: Record<string, string> = {};
  for (const { id, key } of scope.kind === 'envelopes' ? scope.envelopes : []) {
    const found = subjects.keysNamed(key);
    if (found !== undefined) keys[id] = Buffer.from(envelopeKey(found.vaultKey, id)).toString('base64');
  }
  return { release: used.value, keys };
}

/** Whose the pseudonyms of a release are; none where the subject was erased. */
function identify(releases: Releases, subjects: SubjectKeeper, fields: Fields, nowMs: number): Fields {
  const pseudonym = String(fields['pseudonym']);
  const covering = releases.list().find(({ id }) => id === fields['id'])?.scope;
  if (covering?.kind === 'identity' && !covering.pseudonyms.includes(pseudonym)) return { fault: 'beyond' };
  const used = use(releases, 'identity', fields, nowMs);
  return used.ok ? { release: used.value, ...subjects.whois(pseudonym) } : toFields(used);
}

function use(releases: Releases, kind: ReleaseScope['kind'], fields: Fields, nowMs: number): Result<Release, ReleaseFault> {
  const id = String(fields['id']);
  const found = releases.list().find((one) => one.id === id);
  if (found !== undefined && found.scope.kind !== kind) return fail('beyond');
  const used = releases.use(id, String(fields['by']), nowMs);
  return used.ok ? ok(used.value) : used;
}

function toFields(result: Result<Release, ReleaseFault>): Fields {
  return result.ok ? { release: result.value } : { fault: result.error };
}

function toPerson({ by, keySinceMs }: Fields): Person {
  return { by: String(by), keySinceMs: typeof keySinceMs === 'number' ? keySinceMs : Number.MAX_SAFE_INTEGER };
}

function toRequest({ kind, envelopes, pseudonyms, reason, forMs }: Fields): ReleaseRequest | undefined {
  if (typeof reason !== 'string' || typeof forMs !== 'number') return undefined;
  if (kind === 'identity' && Array.isArray(pseudonyms)) return { scope: { kind, pseudonyms: pseudonyms.map(String) }, reason, forMs };
  if (kind !== 'envelopes' || !Array.isArray(envelopes) || !envelopes.every(isSealedUnder)) return undefined;
  return { scope: { kind, envelopes: envelopes.map(({ id, key }) => ({ id, key })) }, reason, forMs };
}

function isSealedUnder(value: unknown): value is SealedUnder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'key' in value &&
    typeof value.key === 'string'
  );
}
