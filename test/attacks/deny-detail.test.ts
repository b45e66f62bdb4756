// Names are probed: an agent asks for tools that it is not shown, and learns from the words of the refusal which of them there are. With
// `denyDetail: generic` what it may never use and what does not exist are refused alike, on every road; the record tells them apart.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  at,
  decisionAbout,
  LegacySession,
  modernAnswers,
  modernCall,
  startGateway,
  startScriptedServer,
  testConfig,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const LISTED = ['read', 'payroll_export', 'payroll_secret', 'transfer'];
const RULES = [
  { name: 'reading', effect: 'allow', agents: ['robot'], servers: ['*'], tools: ['read', 'nothing_like_it'] },
  { name: 'small-sums', effect: 'allow', agents: ['robot'], servers: ['*'], tools: ['transfer'], when: 'args.amount < 100' },
];

let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': {
        resultType: 'complete',
        ttlMs: 0,
        cacheScope: 'private',
        tools: LISTED.map((name) => ({ name, inputSchema: { type: 'object', properties: { amount: { type: 'number' } } } })),
      },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    }),
  );
  const config = testConfig({
    servers: { desk: { url: server.url } },
    extra: { routes: { '/mcp/all': { servers: ['desk'] } }, policy: { denyDetail: 'generic', rules: RULES } },
  });
  gateway = await startGateway({ config });
  key = await gateway.addAgent('robot');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

interface Road {
  readonly name: string;
  readonly prefix: string;
  call(tool: string, args?: object): Promise<RpcAnswer>;
}

const roads: readonly Road[] = (['desk', '/mcp/all'] as const).flatMap((route) => {
  const url = (): string => (route === 'desk' ? gateway.url('desk') : `${gateway.origin}/mcp/all`);
  const prefix = route === 'desk' ? '' : 'desk__';
  return [
    {
      name: `modern, ${route}`,
      prefix,
      call: (tool: string, args = {}) => modernCall(url(), 'tools/call', { name: prefix + tool, arguments: args }, { key }),
    },
    {
      name: `legacy, ${route}`,
      prefix,
      call: async (tool: string, args = {}) =>
        (await LegacySession.open(url(), { key })).request('tools/call', { name: prefix + tool, arguments: args }),
    },
  ];
});

/** What the agent reads, without what names the question. */
async function refusalOf(road: Road, tool: string): Promise<string> {
  const answer = await road.call(tool);
  return `${answer.http.status} ${JSON.stringify([answer.result, answer.error])}`
    .replaceAll(road.prefix + tool, '<name>')
    .replaceAll(tool, '<name>')
    .replace(/"id":\d+/, '"id":<id>')
    .replaceAll(/[0-9a-f]{16,}/g, '<record>');
}

for (const road of roads) {
  describe(road.name, () => {
    test('a tool of others, one that nobody has and one that a rule allows and nobody has are refused alike', async () => {
      assert.match(JSON.stringify((await road.call('read')).result), /done/);
      const hidden = await refusalOf(road, 'payroll_export');
      assert.match(hidden, /There is no tool/);
      assert.equal(await refusalOf(road, 'payroll_import'), hidden);
      assert.equal(await refusalOf(road, 'nothing_like_it'), hidden);
    });

    test('what it may use some other time is refused without the reason', async () => {
      const text = JSON.stringify((await road.call('transfer', { amount: 1_000 })).result);
      assert.match(text, /Denied: record/);
      assert.doesNotMatch(text, /small-sums|rule|amount/);
    });
  });
}

test('the record says which is which', async () => {
  await roads[0]?.call('payroll_secret');
  assert.equal(at(decisionAbout(gateway.dataFolder, 'payroll_secret')?.value, 'reason'), 'denied');
  await roads[0]?.call('nothing_like_it');
  assert.equal(at(decisionAbout(gateway.dataFolder, 'nothing_like_it')?.value, 'reason'), 'unknown-tool');
});
