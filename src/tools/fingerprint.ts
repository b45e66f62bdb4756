// The fingerprint of a definition: of a tool, a prompt, a resource template, a server's instructions. It covers the whole definition, not the
// fields somebody thought of: poison has been found in defaults, enums, titles, annotations and `_meta` alike (full-schema poisoning). Equal
// values have equal fingerprints however they were written; any other difference, of one character anywhere, gives another.
//
//   f1:<64 hex digits>     SHA-256 over the RFC 8785 form of the definition
//
// The version in front names the canonical form and the digest together: a later form can stand beside this one and is never mistaken for it.

import { sha256Hex } from '../base/index.ts';
import { canonicalJson } from '../mcp/index.ts';
import type { JsonValue } from '../mcp/index.ts';

const VERSION = 'f1:';
const FINGERPRINT = /^f1:[0-9a-f]{64}$/;

/**
 * The fingerprint of one definition as the server gave it: the element of a list, or the text of the instructions. The value must come from
 * `parseJson`, and not from a document that is `lossy`: two integers that one double stands for would share a fingerprint.
 */
export function fingerprint(definition: JsonValue): string {
  return fingerprintOfCanonical(canonicalJson(definition));
}

/** The fingerprint of a definition that is written canonically already. */
export function fingerprintOfCanonical(text: string): string {
  return VERSION + sha256Hex(text);
}

/** Whether a text from a store, a command line or an API has the form of a fingerprint. */
export function isFingerprint(text: string): boolean {
  return FINGERPRINT.test(text);
}
