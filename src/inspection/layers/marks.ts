// Ciphertext in a text says so: in armour (RFC 9580 §6.2, age, RFC 7468 §9 and §10), or in a first line.

const DASHES = 5;
const DASH = 0x2d;
const DOLLAR = 0x24;
/** What ciphertext calls itself, in front of five more dashes. An encrypted private key is a secret, and found as one. */
const LABELS: readonly string[] = ['BEGIN PGP MESSAGE', 'BEGIN AGE ENCRYPTED FILE', 'BEGIN PKCS7', 'BEGIN CMS', 'BEGIN ENCRYPTED MESSAGE'];
const FIRST_LINES: readonly string[] = ['$ANSIBLE_VAULT;'];

/** Where in [from, to) ciphertext begins; -1 if nowhere. */
export function findCiphertext(bytes: Uint8Array, begin: number, from: number, to: number, end: number): number {
  if (from === begin && bytes[from] === DOLLAR && FIRST_LINES.some((line) => isAt(bytes, from, end, line))) return from;
  // Five in a row hold one of every fifth.
  for (let at = from + DASHES - 1; at < to + DASHES - 1 && at < end; at += DASHES) {
    if (bytes[at] !== DASH) continue;
    let last = at;
    while (last + 1 < end && bytes[last + 1] === DASH) last++;
    const label = last + 1;
    if (isArmour(bytes, begin, label, end)) return label - DASHES;
    at = last;
  }
  return -1;
}

function isArmour(bytes: Uint8Array, begin: number, at: number, end: number): boolean {
  for (let back = 1; back <= DASHES; back++) if (at - back < begin || bytes[at - back] !== DASH) return false;
  return LABELS.some((label) => isAt(bytes, at, end, `${label}-----`));
}

function isAt(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  if (at + text.length > end) return false;
  for (let place = 0; place < text.length; place++) if (bytes[at + place] !== text.charCodeAt(place)) return false;
  return true;
}
