// For tests only: a listener that writes down what a link says.

import assert from 'node:assert/strict';
import { parseJson, readMessage } from '../../mcp/index.ts';
import type { Message, MessageId } from '../../mcp/index.ts';
import type { Refused } from '../rescue.ts';
import type { LinkOptions } from './link-options.ts';
import type { LegacyLinkEvents } from './party.ts';

export const LINK_OPTIONS: LinkOptions = {
  server: 'tickets',
  maxMessageBytes: 64 * 1024,
  answerTimeoutMs: 5_000,
  streamIdleTimeoutMs: 5_000,
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, with: () => LINK_OPTIONS.log, enabled: () => false },
};

/** A message as it would have been read from an agent. */
export function message(value: object): Message {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })));
  assert.ok(document.ok);
  const read = readMessage(document.value);
  assert.ok(read.ok);
  return read.value;
}

export interface LinkRecorder {
  readonly events: LegacyLinkEvents;
  readonly messages: { readonly value: unknown; readonly on: MessageId | undefined }[];
  readonly lost: { readonly id: MessageId; readonly refused: Refused; readonly state: string }[];
  readonly ends: string[];
}

/** Writes down what a link says. */
export function recordLink(): LinkRecorder {
  const recorder: LinkRecorder = {
    messages: [],
    lost: [],
    ends: [],
    events: {
      onMessage: (said, on) => recorder.messages.push({ value: said.document.value, on }),
      onLost: (id, refused, state) => recorder.lost.push({ id, refused, state }),
      onEnd: (text) => recorder.ends.push(text),
    },
  };
  return recorder;
}
