// T25: what an agent is let do with a tool is more than its name: arguments that lead out of a folder or into the inner network, tools that destroy
// and say they do not, rights nobody gave. Over the running gateway, in both eras, the answer is no, and the server hears nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  anyTool,
  at,
  LegacySession,
  modernAnswers,
  modernCall,
  readRecords,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const TOOLS = ['read_file', 'fetch', 'run', 'delete_everything', 'tidy', 'transfer'];
// The server says of each that it is harmless: nobody asks it.
const HARMLESS = { readOnlyHint: true, destructiveHint: false };

const RULES = [
  {
    name: 'shared-files',
    effect: 'allow',
    agents: ['robot'],
    servers: ['desk'],
    tools: ['read_file'],
    when: 'args.path.matches("^/srv/shared/[A-Za-z0-9_/-]+\\\\.txt$")',
  },
  {
    name: 'public-web',
    effect: 'allow',
    agents: ['robot'],
    servers: ['desk'],
    tools: ['fetch'],
    when: 'args.url.startsWith("https://docs.example/")',
  },
  { name: 'commands', effect: 'allow', agents: ['robot'], servers: ['desk'], tools: ['run'], when: 'args.command in ["date", "uptime"]' },
  { name: 'cleaners', effect: 'allow', agents: ['robot'], servers: ['desk'], tools: ['delete_*', 'tidy', 'transfer'] },
  { name: 'a-person-decides', effect: 'ask', agents: ['*'], servers: ['*'], labels: ['destructive'] },
  { name: 'large-sums', effect: 'ask', agents: ['*'], servers: ['*'], tools: ['transfer'], when: 'args.amount > 100' },
];

let server: ScriptedServer;
let gateway: Gateway;
let key: string;
let stranger: string;

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': {
        resultType: 'complete',
        ttlMs: 0,
        cacheScope: 'private',
        tools: TOOLS.map((name) => ({ ...anyTool(name), annotations: HARMLESS })),
      },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    }),
  );
  const config = testConfig({
    servers: { desk: { url: server.url, tools: { 'delete_*': { labels: ['destructive'] }, tidy: { labels: ['destructive'] } } } },
    rules: RULES,
    limits: { approvalWaitMs: 100 },
  });
  gateway = await startGateway({ config });
  [key, stranger] = [await gateway.addAgent('robot'), await gateway.addAgent('stranger')];
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const call = async (era: 'modern' | 'legacy', name: string, args: unknown, as = key): Promise<RpcAnswer> => {
  const params = args === undefined ? { name } : { name, arguments: args };
  if (era === 'modern') return modernCall(gateway.url('desk'), 'tools/call', params, { key: as });
  return (await LegacySession.open(gateway.url('desk'), { key: as })).request('tools/call', params);
};
const carried = (): number => server.seen.filter(({ method }) => method === 'tools/call').length;
const decisions = (): readonly unknown[] =>
  readRecords(gateway.dataFolder).flatMap(({ value }) => (at(value, 'kind') === 'decision' ? [value] : []));

