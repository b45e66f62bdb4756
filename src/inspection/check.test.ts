import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkInspection } from './check.ts';
import { inspectionSchema, toInspection } from './schema.ts';
import type { Sought } from './types.ts';

const BUILT_IN: readonly Sought[] = [
  { name: 'acme-key', class: 'secret', confidence: 'high' },
  { name: 'acme-token', class: 'secret', confidence: 'medium' },
  { name: 'email', class: 'personal', confidence: 'high' },
  { name: 'shouting', class: 'directive', confidence: 'low' },
];

function check(document: object, labels?: readonly string[]): readonly string[] {
  const read = toInspection(inspectionSchema.parse(document));
  const sought: readonly Sought[] = [
    ...BUILT_IN,
    ...read.detectors,
    ...Object.keys(read.canaries).map((name): Sought => ({ name, class: 'canary', confidence: 'high' })),
  ];
  const problems = checkInspection(read, { servers: ['files', 'crm-eu', 'crm-us'], builtIn: BUILT_IN, sought, labels });
  return problems.map(({ severity, path, message, written }) => `${severity} ${path.join('.')}: ${written ?? ''} ${message}`);
}

const secrets = { findings: ['secret'], action: 'deny' };
const tokens = { findings: ['email'], action: 'tokenise', purpose: 'support' };

const fine: readonly (readonly [what: string, document: object])[] = [
  ['nothing', {}],
  [
    'classes, types, globs, reasons and everything',
    { actions: [{ findings: ['secret', 'email', 'shout*', 'acme-*', 'unscanned'], action: 'ask' }] },
  ],
  ['everything', { actions: [{ findings: ['*'], action: 'tag' }] }],
  ['reasons', { actions: [{ findings: ['over-budget', 'binary'], action: 'deny' }] }],
  [
    'types of an own detector and of a canary',
    {
      actions: [{ findings: ['employee-number', 'payroll'], action: 'deny' }],
      detectors: [{ name: 'employee-number', literals: ['EMP-'] }],
      canaries: { payroll: 'PX-7Q41-ZC88' },
    },
  ],
  ['servers by name and glob', { actions: [{ ...secrets, servers: ['files', 'crm-*', '*'] }] }],
  ['tokens and where they are turned back', { actions: [tokens], reveal: [{ purpose: 'support', servers: ['crm-*'] }] }],
  ['built-in detectors that are not wanted', { without: ['email', 'acme-*'] }],
  ['a narrow line above a wide one', { actions: [{ ...secrets, servers: ['files'] }, secrets] }],
  ['a class above a type of another class', { actions: [secrets, { findings: ['email'], action: 'deny' }] }],
  ['answers above both directions', { actions: [{ ...secrets, directions: ['answers'] }, secrets] }],
  ['calls above everything of a server', { actions: [{ ...secrets, tools: ['*'] }, secrets] }],
  ['a type above its class', { actions: [{ findings: ['acme-key'], action: 'tag' }, secrets] }],
  [
    'redaction above a denial of what cannot be redacted',
    {
      actions: [
        { findings: ['*'], action: 'redact' },
        { findings: ['*'], action: 'deny' },
      ],
    },
  ],
  ['what is only tagged beside what is not', { actions: [{ findings: ['shouting', 'email'], action: 'deny' }] }],
];
for (const [what, document] of fine) test(`nothing is wrong with ${what}`, () => assert.deepEqual(check(document), []));

