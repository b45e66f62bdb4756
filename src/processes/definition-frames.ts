// Approved definitions between two processes: many texts as the payload of one frame, so that none of them is read before it is needed, and no
// frame keeps a worker from its calls.

import type { ApprovedText } from '../tools/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';

/** A frame holds about as much; one text that is longer has a frame to itself. */
const FRAME_BYTES = 256 * 1024;

/** Sends the definitions of a server. */
export function sendTexts(channel: Pick<Channel, 'send'>, server: string, texts: readonly ApprovedText[]): void {
  let batch: { readonly fingerprint: string; readonly bytes: Buffer }[] = [];
  let batchBytes = 0;
  const flush = (): void => {
    if (batch.length === 0) return;
    const fields: Fields = { server, texts: batch.map(({ fingerprint, bytes }) => [fingerprint, bytes.length]) };
    channel.send('definitions', fields, Buffer.concat(batch.map(({ bytes }) => bytes)));
    batch = [];
    batchBytes = 0;
  };
  for (const { fingerprint, text } of texts) {
    const bytes = Buffer.from(text);
    if (batchBytes + bytes.length > FRAME_BYTES) flush();
    batch.push({ fingerprint, bytes });
    batchBytes += bytes.length;
  }
  flush();
}

/** The texts of a frame; undefined: it is none of these. */
export function readTexts({ fields, payload }: Pick<Frame, 'fields' | 'payload'>): readonly ApprovedText[] | undefined {
  const listed = fields['texts'];
  if (!Array.isArray(listed)) return undefined;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const texts: ApprovedText[] = [];
  let at = 0;
  for (const one of listed) {
    const [fingerprint, length]: readonly unknown[] = Array.isArray(one) ? one : [];
    if (typeof fingerprint !== 'string' || typeof length !== 'number' || at + length > bytes.length) return undefined;
    texts.push({ fingerprint, text: bytes.toString('utf8', at, at + length) });
    at += length;
  }
  return texts;
}
