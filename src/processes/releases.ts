// What may be taken out of the vault, or be known of whose a pseudonym is, because two people want it: one asks and says why, another says yes, and for a
// time it may be had. The keeper has this, and not control, since it has the keys: it gives none away without a release that covers it. Who somebody is, it
// has to take from control, which knows people's keys by their digests; so nobody counts who is not known by a key of their own, and none that was made for the
// occasion. Administrators are people like others here.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { writePrivate } from './private-file.ts';

/** An envelope, and the name of the key of its subject and period. */
export interface SealedUnder {
  readonly id: string;
  readonly key: string;
  /** SHA-256 of its head, by which it was chosen; undefined: it is of those whose half of the key does not belong to the head. */
  readonly head?: string | undefined;
}

/** What is asked for: exactly this, and nothing that comes to be later. */
export type ReleaseScope =
  | { readonly kind: 'envelopes'; readonly envelopes: readonly SealedUnder[] }
  | { readonly kind: 'identity'; readonly pseudonyms: readonly string[] };

/** A release, from the day that it is asked for. */
export interface Release {
  readonly id: string;
  readonly scope: ReleaseScope;
  /** The scope in words, as it was asked for. */
  readonly about: string;
  readonly reason: string;
  /** How long it lasts once it is approved. */
  readonly forMs: number;
  /** `key:` or `operator:`, and a name. Times are epoch milliseconds by the keeper's clock. */
  readonly requestedBy: string;
  /** Every name of whoever asks, as it was then: what is untied later stays one person here. */
  readonly requestedAs?: readonly string[] | undefined;
  readonly requestedAt: number;
  readonly decision?: { readonly kind: 'approve' | 'reject'; readonly by: string; readonly at: number } | undefined;
  /** How often it was used, and when last. */
  readonly uses: number;
  readonly usedAt?: number | undefined;
}

/** Where a release stands. */
export type ReleaseState = 'pending' | 'approved' | 'rejected' | 'expired';

/** Somebody, and since when the key exists that they show, or the link was made by which they have signed in. */
export interface Person {
  readonly by: string;
  readonly keySinceMs: number;
  /** Every name that they have here, of agents and operators: by whichever they ask, they are one person. */
  readonly names: readonly string[];
}

/** What is asked for, and why. */
export type ReleaseRequest = Pick<Release, 'scope' | 'about' | 'reason' | 'forMs'>;

/** Why not. */
export type ReleaseFault =
  | 'nobody'
  | 'malformed'
  | 'erased'
  | 'full'
  | 'unknown'
  | 'over'
  | 'same_person'
  | 'key_too_new'
  | 'not_approved'
  | 'not_yours';

/** The releases of a gateway. Every member throws when the keeper's own file cannot be read or written. */
export interface Releases {
  request(asked: ReleaseRequest, person: Person, nowMs: number): Result<Release, ReleaseFault>;
  decide(id: string, kind: 'approve' | 'reject', person: Person, nowMs: number): Result<Release, ReleaseFault>;
  /** Uses a release, which is on disk as used when this returns. */
  use(id: string, by: string, nowMs: number): Result<Release, ReleaseFault>;
  /** Newest first. */
  list(): readonly Release[];
}

/** Most that one release may be about: nobody can answer for more. */
export const MAX_RELEASED = 1_000;
export const MAX_RELEASE_MS = 7 * 24 * 3_600_000;
export const MIN_RELEASE_MS = 60_000;

const MAX_OPEN = 100;
/** Unanswered for so long, it is asked for again or not at all. */
const ANSWER_MS = 7 * 24 * 3_600_000;
/** What is over is listed for so long; the record has it for longer. */
const KEPT_MS = 30 * 24 * 3_600_000;
const MAX_REASON_CHARS = 500;
const MAX_ABOUT_CHARS = 1_000;
const MAX_NAME_CHARS = 128;
const ID_BYTES = 8;

/** Where a release stands at a time. */
export function releaseState({ decision, requestedAt, forMs }: Release, nowMs: number): ReleaseState {
  if (decision === undefined) return nowMs - requestedAt > ANSWER_MS ? 'expired' : 'pending';
  if (decision.kind === 'reject') return 'rejected';
  return nowMs > decision.at + forMs ? 'expired' : 'approved';
}

/** Nobody makes themselves a second person for the occasion: who says yes was known before it was asked for, and not if nobody knows since when. */
export function wasKnownBefore({ keySinceMs }: Pick<Person, 'keySinceMs'>, askedMs: number): boolean {
  return keySinceMs < askedMs;
}

/** The name in how somebody stands on record. */
export function nameIn(by: string): string {
  return by.slice(by.indexOf(':') + 1);
}

