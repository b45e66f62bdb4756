// What the keeper knows of the people and agents that records are about: whose a pseudonym is, and the keys under which what they said was committed to
// and sealed. A record names only the pseudonym, so destroying what stands here is how somebody is erased from a log that nobody can change (GDPR
// Art. 17; EDPB Guidelines 02/2025). There is one random key for each subject and month: everything of one month can be let go by itself.
//
// ON DISK, in keys/: `subjects.slots` has a slot for each subject: pseudonym, name sealed (AES-256-GCM), and an HMAC of the name by which it is found;
// `subject-keys-2026-11.slots` has a slot for each subject seen in that month: pseudonym, master key. Names stand nowhere in clear. Erasing condemns the
// subject's slot, destroys all its keys, then the slot itself: after a crash in between, the next start finishes it.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { toMac } from '../audit/keeping.ts';
import type { Committed, SubjectKeys } from '../audit/index.ts';
import { openSlotFile } from './slot-file.ts';
import type { SlotFile } from './slot-file.ts';

/** Somebody by name. */
export interface SubjectName {
  readonly tenant: string;
  readonly kind: 'agent' | 'user';
  readonly name: string;
}

/** The subjects, as the keeper has them. Every member throws when its own files cannot be read or written. */
export interface SubjectKeeper {
  /** Keys for the month of `nowMs`; pseudonym and key are made where there are none. */
  keysOf(who: SubjectName, nowMs: number): SubjectKeys;
  /** So many more subjects there is room for. */
  free(): number;
  /** Their pseudonym, if there is one. */
  find(who: SubjectName): string | undefined;
  /** Pseudonym, made where there is none: who has never called may be spoken of. It lasts at least as long as the month's keys. */
  pseudonymOf(who: SubjectName, nowMs: number): string;
  /** Whose a pseudonym is; undefined: nobody's, or nobody's any more. */
  whois(pseudonym: string): SubjectName | undefined;
  /** Keys by name, `sub_….2026-11`; undefined where there are none, or none any more. */
  keysNamed(keyName: string): SubjectKeys | undefined;
  /** What a commitment to this digest would be under a key. */
  commit(keyName: string, member: Committed, digest: Uint8Array): string | undefined;
  /** Destroys the link from the pseudonym to the name, and all its keys; says how many months had one. Undefined: there is no such subject. */
  erase(pseudonym: string): number | undefined;
  /** Destroys the keys of all months before this one (`2026-11`), and every subject that has none left then; says how many keys. */
  expire(beforeMonth: string): number;
}

const SUBJECT_SLOT_BYTES = 512;
const KEY_SLOT_BYTES = 64;
const SUBJECTS_TITLE = 'sallyport-subjects/1';
const KEYS_TITLE = 'sallyport-subject-keys/1';
const ID_BYTES = 12;
const MASTER_BYTES = 32;
const TAG_BYTES = 32;
const NONCE_BYTES = 12;
const SEAL_BYTES = 16;
/** Where the name begins in the body of a subject. */
const NAME_AT = ID_BYTES + TAG_BYTES + NONCE_BYTES + 2;
/** Far more than there are callers; whoever makes up users must not fill the disk with them. */
export const MAX_SUBJECTS = 250_000;
const SUBJECTS_FILE = 'subjects.slots';
const KEYS_FILE = /^subject-keys-(\d{4}-\d{2})\.slots$/;
const KEY_NAME = /^(sub_[0-9a-f]{24})\.(\d{4}-\d{2})$/;

/** The month of a time, in UTC. */
export function toMonth(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 7);
}

/** The first millisecond of the month after that of a time. */
export function nextMonthMs(timeMs: number): number {
  const date = new Date(timeMs);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}

function toFileName(month: string): string {
  return `subject-keys-${month}.slots`;
}

interface Months {
  readonly file: SlotFile;
  /** Slot by pseudonym. */
  readonly slots: Map<string, number>;
}

/** Told of entries that cannot be read any more, by file. */
export type OnDamaged = (file: string, entries: number) => void;

