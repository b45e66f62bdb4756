// Whether a text speaks of a secret: in any spelling, also with letters that only look like others, with hidden characters between them, with spaces,
// or with digits for letters. Words that are part of harmless ones (a "pin" in "shipping") count alone; the others wherever they stand.

import { toSkeleton } from '../base/index.ts';

/** By themselves, in the singular or plural. */
const WORDS: ReadonlySet<string> = new Set(
  'password passwd passcode passphrase pwd pass pw secret token pin otp totp mfa cvv cvc cvv2 ssn credential bearer cookie mnemonic card iban authorization auth passwort kennwort geheimnis contrasena senha clave parola'
    .split(' ')
    .map(look),
);
/** Wherever they stand, once everything that is no letter or digit is out. */
const PARTS: readonly string[] =
  'password passwd passcode passphrase passwort kennwort contrasena motdepasse apikey accesskey secretkey privatekey sshkey signingkey encryptionkey accesstoken refreshtoken bearertoken authtoken sessiontoken clientsecret creditcard debitcard cardnumber securitycode verificationcode onetimecode onetimepassword authcode authenticationcode recoverycode backupcode recoveryphrase seedphrase secretphrase socialsecurity sessionid sessioncookie credentials'
    .split(' ')
    .map(look);
/** Longer texts are no names: what is in the rest of them would be found by nobody either. */
const MAX_CHARS = 8_192;

const LEET: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' };

/** Whether it does. */
export function soundsLikeSecret(text: string): boolean {
  const plain = text.slice(0, MAX_CHARS).normalize('NFKC').replace(HIDDEN, '');
  const words = plain
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{M}\p{N}@$!]+/u)
    .map(look);
  if (words.some((word) => WORDS.has(word) || WORDS.has(word.replace(/s$/, '')) || WORDS.has(word.replace(/\d+$/, '')))) return true;
  const joined = words.join('');
  const unleeted = joined.replace(/[013457@$!]/g, (character) => LEET[character] ?? character);
  return PARTS.some((part) => joined.includes(part) || unleeted.includes(part)) || words.some((word) => WORDS.has(unleet(word)));
}

const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}]/gu;

/** What it looks like, in small letters: both sides of every comparison. */
function look(text: string): string {
  return toSkeleton(text.toLowerCase()).toLowerCase();
}

function unleet(word: string): string {
  return word.replace(/[013457@$!]/g, (character) => LEET[character] ?? character);
}
