// What the keeper answers about releases, to control: it asks for people, and gets keys of single envelopes and names of single pseudonyms, and those
// only as a release says.

import { envelopeKey } from '../audit/keeping.ts';
import { fail } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { Fields, Frame } from './channel.ts';
import type { Role } from './messages.ts';
import type { Person, Release, ReleaseFault, ReleaseRequest, Releases, SealedUnder } from './releases.ts';
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
      if (asked === undefined) return toFields(fail('malformed'));
      return toFields(isErased(asked, subjects) ? fail('erased') : releases.request(asked, toPerson(fields), nowMs));
    }
    case 'release-decide':
      return toFields(
        releases.decide(String(fields['id']), fields['decision'] === 'approve' ? 'approve' : 'reject', toPerson(fields), nowMs),
      );
    case 'release-open':
      return open(releases, subjects, fields, nowMs);
    default:
      return undefined;
  }
}

/** Two people need not agree about what nobody can open any more. Of names nothing is said before they do. */
function isErased({ scope }: ReleaseRequest, subjects: SubjectKeeper): boolean {
  return (
    scope.kind === 'envelopes' && scope.envelopes.length > 0 && scope.envelopes.every(({ key }) => subjects.keysNamed(key) === undefined)
  );
}

/** What a release is about: the keeper's half of the key of each envelope, the name behind each pseudonym. None of somebody who was erased. */
function open(releases: Releases, subjects: SubjectKeeper, fields: Fields, nowMs: number): Fields {
  const used = releases.use(String(fields['id']), String(fields['by']), nowMs);
  if (!used.ok) return toFields(used);
  const { scope } = used.value;
  if (scope.kind === 'identity') {
    const identities = scope.pseudonyms.map((pseudonym) => ({ pseudonym, ...subjects.whois(pseudonym) }));
    return { release: used.value, identities };
  }
  const keys: Record<string, string> = {};
  for (const { id, key, head } of scope.envelopes) {
    const found = subjects.keysNamed(key);
    if (found !== undefined) keys[id] = Buffer.from(envelopeKey(found.vaultKey, id, head)).toString('base64');
  }
  return { release: used.value, keys };
}

function toFields(result: Result<Release, ReleaseFault>): Fields {
  return result.ok ? { release: result.value } : { fault: result.error };
}

function toPerson({ by, keySinceMs, names }: Fields): Person {
  return {
    by: String(by),
    keySinceMs: typeof keySinceMs === 'number' ? keySinceMs : Number.MAX_SAFE_INTEGER,
    names: Array.isArray(names) ? names.map(String) : [],
  };
}

function toRequest({ kind, envelopes, pseudonyms, about, reason, forMs }: Fields): ReleaseRequest | undefined {
  if (typeof about !== 'string' || typeof reason !== 'string' || typeof forMs !== 'number') return undefined;
  if (kind === 'identity' && Array.isArray(pseudonyms))
    return { scope: { kind, pseudonyms: pseudonyms.map(String) }, about, reason, forMs };
  if (kind !== 'envelopes' || !Array.isArray(envelopes) || !envelopes.every(isSealedUnder)) return undefined;
  return { scope: { kind, envelopes: envelopes.map(({ id, key, head }) => ({ id, key, head })) }, about, reason, forMs };
}

function isSealedUnder(value: unknown): value is SealedUnder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'key' in value &&
    typeof value.key === 'string' &&
    (!('head' in value) || value.head === undefined || typeof value.head === 'string')
  );
}
