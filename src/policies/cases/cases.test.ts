import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePolicy, compileToolFacts, policySchema } from '../index.ts';
import { parseCases, runCases } from './index.ts';
import type { PolicyCase } from './index.ts';

const only = (text: string): PolicyCase => {
  const { cases, mistakes } = parseCases(text);
  assert.deepEqual(mistakes, []);
  const [one, more] = cases;
  assert.ok(one !== undefined && more === undefined);
  return one;
};

test('a case is who, where, what, and the verdict', () => {
  const { line, text, question, labels, expected } = only('ada | files | tool read_file | allow readers');
  assert.equal(line, 1);
  assert.equal(text, 'ada | files | tool read_file');
  assert.deepEqual(question, {
    principal: { tenant: 'default', agent: 'ada', user: undefined, groups: [], attributes: {}, keyId: 'case' },
    server: 'files',
    subject: { kind: 'tool', name: 'read_file' },
    taint: [],
    findings: {},
    args: {},
    request: { timeMs: Date.UTC(2026, 0, 5, 12), era: 'modern', source: '127.0.0.1', listener: 'main' },
  });
  assert.equal(labels, undefined);
  assert.deepEqual(expected, { kind: 'allow', rule: 'readers' });
});

test('everything that a rule can look at can be said', () => {
  const { question, labels, expected } = only(
    'ada [finance, ops] {"team": "a | b"} for eve@example.com | bank | tool pay [destructive, own] {"note": "1 | 2 {", "to": ["x"]} | time=2026-03-02T21:00:00+01:00 era=legacy source=10.0.0.1 listener=internal taint=private-source,untrusted-source findings=secret:2,unscanned | ask',
  );
  const { principal, subject, args, taint, findings, request } = question;
  assert.deepEqual(
    [principal.agent, principal.groups, principal.attributes, principal.user],
    ['ada', ['finance', 'ops'], { team: 'a | b' }, 'eve@example.com'],
  );
  assert.deepEqual(subject, { kind: 'tool', name: 'pay' });
  assert.deepEqual(labels, ['destructive', 'own']);
  assert.deepEqual(args, { note: '1 | 2 {', to: ['x'] });
  assert.deepEqual(taint, ['private-source', 'untrusted-source']);
  assert.deepEqual(findings, { secret: 2, unscanned: 1 });
  assert.deepEqual(request, { timeMs: Date.UTC(2026, 2, 2, 20), era: 'legacy', source: '10.0.0.1', listener: 'internal' });
  assert.deepEqual(expected, { kind: 'ask', rule: undefined });
});

test('no labels are said apart from those of the config', () => {
  assert.deepEqual(only('ada | files | tool a [] | deny -').labels, []);
  assert.deepEqual(only('ada | files | tool a | deny -').expected, { kind: 'deny', rule: null });
});

test('names may have brackets and braces in them, and a name of two words is one', () => {
  assert.deepEqual(only('ada | files | tool a[b]{c} [x] {"y": 1} | deny -').question.subject, { kind: 'tool', name: 'a[b]{c}' });
  assert.deepEqual(only('ada | files | prompt wait for me {"y": 1} | deny -').question.subject, { kind: 'prompt', name: 'wait for me' });
});

test('a line that begins with a space goes on with the one before, and the case stands where it began', () => {
  const { cases } = parseCases('# one\n\nada | files |\n  tool a {"x":\n\t"y"} | allow all\nbob | files | server | deny -\n');
  assert.deepEqual(
    cases.map(({ line, question }) => [line, question.principal.agent, question.args]),
    [
      [3, 'ada', { x: 'y' }],
      [6, 'bob', undefined],
    ],
  );
});

test('prose and a policy may stand in front', () => {
  const file = parseCases('What it shows.\n---\nrules: []\n---\nada | files | server | deny -\n');
  assert.equal(file.prose, 'What it shows.');
  assert.deepEqual(file.policy, { text: 'rules: []', linesBefore: 2 });
  assert.equal(file.cases[0]?.line, 5);
  const without = parseCases('What it shows.\n---\nada | files | server | deny -');
  assert.equal(without.policy, undefined);
  assert.equal(without.cases.length, 1);
});