const wrong: readonly (readonly [what: string, document: object, problems: readonly string[]])[] = [
  [
    'a class that there is not',
    { actions: [{ ...secrets, findings: ['secrets'] }] },
    ['error actions.0.findings.0: secrets is neither a class nor a type of findings'],
  ],
  [
    'a glob of nothing',
    { actions: [{ ...secrets, findings: ['secret', 'aws-*'] }] },
    ['warning actions.0.findings.1:  matches no type of findings'],
  ],
  [
    'a server that there is not',
    { actions: [{ ...secrets, servers: ['file', 'erp-*'] }] },
    ['error actions.0.servers.0: file is not a server of this config', 'warning actions.0.servers.1:  matches no server'],
  ],
  [
    'a purpose that nobody has',
    { actions: [tokens], reveal: [{ purpose: 'sales', servers: ['files'] }] },
    ['error reveal.0.purpose: sales is a purpose that no line makes tokens for'],
  ],
  [
    'a server that nothing is turned back for',
    { actions: [tokens], reveal: [{ purpose: 'support', servers: ['erp'] }] },
    ['error reveal.0.servers.0: erp is not a server of this config'],
  ],
  [
    'a detector that is not there',
    { without: ['e-mail', 'iban*'] },
    ['error without.0: e-mail is no built-in detector', 'warning without.1:  matches no built-in detector'],
  ],
  [
    'a detector with the name of a class',
    { detectors: [{ name: 'secret', literals: ['EMP-'] }] },
    ['error detectors.0.name:  is a word of its own: a class of findings, or why something was not looked into'],
  ],
  [
    'a canary with the name of a reason',
    { canaries: { failed: 'PX-7Q41-ZC88' } },
    ['error canaries.failed:  is a word of its own: a class of findings, or why something was not looked into'],
  ],
  [
    'a line below its like',
    { actions: [secrets, { ...secrets, action: 'tag', servers: ['files'], tools: ['read'] }] },
    ['warning actions.1:  never decides: line 1 is about all that it is about'],
  ],
  [
    'a type below its class',
    {
      actions: [
        { ...secrets, directions: ['answers'] },
        { findings: ['acme-*'], directions: ['answers'], action: 'tag' },
      ],
    },
    ['warning actions.1:  never decides: line 1 is about all that it is about'],
  ],
  [
    'a line below everything',
    { actions: [{ findings: ['*'], action: 'tag' }, secrets, { findings: ['unscanned'], action: 'deny' }] },
    [
      'warning actions.1:  never decides: line 1 is about all that it is about',
      'warning actions.2:  never decides: line 1 is about all that it is about',
    ],
  ],
  [
    'what is only tagged',
    { actions: [{ findings: ['directive'], action: 'deny' }] },
    ['warning actions.0:  never decides: the detectors of what it names are not sure, and what they find is only tagged'],
  ],
];
for (const [what, document, problems] of wrong) test(`${what} is found`, () => assert.deepEqual(check(document), problems));

test('a label that no rule looks at is found, unless a condition may look at any', () => {
  const document = { actions: [{ ...secrets, taints: ['private-source', 'privat-source'] }] };
  assert.deepEqual(check(document, ['private-source']), ['warning actions.0.taints.1: privat-source is a label that no rule looks at']);
  assert.equal(check(document, []).length, 2);
  assert.deepEqual(check(document, undefined), []);
});

test('what is wrong with canaries never says what they are', () => {
  const problems = check({ canaries: { failed: 'PX-7Q41-ZC88' }, actions: [{ findings: ['PX-7Q41'], action: 'deny' }] });
  assert.doesNotMatch(problems.join(), /ZC88/);
});

test('what the protocol says in every message is no canary, and no detector by itself', () => {
  const word = 'is a word of the protocol itself, which stands in every message';
  assert.deepEqual(check({ canaries: { trap: 'tools/call', other: 'structuredContent', fine: 'svc-legacy-77' } }), [
    `error canaries.trap:  ${word}`,
    `error canaries.other:  ${word}`,
  ]);
  assert.deepEqual(check({ detectors: [{ name: 'calls', literals: ['arguments'] }] }), [`error detectors.0.literals:  ${word}`]);
  assert.deepEqual(check({ detectors: [{ name: 'calls', literals: ['arguments'], pattern: 'arguments of [0-9]+' }] }), []);
});
