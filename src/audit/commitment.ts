// Commitments, and whom a record is about. A record holds no value, but whoever knows a value and may ask for the key can test whether it was the one:
//     mac = HMAC-SHA-256( key, member ‖ ':' ‖ SHA-256(value) ),   member = `args` or `answer`
// The value of `args` is the canonical JSON of what was asked for, that of `answer` the bytes of the result as they were released. A digest without a
// key would be no protection: who could have said what is guessed easily, and EDPB Guidelines 02/2025 want nothing of it in a log that nobody can change.
// There is one random key for each subject and month, so that destroying it leaves a line that says nothing any more and still verifies.

import { createMac, hmacSha256 } from '../base/index.ts';
import type { Mac } from '../base/index.ts';
import type { Commitment } from './record.ts';

/** What is committed to. */
export type Committed = 'args' | 'answer';

/** Keys of a subject for one period, as the keeper gives them. */
export interface SubjectKeys {
  /** Random: it tells nothing of whose it is. */
  readonly pseudonym: string;
  /** Pseudonym and month: `sub_0f….2026-11`. */
  readonly keyName: string;
  /** 32 bytes each. */
  readonly commitmentKey: Uint8Array;
  readonly vaultKey: Uint8Array;
}

/** Somebody about whom records are made, while calls of theirs are carried. */
export interface Subject {
  readonly pseudonym: string;
  readonly keyName: string;
  /** Undefined once the subject was erased: what comes of it from then on cannot be tested. */
  commit(member: Committed, digest: Uint8Array): Commitment | undefined;
  /** What stands for a name of theirs, like that of a key, where names are kept out of the record. */
  alias(name: string): string;
  /** What is sealed for later is sealed under this key too; undefined once the subject was erased. */
  readonly vaultKey: Uint8Array | undefined;
  /** Destroys the keys in this process. */
  forget(): void;
}

const ALIAS_HEX = 16;
const MAX_ALIASES = 64;

/** The subject with these keys, which are its own from now on. */
export function createSubject({ pseudonym, keyName, commitmentKey, vaultKey }: SubjectKeys): Subject {
  let isForgotten = false;
  const macs = { args: macOf(commitmentKey, 'args'), answer: macOf(commitmentKey, 'answer') };
  /** Few: a caller shows one key, or some while they are replaced. */
  const aliases = new Map<string, string>();
  const remember = (name: string): string => {
    if (isForgotten) return 'erased';
    const alias = `alias_${Buffer.from(hmacSha256(commitmentKey, `alias:${name}`))
      .toString('hex')
      .slice(0, ALIAS_HEX)}`;
    if (aliases.size >= MAX_ALIASES) aliases.clear();
    aliases.set(name, alias);
    return alias;
  };
  return {
    pseudonym,
    keyName,
    commit: (member, digest) => (isForgotten ? undefined : { key: keyName, mac: macs[member].of(digest) }),
    alias: (name) => aliases.get(name) ?? remember(name),
    get vaultKey() {
      return isForgotten ? undefined : vaultKey;
    },
    forget: () => {
      isForgotten = true;
      aliases.clear();
      macs.args.wipe();
      macs.answer.wipe();
      commitmentKey.fill(0);
      vaultKey.fill(0);
    },
  };
}

const DIGEST_BYTES = 32;

/** Makes commitments to values of which the SHA-256 is given. */
function macOf(key: Uint8Array, member: Committed): Mac {
  return createMac(key, `${member}:`, DIGEST_BYTES);
}

/** The commitment to a value of which this is the SHA-256, base64url. */
export function toMac(key: Uint8Array, member: Committed, digest: Uint8Array): string {
  return macOf(key, member).of(digest);
}