/** The keeper of the subjects in a folder. `rootKey`: 32 bytes that last as long as the folder. */
export function createSubjectKeeper(folder: string, rootKey: () => Uint8Array, onDamaged: OnDamaged = () => {}): SubjectKeeper {
  const tell = (name: string, { damaged }: SlotFile): void => {
    if (damaged > 0) onDamaged(name, damaged);
  };
  const months = new Map<string, Months>();
  let subjects: Subjects | undefined;

  const openMonth = (month: string): Months => {
    let known = months.get(month);
    if (known === undefined) {
      const file = openSlotFile(join(folder, toFileName(month)), {
        slotBytes: KEY_SLOT_BYTES,
        title: `${KEYS_TITLE} ${month}`,
      });
      tell(toFileName(month), file);
      known = { file, slots: new Map([...file.bodies].map(([slot, body]) => [toPseudonym(body), slot])) };
      months.set(month, known);
    }
    return known;
  };
  /** Months that have keys. */
  const allMonths = (): readonly string[] =>
    readdirSync(folder)
      .flatMap((name) => KEYS_FILE.exec(name)?.[1] ?? [])
      .toSorted();
  const destroyKeys = (pseudonym: string): number => {
    let destroyed = 0;
    for (const month of allMonths()) {
      const { file, slots } = openMonth(month);
      const slot = slots.get(pseudonym);
      if (slot === undefined) continue;
      file.destroy(slot);
      slots.delete(pseudonym);
      destroyed += 1;
    }
    return destroyed;
  };
  const load = (): Subjects => {
    if (subjects === undefined) {
      const opened = openSubjects(folder, rootKey());
      tell(SUBJECTS_FILE, opened.file);
      for (const slot of opened.file.unfinished) {
        const body = opened.file.bodies.get(slot);
        if (body !== undefined) destroyKeys(toPseudonym(body));
        opened.remove(slot);
      }
      subjects = opened;
    }
    return subjects;
  };
  const masterOf = (pseudonym: string, month: string): Buffer | undefined => {
    const known = months.get(month) ?? (allMonths().includes(month) ? openMonth(month) : undefined);
    const slot = known?.slots.get(pseudonym);
    return slot === undefined ? undefined : known?.file.bodies.get(slot)?.subarray(ID_BYTES, ID_BYTES + MASTER_BYTES);
  };
  const keysNamed = (keyName: string): SubjectKeys | undefined => {
    const [, pseudonym = '', month = ''] = KEY_NAME.exec(keyName) ?? [];
    load(); // What was being erased when the last keeper ended is erased before anything is given out.
    const master = pseudonym === '' ? undefined : masterOf(pseudonym, month);
    return master === undefined ? undefined : { pseudonym, keyName, ...derive(master) };
  };

  const keysOf = (who: SubjectName, nowMs: number): SubjectKeys => {
    const pseudonym = load().ensure(who);
    const month = toMonth(nowMs);
    const { file, slots } = openMonth(month);
    if (!slots.has(pseudonym)) slots.set(pseudonym, file.add(Buffer.concat([idOf(pseudonym), randomBytes(MASTER_BYTES)])));
    const keys = keysNamed(`${pseudonym}.${month}`);
    if (keys === undefined) throw new Error('a key that was made is not there');
    return keys;
  };
  /** Of whom no month has a key, no record has anything either: they are forgotten. */
  const forgetUnseen = (): void => {
    const seen = new Set(allMonths().flatMap((month) => [...openMonth(month).slots.keys()]));
    const known = load();
    for (const [slot, body] of known.file.bodies) if (!seen.has(toPseudonym(body))) known.remove(slot);
  };

  return {
    keysOf,
    free: () => Math.max(0, MAX_SUBJECTS - load().file.bodies.size),
    find: (who) => load().find(who),
    pseudonymOf: (who, nowMs) => keysOf(who, nowMs).pseudonym,
    whois: (pseudonym) => load().nameOf(pseudonym),
    keysNamed,
    commit: (keyName, member, digest) => {
      const keys = keysNamed(keyName);
      return keys === undefined ? undefined : toMac(keys.commitmentKey, member, digest);
    },
    erase: (pseudonym) => {
      const known = load();
      const slot = known.slotOf(pseudonym);
      // Keys may have outlived an entry that has gone bad; nobody who asks for them to be destroyed is told that there is nothing.
      if (slot === undefined) return destroyKeys(pseudonym) || undefined;
      known.file.condemn(slot);
      const destroyed = destroyKeys(pseudonym);
      known.remove(slot);
      return destroyed;
    },
    expire: (beforeMonth) => {
      let destroyed = 0;
      for (const month of allMonths().filter((one) => one < beforeMonth)) {
        const { file, slots } = openMonth(month);
        for (const slot of slots.values()) file.destroy(slot);
        destroyed += slots.size;
        file.close();
        months.delete(month);
        rmSync(join(folder, toFileName(month)));
      }
      forgetUnseen();
      return destroyed;
    },
  };
}

