import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createVaultKey, printRecipient } from '../audit/index.ts';
import { fakeSource } from './files.fixture.ts';
import { formatProblem, loadConfig } from './index.ts';

const KEY = printRecipient(createVaultKey());
const PURPOSE = `{ recipient: '${KEY}', expires: '2999-12-31' }`;

function problemsOf(audit: string, capture: string): readonly string[] {
  const text = [
    'version: 1',
    `audit: ${audit}`,
    'servers: { files: { command: x } }',
    `policy: { rules: [{ name: all, effect: allow, agents: ["*"], servers: ["*"]${capture} }] }`,
  ].join('\n');
  const loaded = loadConfig(text, fakeSource({}, {}));
  return (loaded.ok ? loaded.value.warnings : loaded.error).map((problem) => formatProblem(problem).replace(/^[^:]*:/, ''));
}

const ROWS: readonly (readonly [what: string, audit: string, capture: string, ...problems: string[]])[] = [
  ['a purpose that nobody uses', `{ purposes: { incident: ${PURPOSE} } }`, ''],
  ['a purpose that a rule uses', `{ purposes: { incident: ${PURPOSE} } }`, ', capture: incident'],
  [
    'a purpose that there is not',
    '{}',
    ', capture: incident',
    '4:87: policy.rules[0].capture names a purpose, and audit.purposes has none. Add audit.purposes.incident, or remove it.',
  ],
  [
    'a purpose of another name',
    `{ purposes: { incident: ${PURPOSE} } }`,
    ', capture: incidents',
    '4:87: policy.rules[0].capture "incidents" is not a purpose of audit.purposes. Did you mean incident?',
  ],
  [
    'a profile that seals nothing',
    `{ profile: payment, purposes: { incident: ${PURPOSE} } }`,
    ', capture: incident',
    '2:50: warning: audit.purposes.incident is for nothing: the privacy profile payment refuses that anything is sealed. Remove it, or take another audit.profile.',
    '4:87: policy.rules[0].capture has something sealed, which the privacy profile payment refuses. Remove it, or take another audit.profile.',
  ],
  [
    'a purpose that has ended',
    `{ purposes: { incident: { recipient: '${KEY}', expires: '2020-01-31' } } }`,
    ', capture: incident',
    '4:87: warning: policy.rules[0].capture names a purpose that ended on 2020-01-31: nothing is sealed for it any more. Remove it, or decide anew until when it is needed: audit.purposes.incident.expires.',
  ],
  [
    'a key to which nothing can be sealed',
    `{ purposes: { incident: { recipient: 'sallyport-vault1:${'A'.repeat(43)}', expires: '2999-12-31' } } }`,
    '',
    '2:45: audit.purposes.incident.recipient is no key that anything can be sealed to. Write the public key as sallyport vault keygen prints it.',
  ],
];
for (const [what, audit, capture, ...problems] of ROWS)
  test(`${what} is ${problems.length === 0 ? 'in order' : 'told'}`, () => assert.deepEqual(problemsOf(audit, capture), problems));
