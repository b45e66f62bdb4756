// For tests of inspection between processes: a scan that needs no engine, and two ends of a channel without a socket between them.

import { ok } from '../base/index.ts';
import type { Found, Scan, Surface } from '../inspection/index.ts';
import type { BeginScan } from '../proxy/index.ts';
import type { Channel, Fields, Frame } from './channel.ts';

/** What the scan below makes of an X. */
export function foundAt(start: number): Found {
  return { type: 'x', class: 'custom', confidence: 'high', kind: 'string', start, end: start + 1, path: '$', layers: [] };
}

/** Finds every X, holds back one byte, throws where it reads an exclamation mark. */
export function scanForX(_surface: Surface): Scan {
  let seen = 0;
  let said = 0;
  let held: Found[] = [];
  return {
    push: (chunk) => {
      for (const [index, byte] of chunk.entries()) {
        if (byte === 0x21) throw new Error('a value that nobody may see');
        if (byte === 0x58) held.push(foundAt(seen + index));
      }
      seen += chunk.length;
      said = Math.max(0, seen - 1);
      const found = held.filter(({ start }) => start < said);
      held = held.filter(({ start }) => start >= said);
      return { decided: said, found };
    },
    end: () => ({ decided: seen, found: held }),
  };
}

/** Makes it of every document. */
export function compileForX(): { readonly ok: true; readonly value: BeginScan } {
  return ok(scanForX);
}

/** A channel whose frames a test reads and answers. */
export interface FakeChannel extends Channel {
  /** What was sent and not taken yet. */
  readonly sent: Frame[];
  /** Answers the oldest request. */
  answer(fields: Fields): Promise<void>;
  readonly closed: boolean;
}

/** `deliver`, where it is given, gets every frame at once, in the place of `sent`. */
export function fakeChannel(deliver?: (frame: Frame) => void): FakeChannel {
  const sent: Frame[] = [];
  const requests: { resolve: (frame: Frame) => void; reject: (error: Error) => void }[] = [];
  let open = true;
  const frame = (type: string, fields: Fields, payload: Uint8Array = new Uint8Array(0), reply: Frame['reply'] = () => {}): Frame => ({
    type,
    fields,
    payload,
    reply,
  });
  const pass = (one: Frame): void => {
    if (!open) return;
    if (deliver === undefined) sent.push(one);
    else deliver(one);
  };
  return {
    sent,
    get open() {
      return open;
    },
    get closed() {
      return !open;
    },
    queuedBytes: 0,
    // What crosses a socket is a copy.
    send: (type, fields, payload) => pass(frame(type, structuredClone(fields), payload && Uint8Array.from(payload))),
    request: (type, fields) =>
      new Promise((resolve, reject) => {
        requests.push({ resolve, reject });
        pass(frame(type, structuredClone(fields), undefined, (answer) => resolve(frame('answer', answer))));
      }),
    close: () => {
      open = false;
      for (const { reject } of requests.splice(0)) reject(new Error('gone'));
    },
    answer: async (fields) => {
      requests.shift()?.resolve(frame('answer', fields));
      await Promise.resolve();
    },
  };
}

/** A frame as it comes from the other end. */
export function frameOf(type: string, fields: Fields, payload: Uint8Array = new Uint8Array(0)): Frame {
  return { type, fields, payload, reply: () => {} };
}