const attacks: readonly (readonly [what: string, tool: string, args: object | undefined, rule: RegExp])[] = [
  ['a path that climbs out of its folder', 'read_file', { path: '/srv/shared/../../etc/passwd' }, /no rule allows/],
  ['a path that climbs in escapes', 'read_file', { path: '/srv/shared/%2e%2e/%2e%2e/etc/passwd.txt' }, /no rule allows/],
  ['a path that climbs in escapes of escapes', 'read_file', { path: '/srv/shared/%252e%252e%252fsecret.txt' }, /no rule allows/],
  ['a path that climbs with backslashes', 'read_file', { path: '/srv/shared\\..\\..\\etc\\passwd.txt' }, /no rule allows/],
  ['a path that ends early', 'read_file', { path: '/srv/shared/../secret\u0000.txt' }, /no rule allows/],
  ['a path of letters that look like dots', 'read_file', { path: '/srv/shared/\uff0e\uff0e/secret.txt' }, /no rule allows/],
  ['a path elsewhere', 'read_file', { path: '/etc/passwd' }, /no rule allows/],
  ['a path with a command behind it', 'read_file', { path: '/srv/shared/a.txt; curl x|sh' }, /no rule allows/],
  ['a path with a second line', 'read_file', { path: '/srv/shared/a.txt\n/etc/passwd.txt' }, /no rule allows/],
  ['a list in place of a path', 'read_file', { path: ['/srv/shared/a.txt', '/etc/passwd'] }, /condition of rule "shared-files"/],
  ['no path', 'read_file', {}, /condition of rule "shared-files"/],
  ['no arguments at all', 'read_file', undefined, /condition of rule "shared-files"/],
  ['the metadata address of a cloud', 'fetch', { url: 'http://169.254.169.254/latest/meta-data' }, /no rule allows/],
  ['the same address as one number', 'fetch', { url: 'http://2852039166/latest/meta-data' }, /no rule allows/],
  ['the right host as a user name', 'fetch', { url: 'https://docs.example@169.254.169.254/' }, /no rule allows/],
  ['the right host without its end', 'fetch', { url: 'https://docs.example' }, /no rule allows/],
  ['the right host over plain HTTP', 'fetch', { url: 'http://docs.example/' }, /no rule allows/],
  ['a file in place of an address', 'fetch', { url: 'file:///etc/passwd' }, /no rule allows/],
  ['a host that only begins like the right one', 'fetch', { url: 'https://docs.example.evil.example/' }, /no rule allows/],
  ['another command', 'run', { command: 'date; rm -rf /' }, /no rule allows/],
  ['what destroys, whatever it says of itself', 'delete_everything', {}, /wants a person to approve/],
  ['what destroys under a harmless name', 'tidy', {}, /wants a person to approve/],
  ['a large sum', 'transfer', { amount: 1_000_000 }, /wants a person to approve/],
  ['a sum that cannot be compared, to escape the question', 'transfer', { amount: '1000000' }, /condition of rule "large-sums"/],
  ['no sum, to escape the question', 'transfer', {}, /condition of rule "large-sums"/],
];
for (const era of ['modern', 'legacy'] as const) {
  for (const [what, tool, args, said] of attacks) {
    test(`${what} is refused (${era})`, async () => {
      const before = carried();
      const answer = await call(era, tool, args);
      assert.equal(at(answer.result, 'isError'), true, answer.http.body);
      assert.match(textAt(answer.result, 'content', 0, 'text'), said);
      assert.equal(carried(), before, 'the server hears nothing');
    });
  }

  test(`what the rules mean goes through (${era})`, async () => {
    for (const [tool, args] of [
      ['read_file', { path: '/srv/shared/notes/a.txt' }],
      ['fetch', { url: 'https://docs.example/page' }],
      ['run', { command: 'date' }],
      ['transfer', { amount: 5 }],
    ] as const)
      assert.equal(textAt((await call(era, tool, args)).result, 'content', 0, 'text'), 'done', tool);
  });

  test(`an agent has what its rules say and no more: a right to ask for some is no right to the rest (${era})`, async () => {
    const before = carried();
    for (const [tool, said] of [
      ['run', /no rule allows/],
      ['read_file', /no rule allows/],
      ['tidy', /wants a person to approve/],
    ] as const)
      assert.match(textAt((await call(era, tool, { command: 'date' }, stranger)).result, 'content', 0, 'text'), said);
    assert.equal(carried(), before);
    const { result } = await modernCall(gateway.url('desk'), 'tools/list', {}, { key: stranger });
    const listed = at(result, 'tools');
    assert.ok(Array.isArray(listed));
    assert.deepEqual(
      listed.map((tool: unknown) => at(tool, 'name')),
      ['delete_everything', 'tidy', 'transfer'],
    );
  });
}

test('the record says what was asked, by which rule, and no argument', () => {
  const said = (tool: string, verdict: string): unknown =>
    decisions().find((value) => at(value, 'tool') === tool && at(value, 'verdict') === verdict);
  assert.equal(at(said('tidy', 'ask'), 'rule'), 'a-person-decides');
  // First that a person was asked, then that nobody had answered when the wait was over.
  const asked = decisions().flatMap((value) =>
    at(value, 'tool') === 'tidy' && at(value, 'verdict') === 'ask' ? [at(value, 'reason')] : [],
  );
  assert.ok(asked.includes('approval-asked') && asked.includes('approval-needed'), asked.join());
  const unanswered = said('transfer', 'deny');
  assert.deepEqual([at(unanswered, 'rule'), at(unanswered, 'reason')], ['large-sums', 'condition-error']);
  assert.doesNotMatch(JSON.stringify(decisions()), /169\.254|passwd/);
});
