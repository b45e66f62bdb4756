// A proof as a file: what somebody who has neither the logs nor the gateway can check with the public key alone. Two kinds:
//
//     {"format":"sallyport-proof/1","kind":"inclusion","seq":17,"record":"<the line>","path":["<hex>",…],"checkpoint":"<signed note>"}
//     {"format":"sallyport-proof/1","kind":"consistency","from":"<signed note>","to":"<signed note>","path":["<hex>",…]}
//
// The first shows that this very record is in the log that the note is about; the second that everything the older note was about is still there, unchanged,
// in what the newer one is about. Paths are those of RFC 9162 §2.1.3 and §2.1.4.

import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { parseFrame } from './format.ts';
import { leafHash } from './merkle.ts';
import { openNote } from './note.ts';
import type { Checkpoint, VerifierKey } from './note.ts';
import { isConsistent, isIncluded } from './proof.ts';
import { readMembers, toNumber, toText } from './read-members.ts';

const FORMAT = 'sallyport-proof/1';
/** A proof is a line, two notes and at most 54 hashes a path. */
const MAX_PROOF_CHARS = 200_000;
const MAX_PATH = 128;

/** What is proved. */
export type Proof =
  | {
      readonly kind: 'inclusion';
      readonly seq: number;
      readonly record: string;
      readonly path: readonly Uint8Array[];
      readonly checkpoint: string;
    }
  | { readonly kind: 'consistency'; readonly from: string; readonly to: string; readonly path: readonly Uint8Array[] };

/** A proof that holds. */
export interface CheckedProof {
  readonly kind: Proof['kind'];
  readonly origin: string;
  /** What it shows, in words. */
  readonly says: string;
}

/** The proof as the text of a file. */
export function printProof(proof: Proof): string {
  return JSON.stringify({ format: FORMAT, ...proof, path: proof.path.map((hash) => Buffer.from(hash).toString('hex')) }, null, 2);
}

/** Checks a proof; the error says why it proves nothing. */
export function checkProof(text: string, keys: readonly VerifierKey[]): Result<CheckedProof, string> {
  const proof = parseProof(text);
  if (proof === undefined) return fail('This is no proof as sallyport audit prove makes it.');
  return proof.kind === 'inclusion' ? checkInclusion(proof, keys) : checkConsistency(proof, keys);
}

function checkInclusion(proof: Extract<Proof, { kind: 'inclusion' }>, keys: readonly VerifierKey[]): Result<CheckedProof, string> {
  const checkpoint = openNote(proof.checkpoint, keys);
  if (checkpoint === undefined) return fail('The checkpoint in this proof is not signed by the key that was given.');
  const frame = parseFrame(proof.record);
  if (frame === undefined || frame.seq !== proof.seq) return fail(`What this proof is about is not record ${proof.seq}.`);
  // ASCII, so that the leaf is over the bytes that stood in the file.
  const fits = isIncluded(leafHash(proof.record), proof.seq - 1, checkpoint.size, proof.path, checkpoint.root);
  if (!fits) return fail(`Record ${proof.seq} is not in the log that the checkpoint of ${toTime(checkpoint)} is about.`);
  const says = `Record ${proof.seq} (${frame.kind}, ${new Date(frame.time).toISOString()}) is in the log ${checkpoint.origin}, as it was signed with ${checkpoint.size} records at ${toTime(checkpoint)}.`;
  return ok({ kind: 'inclusion', origin: checkpoint.origin, says });
}

function checkConsistency(proof: Extract<Proof, { kind: 'consistency' }>, keys: readonly VerifierKey[]): Result<CheckedProof, string> {
  const from = openNote(proof.from, keys);
  const to = openNote(proof.to, keys);
  if (from === undefined || to === undefined) return fail('A checkpoint in this proof is not signed by the key that was given.');
  if (from.origin !== to.origin) return fail(`The two checkpoints are about different logs: ${from.origin} and ${to.origin}.`);
  if (!isConsistent(from, to, proof.path))
    return fail(
      `The log with ${to.size} records, signed at ${toTime(to)}, does not go on from the one with ${from.size}, signed at ${toTime(from)}.`,
    );
  const says = `The log ${to.origin}, as it was signed with ${to.size} records at ${toTime(to)}, begins with the ${from.size} records that were signed at ${toTime(from)}.`;
  return ok({ kind: 'consistency', origin: to.origin, says });
}

function parseProof(text: string): Proof | undefined {
  if (text.length > MAX_PROOF_CHARS) return undefined;
  const members = readMembers(text);
  const path = toPath(members['path']);
  if (members['format'] !== FORMAT || path === undefined) return undefined;
  const { kind, seq, record, checkpoint, from, to } = members;
  if (kind === 'inclusion') return { kind, seq: toNumber(seq), record: toText(record), path, checkpoint: toText(checkpoint) };
  return kind === 'consistency' ? { kind, from: toText(from), to: toText(to), path } : undefined;
}

function toPath(value: unknown): readonly Uint8Array[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_PATH) return undefined;
  const path = value.map(toText);
  return path.every((hash) => /^[0-9a-f]{64}$/.test(hash)) ? path.map((hash) => Buffer.from(hash, 'hex')) : undefined;
}

function toTime({ time }: Checkpoint): string {
  return new Date(time).toISOString();
}
