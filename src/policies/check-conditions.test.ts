import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue } from '../mcp/index.ts';
import { checkConditions, policySchema } from './index.ts';

const SCHEMA: JsonValue = {
  type: 'object',
  properties: {
    path: { type: 'string' },
    amount: { type: 'integer' },
    price: { type: 'number' },
    tags: { type: 'array', items: { type: 'string' } },
    where: { type: 'object', properties: { host: { type: 'string' } } },
    open: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: true },
    either: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
    map: { type: 'object' },
  },
};
const problems = (when: string, more: object = {}, inputSchema: JsonValue = SCHEMA): readonly string[] =>
  checkConditions(policySchema.parse({ rules: [{ name: 'r', effect: 'allow', agents: ['*'], servers: ['*'], when, ...more }] }), [
    { server: 'files', tool: 'write', labels: ['destructive'], inputSchema },
  ]).map(({ severity, message }) => `${severity} ${message}`);

test('conditions that fit say nothing', () => {
  for (const when of [
    'args.path.startsWith("/") && args.amount > 1 && args.price > 1 && args.tags.all(t, t.size() > 1)',
    'args.where.host == "h" && args.open.b == 1 && args.either == 3 && args.either == "x" && args.map.x == 1',
    'has(args.other) && agent.name == "x"',
    'agent.name == "x"',
  ])
    assert.deepEqual(problems(when), [], when);
});

const wrong: readonly (readonly [when: string, said: RegExp])[] = [
  ['args.pth == "x"', /^warning does not fit the arguments of write on files: it reads pth, which is not there$/],
  ['args.amount == "x"', /int == string/],
  ['args.path > 3', /string > int/],
  ['args.where.port == 1', /reads port/],
  ['args.tags.exists(t, t == 3)', /string == int/],
];
for (const [when, said] of wrong) {
  test(`${when} does not fit`, () => {
    const [problem = ''] = problems(when);
    assert.match(problem, said);
  });
}

test('where the rule names the tool it is an error; where it does not cover it, nothing', () => {
  assert.match(problems('args.pth == "x"', { tools: ['write'] })[0] ?? '', /^error /);
  assert.match(problems('args.pth == "x"', { tools: ['wr*'] })[0] ?? '', /^warning /);
  assert.match(problems('args.pth == "x"', { labels: ['destructive'] })[0] ?? '', /^warning /);
  for (const more of [{ tools: ['read'] }, { labels: ['other'] }, { prompts: ['*'] }, { servers: ['mail'] }])
    assert.deepEqual(problems('args.pth == "x"', more), [], JSON.stringify(more));
});

test('a schema that says nothing for sure lets anything be read', () => {
  const unsure: readonly JsonValue[] = [
    null,
    true,
    {},
    { type: 'object' },
    { type: ['object', 'null'] },
    { $ref: '#/x' },
    { type: 'object', properties: { 'a-b': {} } },
  ];
  for (const schema of unsure) assert.deepEqual(problems('args.pth == "x"', {}, schema), []);
});