test('what is no case is refused in its line, with what to write', () => {
  for (const [text, message] of [
    ['ada | files | allow all', /has 3 columns/],
    ['ada | a | b | c | d | e', /has 6 columns/],
    [' ada | files | server | deny -', /goes on with a case that is not there/],
    ['two words | files | server | deny -', /where an agent stands/],
    ['ada {"level": 3} | files | server | deny -', /attribute that is no text/],
    ['ada {level} | files | server | deny -', /hold no JSON/],
    ['ada | two files | server | deny -', /does not name one server/],
    ['ada | files | toll read | deny -', /wants 'toll read'/],
    ['ada | files | server x | deny -', /wants 'server x'/],
    ['ada | files | tool read {"a": 1, "a": 2} | deny -', /hold no JSON/],
    ['ada | files | tool read {"a": 1} more | deny -', /says 'more' behind/],
    ['ada | files | resource file:///a {"a": 1} | deny -', /gives arguments to a resource/],
    ['ada | files | tool read | tme=1 | deny -', /says 'tme=1' of the request/],
    ['ada | files | tool read | era=old | deny -', /has the era 'old'/],
    ['ada | files | tool read | time=2026-03-02 | deny -', /has the time/],
    ['ada | files | tool read | time=2026-13-02T00:00:00Z | deny -', /has the time/],
    ['ada | files | tool read | era=modern era=legacy | deny -', /says era twice/],
    ['ada | files | tool read | findings=secrets:1 | deny -', /finds 'secrets:1'/],
    ['ada | files | tool read | findings=secret:many | deny -', /finds 'secret:many'/],
    ['ada | files | tool read | allowed', /expects 'allowed'/],
    ['a\n---\nb\n---\nc\n---\nada | files | server | deny -', /fourth part/],
  ] as const) {
    const { mistakes } = parseCases(text);
    assert.match(mistakes[0]?.message ?? '', message, text);
    assert.ok((mistakes[0]?.fix ?? '') !== '', text);
  }
});

test('whatever the text, it is read or refused, and nothing is lost', () => {
  const piece = fc.constantFrom('ada', ' ', '|', '[', ']', '{', '}', '"', '\\', 'tool ', 'allow', '\n', '---\n', '{"a": 1}', 'files');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      const { cases, mistakes } = parseCases(text);
      const last = text.split(/^---\s*$/m).at(-1) ?? '';
      const begun = last.split('\n').filter((line) => line.trim() !== '' && !/^\s/.test(line)).length;
      assert.ok(cases.length + mistakes.length >= begun);
    }),
  );
});

const policy = compilePolicy(
  policySchema.parse({
    rules: [
      { name: 'payments', effect: 'allow', groups: ['finance'], servers: ['bank'], tools: ['pay'] },
      { name: 'large', effect: 'ask', groups: ['finance'], servers: ['bank'], tools: ['pay'], when: 'args.amount > 1000' },
      { name: 'never-destroy', effect: 'deny', agents: ['*'], servers: ['bank'], labels: ['destructive'] },
      { name: 'readers', effect: 'allow', agents: ['bob'], servers: ['files'] },
    ],
  }),
  { servers: ['bank', 'files'] },
);
const run = (text: string) => {
  assert.ok(policy.ok);
  const { cases, mistakes } = parseCases(text);
  assert.deepEqual(mistakes, []);
  const toolFacts = compileToolFacts([{ name: 'bank', tools: { wipe: { labels: ['destructive'], class: undefined } } }]);
  return runCases(cases, { policy: policy.value, servers: ['bank', 'files'], toolFacts, serverLabels: () => [] });
};

test('a case that holds says nothing; labels are those of the config unless the case says some', () => {
  assert.deepEqual(
    run(`
ada [finance] | bank | tool pay {"amount": 20}    | allow payments
ada [finance] | bank | tool pay {"amount": 2000}  | ask large
ada [finance] | bank | tool pay {}                | deny large
ada [finance] | bank | tool wipe                  | deny never-destroy
ada [finance] | bank | tool wipe []               | deny -
ada [finance] | bank | tool pay [destructive]     | deny`),
    [],
  );
});

test('a case that does not hold says what was expected, what came, and which rules made it so', () => {
  const [failure] = run('ada [finance] | bank | tool pay {"amount": 2000} | allow payments');
  assert.deepEqual(failure, {
    line: 1,
    text: 'ada [finance] | bank | tool pay {"amount": 2000}',
    expected: 'allow payments',
    came: 'ask large',
    message:
      "should be 'allow payments', and is 'ask large': payments (allow) matches; large (ask) matches; never-destroy (deny) is about tools labelled destructive",
    fix: 'Correct the rules; or the case, if this is what should be.',
  });
});

test('the rule that was expected is told of, whatever kept it away', () => {
  assert.match(run('ada | bank | tool pay | allow payments')[0]?.message ?? '', /payments \(allow\) is about groups finance/);
  assert.match(run('eve | files | tool x | allow')[0]?.message ?? '', /should be 'allow', and is 'deny -': no rule is about it/);
});

test('a case about what is not there fails, though nothing is allowed there', () => {
  assert.match(run('ada | banc | tool pay | deny -')[0]?.message ?? '', /is about 'banc', which is not a server/);
  assert.match(run('ada | banc | tool pay | deny -')[0]?.fix ?? '', /Did you mean bank/);
  assert.match(run('ada | bank | tool pay | deny lrge')[0]?.message ?? '', /expects the rule 'lrge', which is not there/);
});
