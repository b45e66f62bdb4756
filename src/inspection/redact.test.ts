import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editsFor, hasPlace, markerFor } from './redact.ts';
import type { TakenOut } from './redact.ts';
import type { Found } from './types.ts';

const found = (start: number, end: number, more: Partial<Found> = {}): Found => ({
  type: 'iban',
  class: 'personal',
  confidence: 'high',
  kind: 'string',
  start,
  end,
  path: '$',
  layers: [],
  ...more,
});
const apply = (text: string, takenOut: readonly TakenOut[]): string => {
  const bytes = Buffer.from(text);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { span, replacement } of editsFor(takenOut)) {
    parts.push(bytes.subarray(from, span.start), replacement);
    from = span.end;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]).toString();
};

test('a marker says what stood there; a number stays one; what nobody saw is seen', () => {
  assert.equal(apply('an IBAN here', [{ found: found(3, 7) }]), 'an [redacted:iban] here');
  assert.equal(apply('{"n":12345}', [{ found: found(5, 10, { kind: 'number' }) }]), '{"n":0}');
  assert.equal(apply('ab', [{ found: found(1, 1, { class: 'hidden', type: 'zero-width' }) }]), 'a\uFFFDb');
  assert.equal(apply('an IBAN here', [{ found: found(3, 7), token: 'sptok.iban.x' }]), 'an sptok.iban.x here');
});

test('findings that overlap leave nothing between them, in whichever order they come', () => {
  const all = [{ found: found(2, 6) }, { found: found(4, 9, { type: 'email' }) }, { found: found(3, 5) }];
  for (const order of [all, all.toReversed()]) assert.equal(apply('0123456789', order), '01[redacted:iban]9');
  assert.equal(apply('0123', [{ found: found(0, 2) }, { found: found(2, 4) }]), '[redacted:iban][redacted:iban]');
});

test('a secret with hidden characters in it is marked as a secret', () => {
  const hidden = found(2, 4, { class: 'hidden', type: 'zero-width' });
  assert.equal(apply('0123456789', [{ found: hidden }, { found: found(2, 8, { type: 'aws' }) }]), '01[redacted:aws]89');
  assert.equal(apply('0123456789', [{ found: hidden }, { found: found(3, 8, { type: 'aws' }) }]), '01[redacted:aws]89');
});

test('names that were taken out stay different names', () => {
  const text = '{"4111":1,"4222":2}';
  const names = [found(2, 6, { kind: 'name' }), found(11, 15, { kind: 'name' })];
  const edited: unknown = JSON.parse(
    apply(
      text,
      names.map((one) => ({ found: one })),
    ),
  );
  assert.deepEqual(edited, { '[redacted:iban]#2': 1, '[redacted:iban]#11': 2 });
});

test('what has no place is not edited', () => {
  const nowhere = found(0, 0, { kind: 'message', class: 'unscanned', type: 'binary' });
  assert.ok(!hasPlace(nowhere));
  assert.deepEqual(editsFor([{ found: nowhere }]), []);
  assert.equal(markerFor(nowhere), '[redacted:binary]');
});
