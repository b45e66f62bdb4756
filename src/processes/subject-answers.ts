// What the keeper answers about subjects. A worker gets the keys of whoever it carries a call for; control gets a name or a commitment where a person
// asked for it, and never a key.

import type { SubjectKeys } from '../audit/index.ts';
import type { Fields, Frame } from './channel.ts';
import { slotOf } from './checkpoint-answers.ts';
import type { Role } from './messages.ts';
import { nextMonthMs } from './subject-keys.ts';
import type { SubjectKeeper, SubjectName } from './subject-keys.ts';
import type { SubjectQuota } from './subject-quota.ts';

/** Names of keys in one question. */
const MAX_KEYS = 10_000;
const MAX_NAME_BYTES = 400;
const DIGEST = /^[0-9a-f]{64}$/;

/** Who may ask what. */
const ASKED_BY: Readonly<Record<string, readonly Role[]>> = {
  subject: ['worker'],
  'subject-pseudonym': ['worker', 'control'],
  'subject-find': ['control'],
  'subject-whois': ['control'],
  'subject-commit': ['control'],
  'subject-erase': ['control'],
  'subject-expire': ['control'],
  'subject-shortage': ['control'],
};

/** The subjects, and how many new ones each worker may have. */
export interface SubjectBooks {
  readonly keeper: SubjectKeeper;
  readonly quota: SubjectQuota;
}

/** The process that asks. */
export interface AskingProcess {
  readonly role: Role;
  readonly name: string;
}

/** Answers a question about subjects; undefined: it is none, or this role may not ask it. */
export function answerSubjects(books: SubjectBooks, from: AskingProcess, frame: Frame, nowMs: number): Fields | undefined {
  if (ASKED_BY[frame.type]?.includes(from.role) !== true) return undefined;
  try {
    return answer(books, from, frame, nowMs);
  } catch (error) {
    return { error: error instanceof Error ? error.message : 'unknown' };
  }
}

function answer(books: SubjectBooks, from: AskingProcess, { type, fields }: Frame, nowMs: number): Fields | undefined {
  const { keeper, quota } = books;
  switch (type) {
    case 'subject': {
      const who = nameIn(fields);
      if (who !== undefined && !isAllowed(books, from, who, nowMs)) return TOO_MANY;
      return who === undefined ? NO_NAME : { ...keysToFields(keeper.keysOf(who, nowMs)), untilMs: nextMonthMs(nowMs) };
    }
    case 'subject-pseudonym': {
      const who = nameIn(fields);
      if (who !== undefined && !isAllowed(books, from, who, nowMs)) return TOO_MANY;
      return who === undefined ? NO_NAME : { pseudonym: keeper.pseudonymOf(who, nowMs) };
    }
    case 'subject-find': {
      const who = nameIn(fields);
      return who === undefined ? NO_NAME : { pseudonym: keeper.find(who) };
    }
    case 'subject-whois':
      return { ...keeper.whois(String(fields['pseudonym'])) };
    case 'subject-commit':
      return commitments(keeper, fields);
    case 'subject-erase':
      return { months: keeper.erase(String(fields['pseudonym'])) };
    case 'subject-expire':
      return /^\d{4}-\d{2}$/.test(String(fields['before']))
        ? { destroyed: keeper.expire(String(fields['before'])) }
        : { error: 'That is no month.' };
    case 'subject-shortage':
      return { free: keeper.free(), spent: quota.spent(nowMs) };
    default:
      return undefined;
  }
}

/** Whoever is known is nobody new; control asks for people, of whom there are not so many. */
function isAllowed({ keeper, quota }: SubjectBooks, { role, name }: AskingProcess, who: SubjectName, nowMs: number): boolean {
  return role !== 'worker' || keeper.find(who) !== undefined || quota.take(slotOf(name), nowMs);
}

const TOO_MANY: Fields = { error: 'This worker has named too many people of whom nothing was known.' };
const NO_NAME: Fields = { error: 'That is no name of a subject.' };

/** What commitments to a digest would be, under each key that is still there. */
function commitments(keeper: SubjectKeeper, fields: Fields): Fields {
  const { digest, keys } = fields;
  if (typeof digest !== 'string' || !DIGEST.test(digest) || !Array.isArray(keys) || keys.length > MAX_KEYS)
    return { error: 'That is no question about commitments.' };
  const member = fields['member'] === 'answer' ? 'answer' : 'args';
  const bytes = Buffer.from(digest, 'hex');
  const macs: Record<string, string> = {};
  for (const key of keys) {
    const mac = keeper.commit(String(key), member, bytes);
    if (mac !== undefined) macs[String(key)] = mac;
  }
  return { macs };
}

/** Who is meant; undefined where that cannot be a name. */
function nameIn({ tenant, kind, name }: Fields): SubjectName | undefined {
  if (typeof tenant !== 'string' || typeof name !== 'string' || (kind !== 'agent' && kind !== 'user')) return undefined;
  if (name === '' || tenant === '' || `${tenant}${name}`.includes('\u0000')) return undefined;
  return Buffer.byteLength(tenant) + Buffer.byteLength(name) > MAX_NAME_BYTES ? undefined : { tenant, kind, name };
}

function keysToFields({ pseudonym, keyName, commitmentKey, vaultKey }: SubjectKeys): Fields {
  return { pseudonym, keyName, commitmentKey: toBase64(commitmentKey), vaultKey: toBase64(vaultKey) };
}

/** Keys as they came in a frame; undefined: it has none. */
export function keysFromFields({ pseudonym, keyName, commitmentKey, vaultKey }: Fields): SubjectKeys | undefined {
  if (typeof pseudonym !== 'string' || typeof keyName !== 'string') return undefined;
  if (typeof commitmentKey !== 'string' || typeof vaultKey !== 'string') return undefined;
  return { pseudonym, keyName, commitmentKey: Buffer.from(commitmentKey, 'base64'), vaultKey: Buffer.from(vaultKey, 'base64') };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