interface Subjects {
  readonly file: SlotFile;
  find(who: SubjectName): string | undefined;
  ensure(who: SubjectName): string;
  nameOf(pseudonym: string): SubjectName | undefined;
  slotOf(pseudonym: string): number | undefined;
  remove(slot: number): void;
}

function openSubjects(folder: string, rootKey: Uint8Array): Subjects {
  const file = openSlotFile(join(folder, SUBJECTS_FILE), { slotBytes: SUBJECT_SLOT_BYTES, title: SUBJECTS_TITLE });
  const lookupKey = expand(rootKey, 'lookup');
  const nameKey = expand(rootKey, 'names');
  const byName = new Map<string, number>();
  const byPseudonym = new Map<string, number>();
  for (const [slot, body] of file.bodies) {
    byName.set(toTag(body), slot);
    byPseudonym.set(toPseudonym(body), slot);
  }
  const tagOf = (who: SubjectName): Buffer => createHmac('sha256', lookupKey).update(encodeName(who)).digest();
  const find = (who: SubjectName): string | undefined => {
    const slot = byName.get(tagOf(who).toString('hex'));
    const body = slot === undefined ? undefined : file.bodies.get(slot);
    return body === undefined ? undefined : toPseudonym(body);
  };
  return {
    file,
    find,
    ensure: (who) => {
      const known = find(who);
      if (known !== undefined) return known;
      if (file.bodies.size >= MAX_SUBJECTS) throw new Error(`there are ${MAX_SUBJECTS} subjects already`);
      const body = Buffer.concat([randomBytes(ID_BYTES), tagOf(who), sealName(nameKey, who)]);
      const slot = file.add(body);
      byName.set(toTag(body), slot);
      byPseudonym.set(toPseudonym(body), slot);
      return toPseudonym(body);
    },
    nameOf: (pseudonym) => {
      const slot = byPseudonym.get(pseudonym);
      const body = slot === undefined ? undefined : file.bodies.get(slot);
      return body === undefined ? undefined : openName(nameKey, body);
    },
    slotOf: (pseudonym) => byPseudonym.get(pseudonym),
    remove: (slot) => {
      const body = file.bodies.get(slot);
      if (body === undefined) return;
      byName.delete(toTag(body));
      byPseudonym.delete(toPseudonym(body));
      file.destroy(slot);
    },
  };
}

function toPseudonym(body: Uint8Array): string {
  return `sub_${Buffer.from(body.subarray(0, ID_BYTES)).toString('hex')}`;
}

function idOf(pseudonym: string): Buffer {
  return Buffer.from(pseudonym.slice('sub_'.length), 'hex');
}

function toTag(body: Uint8Array): string {
  return Buffer.from(body.subarray(ID_BYTES, ID_BYTES + TAG_BYTES)).toString('hex');
}

/** RFC 5869: one key for each use. */
function expand(key: Uint8Array, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `sallyport subjects 1 ${use}`, MASTER_BYTES));
}

function derive(master: Uint8Array): Pick<SubjectKeys, 'commitmentKey' | 'vaultKey'> {
  return { commitmentKey: expand(master, 'commitments'), vaultKey: expand(master, 'vault') };
}

/** No name has a character of this kind, so no two names are spelled the same. */
function encodeName({ tenant, kind, name }: SubjectName): Buffer {
  return Buffer.from([kind, tenant, name].join('\u0000'));
}

function sealName(key: Uint8Array, who: SubjectName): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([cipher.update(encodeName(who)), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(sealed.length);
  return Buffer.concat([nonce, length, sealed]);
}

function openName(key: Uint8Array, body: Buffer): SubjectName {
  const nonce = body.subarray(ID_BYTES + TAG_BYTES, ID_BYTES + TAG_BYTES + NONCE_BYTES);
  const length = body.readUInt16BE(NAME_AT - 2);
  const sealed = body.subarray(NAME_AT, NAME_AT + length);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(length - SEAL_BYTES));
  const text = Buffer.concat([decipher.update(sealed.subarray(0, length - SEAL_BYTES)), decipher.final()]).toString();
  const [kind = '', tenant = '', name = ''] = text.split('\u0000');
  return { tenant, kind: kind === 'user' ? 'user' : 'agent', name };
}
