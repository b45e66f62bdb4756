import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rereadMessage } from '../../mcp/index.ts';
import { foundAt, inspectedCall } from './inspected-call.fixture.ts';
import { sayable } from './say.ts';

const note = rereadMessage(
  'notification',
  Buffer.from('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"a hush b"}}'),
);
const at = Buffer.from(note.document.bytes).indexOf('hush');

test('a note in which nothing is found is the same note', () => {
  assert.equal(sayable(inspectedCall({ lookNow: () => [] }), note), note);
});

test('what is found is taken out of it', () => {
  const said = sayable(inspectedCall({ lookNow: () => [foundAt(at, at + 4)] }), note);
  assert.equal(Buffer.from(said?.document.bytes ?? []).includes('"data":"a [redacted:aws] b"'), true);
});

test('an edit that leaves no message costs the note, and nothing is thrown: it comes from where nobody would catch that', () => {
  assert.equal(sayable(inspectedCall({ lookNow: () => [foundAt(0, 3)] }), note), undefined);
});
