// Policy as agents meet it: what is not allowed is denied and says which rule, what is hidden is hidden in lists, and every decision
// is on record, with names and without a single value.

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
import type { Gateway, LogRecord, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const LISTED = { resultType: 'complete', ttlMs: 60_000, cacheScope: 'public' };
const SECRET = 'a-value-that-nobody-may-write-down';

const RULES = [
  {
    name: 'readers',
    effect: 'allow',
    groups: ['readers'],
    servers: ['desk'],
    tools: ['get_*', 'list_*'],
    prompts: ['daily'],
    resources: ['file:///public/*'],
  },
  { name: 'never-delete', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['delete_*'] },
  { name: 'admins', effect: 'allow', agents: ['admin-*'], servers: ['*'] },
  { name: 'one-tool', effect: 'allow', agents: ['robot'], servers: ['desk'], tools: ['get_?'] },
];

let server: ScriptedServer;
let gateway: Gateway;
const keys: Record<string, string> = {};

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'server/discover': { ...Object(modernAnswers()['server/discover']), capabilities: { tools: {}, prompts: {}, resources: {} } },
      'tools/list': { ...LISTED, tools: ['get_a', 'get_ab', 'list_all', 'delete_all', 'Get_a', 'put'].map(anyTool) },
      'prompts/list': { ...LISTED, prompts: ['daily', 'weekly'].map((name) => ({ name, arguments: [{ name: 'text' }] })) },
      'resources/list': {
        ...LISTED,
        resources: [
          { name: 'open', uri: 'file:///public/a' },
          { name: 'closed', uri: 'file:///private/a' },
        ],
      },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: SECRET }] },
      'prompts/get': { resultType: 'complete', messages: [] },
      'resources/read': { resultType: 'complete', contents: [], ttlMs: 0, cacheScope: 'private' },
    }),
  );
  gateway = await startGateway({
    config: testConfig({ servers: { desk: { url: server.url }, other: { url: server.url } }, rules: RULES }),
  });
  keys['reader'] = await gateway.addAgent('alice', ['readers']);
  keys['admin'] = await gateway.addAgent('admin-bob');
  keys['robot'] = await gateway.addAgent('robot');
  keys['nobody'] = await gateway.addAgent('nobody');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const CALLS: readonly (readonly [who: string, server: string, method: string, name: string, verdict: string])[] = [
  ['reader', 'desk', 'tools/call', 'get_a', 'allow readers'],
  ['reader', 'desk', 'tools/call', 'list_all', 'allow readers'],
  ['reader', 'desk', 'tools/call', 'put', 'deny'],
  ['reader', 'desk', 'tools/call', 'Get_a', 'deny'],
  ['reader', 'desk', 'tools/call', 'delete_all', 'deny never-delete'],
  ['reader', 'other', 'tools/call', 'get_a', 'deny'],
  ['reader', 'desk', 'prompts/get', 'daily', 'allow readers'],
  ['reader', 'desk', 'prompts/get', 'weekly', 'deny'],
  ['reader', 'desk', 'resources/read', 'file:///public/a', 'allow readers'],
  ['reader', 'desk', 'resources/read', 'file:///private/a', 'deny'],
  ['admin', 'other', 'tools/call', 'put', 'allow admins'],
  ['admin', 'desk', 'prompts/get', 'weekly', 'allow admins'],
  ['admin', 'desk', 'tools/call', 'delete_all', 'deny never-delete'],
  ['robot', 'desk', 'tools/call', 'get_a', 'allow one-tool'],
  ['robot', 'desk', 'tools/call', 'get_ab', 'deny'],
  ['robot', 'desk', 'tools/call', 'xget_a', 'deny'],
  ['nobody', 'desk', 'tools/call', 'get_a', 'deny'],
];
for (const [who, route, method, name, expected] of CALLS) {
  test(`${who}: ${method} ${name} at ${route}: ${expected}`, async () => {
    const arrived = server.seen.length;
    const params = method === 'resources/read' ? { uri: name } : { name, arguments: { text: SECRET } };
    const answer = await modernCall(gateway.url(route), method, params, { key: keys[who] ?? '' });
    const [verdict, rule] = expected.split(' ');
    if (verdict === 'allow') assert.notEqual(answer.result, undefined, answer.http.body);
    else isDenial(answer, method, rule);
    const carried = server.seen.slice(arrived).some((exchange) => exchange.method === method);
    assert.equal(carried, verdict === 'allow', 'what is denied does not reach the server');
    const decision = decisions().findLast(({ value }) => at(value, 'method') === method);
    assert.equal(at(decision?.value, 'verdict'), verdict);
    assert.equal(at(decision?.value, 'rule'), rule);
  });
}

for (const [who, tools, prompts, resources] of [
  ['reader', ['get_a', 'get_ab', 'list_all'], ['daily'], ['open']],
  ['admin', ['get_a', 'get_ab', 'list_all', 'Get_a', 'put'], ['daily', 'weekly'], ['open', 'closed']],
  ['robot', ['get_a'], [], []],
] as const) {
  test(`${who} sees in lists what may be used, and no cache may share it`, async () => {
    for (const [member, expected] of Object.entries({ tools, prompts, resources })) {
      const { result, http } = await modernCall(gateway.url('desk'), `${member}/list`, {}, { key: keys[who] ?? '' });
      const listed = at(result, member);
      if (listed === undefined && expected.length === 0) {
        assert.notEqual(http.status, 500);
        continue;
      }
      assert(Array.isArray(listed), http.body);
      assert.deepEqual(
        listed.map((one: unknown) => at(one, 'name')),
        expected,
      );
      assert.equal(at(result, 'cacheScope'), 'private');
    }
  });
}

test('an agent that may do nothing at a server gets no session there', async () => {
  const refused = await LegacySession.initialize(gateway.url('desk'), { key: keys['nobody'] ?? '' });
  assert.equal(refused.http.headers['mcp-session-id'], undefined);
  assert.match(textAt(refused.error, 'message'), /record \S+/);
});

test('no value is on record, only names and sizes', () => {
  const text = JSON.stringify(readRecords(gateway.dataFolder));
  assert(text.includes('get_a'));
  assert(!text.includes(SECRET));
  assert(!gateway.logs().includes(SECRET));
  for (const key of Object.values(keys)) assert(!text.includes(key) && !gateway.logs().includes(key), 'a key is nowhere');
});

function decisions(): readonly LogRecord[] {
  const records = readRecords(gateway.dataFolder).filter(({ value }) => at(value, 'kind') === 'decision');
  return records.toSorted((a, b) => Number(at(a.value, 'time')) - Number(at(b.value, 'time')));
}

function isDenial({ result, error, http }: RpcAnswer, method: string, rule: string | undefined): void {
  const says = method === 'tools/call' ? textAt(result, 'content', 0, 'text') : textAt(error, 'message');
  assert.notEqual(says, '', http.body);
  if (method === 'tools/call') assert.equal(at(result, 'isError'), true);
  if (rule !== undefined) assert(says.includes(rule), says);
  assert.match(says, /record \S+/, 'whoever runs the gateway can look it up');
}
