// A checkpoint says what a log was at a moment: how many records, and the root of the tree over them, signed by the keeper. It is written as the field
// writes it, so that other people's verifiers and witnesses can read it: the body as C2SP tlog-checkpoint, the signature as C2SP signed-note (Ed25519).
//
//     sallyport/<node>/<log>                    origin: the one log in the world that this is about
//     17                                        records, all from the first on
//     <base64 of the root>
//     time 2026-11-23T10:00:00.000Z             extension lines: when, by the signer's clock,
//     chain <64 hex>                            and the chain hash of the last of them
//
//     — sallyport/<node> <base64 of key id and signature>

import { createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { sha256 } from '../base/index.ts';

/** What a log was at a moment. */
export interface Checkpoint {
  readonly origin: string;
  /** Records, all from the first on; record n is leaf n-1. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Epoch milliseconds, by the signer's clock. */
  readonly time: number;
  /** Chain hash of record `size`. */
  readonly chain: string;
}

/** Who signs: the name before the signature, and the key. */
export interface VerifierKey {
  readonly name: string;
  readonly key: KeyObject;
  /** First four bytes of SHA-256(name, LF, 0x01, key). */
  readonly id: Uint8Array;
}

const ED25519 = 1;
const KEY_BYTES = 32;
const ID_BYTES = 4;
/** No note of ours is longer; what is read may be. */
const MAX_NOTE_CHARS = 4096;

/** The origin of a log. */
export function toOrigin(node: string, log: string): string {
  return `sallyport/${node}/${log}`;
}

/** The name that a node's keeper signs with. */
export function toSignerName(node: string): string {
  return `sallyport/${node}`;
}

/** The checkpoint as a signed note. `key`: Ed25519, private. */
export function signCheckpoint(checkpoint: Checkpoint, name: string, key: KeyObject): string {
  return signBody(toBody(checkpoint), name, key);
}

/** The checkpoint of a note; undefined where the text is none, or nobody who is trusted signed it. */
export function openNote(note: string, trusted: readonly VerifierKey[]): Checkpoint | undefined {
  const body = openBody(note, trusted);
  return body === undefined ? undefined : parseBody(body);
}

/** Signs any text as a note. Its first line must tell what it is, so that no kind of note can be taken for another. `key`: Ed25519, private. */
export function signBody(body: string, name: string, key: KeyObject): string {
  const { id } = toVerifierKey(name, createPublicKey(key));
  const signature = Buffer.concat([id, sign(null, Buffer.from(body), key)]).toString('base64');
  return `${body}\n— ${name} ${signature}\n`;
}

/** What was signed; undefined where the text is no note, or nobody who is trusted signed it. */
export function openBody(note: string, trusted: readonly VerifierKey[]): string | undefined {
  if (note.length > MAX_NOTE_CHARS) return undefined;
  const end = note.lastIndexOf('\n\n');
  const body = note.slice(0, end + 1);
  const signed = note
    .slice(end + 2)
    .split('\n')
    .some((line) => isSignedBy(line, body, trusted));
  return signed ? body : undefined;
}

/** What a note says, whoever wrote it; undefined where the text is none. For what is checked elsewhere, or only shown. */
export function readNote(note: string): Checkpoint | undefined {
  return parseBody(note.slice(0, note.lastIndexOf('\n\n') + 1));
}

/** The verifier key of a public Ed25519 key. */
export function toVerifierKey(name: string, key: KeyObject): VerifierKey {
  const bytes = rawKey(key);
  return { name, key, id: sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), bytes])).subarray(0, ID_BYTES) };
}

/** The key as text, to hand to whoever verifies: `name+hex id+base64 key` (C2SP signed-note, "vkey"). */
export function printVerifierKey({ name, key, id }: VerifierKey): string {
  return `${name}+${Buffer.from(id).toString('hex')}+${Buffer.concat([Buffer.of(ED25519), rawKey(key)]).toString('base64')}`;
}

const VERIFIER_KEY = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;

/** It has the form of a verifier key, and is none: a letter of it was lost or changed on the way. */
export function isMistyped(text: string): boolean {
  return VERIFIER_KEY.test(text.trim()) && parseVerifierKey(text) === undefined;
}

/** Reads a key that printVerifierKey wrote; undefined for anything else, also where name and key do not give the id. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  const match = VERIFIER_KEY.exec(text.trim());
  if (match === null) return undefined;
  const [, name = '', id, encoded = ''] = match;
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 1 + KEY_BYTES || bytes[0] !== ED25519) return undefined;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') }, format: 'jwk' });
  const found = toVerifierKey(name, key);
  return Buffer.from(found.id).toString('hex') === id ? found : undefined;
}

function rawKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}

function toBody({ origin, size, root, time, chain }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\ntime ${new Date(time).toISOString()}\nchain ${chain}\n`;
}

const BODY = /^(sallyport\/[^\s/]{1,64}\/[^\s/]{1,64})\n(\d{1,16})\n([A-Za-z0-9+/]{43}=)\ntime (\S{20,30})\nchain ([0-9a-f]{64})\n$/;

function parseBody(body: string): Checkpoint | undefined {
  const match = BODY.exec(body);
  if (match === null) return undefined;
  const [, origin = '', size = '', root = '', when = '', chain = ''] = match;
  const time = Date.parse(when);
  return Number.isNaN(time) ? undefined : { origin, size: Number(size), root: Buffer.from(root, 'base64'), time, chain };
}

function isSignedBy(line: string, body: string, trusted: readonly VerifierKey[]): boolean {
  const match = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  if (match === null) return false;
  const bytes = Buffer.from(match[2] ?? '', 'base64');
  return trusted.some(
    ({ name, key, id }) =>
      name === match[1] && bytes.subarray(0, ID_BYTES).equals(id) && verify(null, Buffer.from(body), key, bytes.subarray(ID_BYTES)),
  );
}