/** When it ends by itself. */
export function releaseEndsAt({ decision, requestedAt, forMs }: Release): number {
  return decision === undefined ? requestedAt + ANSWER_MS : decision.at + (decision.kind === 'approve' ? forMs : 0);
}

/** The releases in the keeper's folder. */
export function createReleases(folder: string): Releases {
  const file = join(folder, 'releases.json');
  let known: readonly Release[] | undefined;
  const load = (): readonly Release[] => (known ??= read(file));
  const save = (releases: readonly Release[]): void => {
    writePrivate(file, JSON.stringify({ format: 1, releases }));
    known = releases;
  };
  const replace = (next: Release): Release => {
    save(load().map((one) => (one.id === next.id ? next : one)));
    return next;
  };
  const find = (id: string): Release | undefined => load().find((one) => one.id === id);

  return {
    request: (asked, { by, names }, nowMs) => {
      if (!isPerson(by)) return fail('nobody');
      if (!isProper(asked)) return fail('malformed');
      const kept = load().filter((one) => isOpen(one, nowMs) || nowMs - releaseEndsAt(one) < KEPT_MS);
      if (kept.filter((one) => isOpen(one, nowMs)).length >= MAX_OPEN) return fail('full');
      const release: Release = { id: newId(), ...asked, requestedBy: by, requestedAs: names, requestedAt: nowMs, uses: 0 };
      save([release, ...kept]);
      return ok(release);
    },
    decide: (id, kind, person, nowMs) => {
      const { by } = person;
      const release = find(id);
      if (release === undefined) return fail('unknown');
      if (!isPerson(by)) return fail('nobody');
      // The question may come twice, where the keeper was replaced over the first.
      if (release.decision?.kind === kind && release.decision.by === by) return ok(release);
      if (releaseState(release, nowMs) !== 'pending') return fail('over');
      // Whoever asks may take it back, which is the same as a no.
      if (kind === 'approve' && isSamePerson(release, person)) return fail('same_person');
      if (kind === 'approve' && !wasKnownBefore(person, release.requestedAt)) return fail('key_too_new');
      return ok(replace({ ...release, decision: { kind, by, at: nowMs } }));
    },
    use: (id, by, nowMs) => {
      const release = find(id);
      if (release === undefined) return fail('unknown');
      const state = releaseState(release, nowMs);
      if (state === 'pending') return fail('not_approved');
      if (state !== 'approved') return fail('over');
      if (by !== release.requestedBy) return fail('not_yours');
      return ok(replace({ ...release, uses: release.uses + 1, usedAt: nowMs }));
    },
    list: load,
  };
}

function isOpen(release: Release, nowMs: number): boolean {
  const state = releaseState(release, nowMs);
  return state === 'pending' || state === 'approved';
}

/** Whoever has only the socket is nobody: two people may share it, or one may be two by it. */
function isPerson(by: string): boolean {
  return /^(?:key|operator):./.test(by) && by.length <= MAX_NAME_CHARS;
}

/** By name, whichever way they ask: an operator and an agent of one name are one person, too. */
function isSamePerson({ requestedBy, requestedAs = [] }: Release, { by, names }: Person): boolean {
  const asked = new Set([nameIn(requestedBy), ...requestedAs]);
  return [nameIn(by), ...names].some((name) => asked.has(name));
}

function isProper({ scope, about, reason, forMs }: ReleaseRequest): boolean {
  const names =
    scope.kind === 'identity'
      ? scope.pseudonyms
      : scope.envelopes.flatMap(({ id, key, head }) => [id, key, ...(head === undefined ? [] : [head])]);
  const count = scope.kind === 'identity' ? scope.pseudonyms.length : scope.envelopes.length;
  return (
    count > 0 &&
    count <= MAX_RELEASED &&
    names.every((name) => name !== '' && name.length <= MAX_NAME_CHARS) &&
    reason.trim() !== '' &&
    reason.length <= MAX_REASON_CHARS &&
    about.length <= MAX_ABOUT_CHARS &&
    forMs >= MIN_RELEASE_MS &&
    forMs <= MAX_RELEASE_MS
  );
}

function newId(): string {
  return `rel_${randomBytes(ID_BYTES).toString('hex')}`;
}

function read(file: string): readonly Release[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new Error(`${file} cannot be read`, { cause: error });
  }
  const value: unknown = JSON.parse(text);
  if (isStored(value)) return value.releases;
  // Forgetting what was approved would be harmless; forgetting what was used would not.
  throw new Error(`${file} is of no known form`);
}

function isStored(value: unknown): value is { readonly releases: readonly Release[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'format' in value &&
    value.format === 1 &&
    'releases' in value &&
    Array.isArray(value.releases)
  );
}
