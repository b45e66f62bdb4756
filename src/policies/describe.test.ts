import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeDenial } from './index.ts';
import type { Denial, Subject } from './index.ts';

const rule: Denial = { kind: 'deny', rule: 'no-deletes', reason: 'rule' };
const none: Denial = { kind: 'deny', rule: undefined, reason: 'no-rule' };
const ambiguous: Denial = { kind: 'deny', rule: undefined, reason: 'ambiguous-name' };
const table: readonly (readonly [Denial, Subject, string])[] = [
  [rule, { kind: 'tool', name: 'delete_file' }, 'Denied by policy: rule "no-deletes" forbids the tool "delete_file".'],
  [rule, { kind: 'server' }, 'Denied by policy: rule "no-deletes" forbids this server.'],
  [none, { kind: 'prompt', name: 'greet' }, 'Denied by policy: no rule allows the prompt "greet".'],
  [none, { kind: 'server' }, 'Denied by policy: no rule allows this server.'],
  [
    ambiguous,
    { kind: 'resource', name: 'x:%2525' },
    'Denied by policy: the name of the resource "x:%2525" is too long or encoded too often to be judged.',
  ],
  [none, { kind: 'tool', name: 'a"\n\u001b[31m' }, 'Denied by policy: no rule allows the tool "a\\"\\n\\u001b[31m".'],
  [none, { kind: 'tool', name: 'a'.repeat(1000) }, `Denied by policy: no rule allows the tool "${'a'.repeat(128)}…".`],
];
for (const [denial, subject, text] of table) {
  test(text.slice(0, 90), () => {
    assert.equal(describeDenial(denial, subject), text);
  });
}
