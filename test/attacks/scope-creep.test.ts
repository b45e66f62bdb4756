// T45: rights that grow. An agent cannot give itself groups, attributes or another name by anything that it sends; and what it was given and does not
// use is found in the record, and can be taken away without harm to what it does use. In both eras, over the running gateway.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  LegacySession,
  META,
  modernAnswers,
  modernCall,
  sallyport,
  send,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';

const TOOLS = ['read', 'write', 'delete_all', 'grant'];
const BROAD = { name: 'broad', effect: 'allow', groups: ['desk'], servers: ['files'] };
const ADMINS = { name: 'admins', effect: 'allow', groups: ['admins'], servers: ['vault'] };
const TRUSTED = {
  name: 'trusted',
  effect: 'allow',
  agents: ['*'],
  servers: ['vault'],
  when: 'agent.attributes.level == "root" || agent.user == "root"',
};

let server: ScriptedServer;
let gateway: Gateway;
let key: string;

const config = (...rules: readonly object[]): object =>
  testConfig({ servers: { files: { url: server.url }, vault: { url: server.url } }, rules });

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': {
        resultType: 'complete',
        ttlMs: 0,
        cacheScope: 'private',
        tools: TOOLS.map((name) => ({ name, inputSchema: { type: 'object', properties: {} } })),
      },
      'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'done' }] },
    }),
  );
  gateway = await startGateway({ config: config(BROAD, ADMINS, TRUSTED) });
  key = await gateway.addAgent('clerk', ['desk']);
  await modernCall(gateway.url('files'), 'tools/list', {}, { key });
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const call = async (era: 'modern' | 'legacy', at_: string, name: string): Promise<string> => {
  const params = { name, arguments: {} };
  const { result, http } =
    era === 'modern'
      ? await modernCall(gateway.url(at_), 'tools/call', params, { key })
      : await (await LegacySession.open(gateway.url(at_), { key })).request('tools/call', params);
  return textAt(result, 'content', 0, 'text') || http.body;
};
const heard = (): number => server.seen.filter(({ method }) => method === 'tools/call').length;

for (const [what, meta, headers] of [
  ['groups in _meta', { groups: ['admins'], 'sallyport/groups': ['admins'], agent: { groups: ['admins'] } }, {}],
  ['attributes and a user in _meta', { attributes: { level: 'root' }, user: 'root', 'io.modelcontextprotocol/user': 'root' }, {}],
  [
    'groups in headers',
    {},
    { 'x-groups': 'admins', 'x-forwarded-groups': 'admins', 'x-user': 'root', 'x-forwarded-user': 'root', 'x-sallyport-agent': 'admin' },
  ],
] as const) {
  test(`an agent that claims ${what} has what it had`, async () => {
    const before_ = heard();
    const client = { [META.version]: '2026-07-28', [META.client]: { name: 'x', version: '1' }, [META.capabilities]: {} };
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'grant', arguments: {}, _meta: { ...client, ...meta } },
    });
    const answer = await send(gateway.url('vault'), {
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${key}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': 'grant',
        ...headers,
      },
      body,
    });
    assert.doesNotMatch(answer.body, /"done"/);
    assert.match(answer.body, /no rule allows|trusted/);
    const initialize = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'admin', version: '1', groups: ['admins'] },
      _meta: meta,
    };
    const opened = await send(gateway.url('vault'), {
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${key}`,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: initialize }),
    });
    assert.equal(opened.headers['mcp-session-id'], undefined, opened.body);
    assert.equal(heard(), before_, 'the server hears nothing');
  });
}

test('what was given and is not used is named, and taken away without harm to what is used', async () => {
  for (const era of ['modern', 'legacy'] as const) assert.equal(await call(era, 'files', 'read'), 'done');
  const unused = await gateway.cli('policy', 'unused', '--config', gateway.configFile, '--output', 'json');
  assert.equal(unused.code, 1);
  const grants = at(JSON.parse(unused.stdout), 'grants');
  assert.ok(Array.isArray(grants));
  const idle = at(
    grants.find((grant: unknown) => at(grant, 'agent') === 'clerk' && at(grant, 'server') === 'files'),
    'unused',
  );
  assert.deepEqual(idle, ['delete_all', 'grant', 'write']);

  const narrow = config({ ...BROAD, tools: ['read'] }, ADMINS, TRUSTED);
  writeFileSync(join(gateway.folder, 'narrow.yaml'), JSON.stringify(narrow));
  const replayed = await sallyport(['policy', 'replay', '--config', 'narrow.yaml', '--data', gateway.dataFolder, '--output', 'json'], {
    cwd: gateway.folder,
  });
  assert.equal(at(JSON.parse(replayed.stdout), 'changed'), 0, replayed.stdout);

  writeFileSync(gateway.configFile, JSON.stringify(narrow));
  const reloaded = await gateway.cli('reload');
  assert.equal(reloaded.code, 0, reloaded.stderr);
  const before_ = heard();
  for (const era of ['modern', 'legacy'] as const) {
    for (const tool of ['write', 'delete_all', 'grant']) assert.match(await call(era, 'files', tool), /no rule allows/);
    assert.equal(heard(), before_);
  }
  for (const era of ['modern', 'legacy'] as const) assert.equal(await call(era, 'files', 'read'), 'done');
  const again = await gateway.cli('policy', 'unused', '--config', gateway.configFile, '--output', 'json');
  const left = at(JSON.parse(again.stdout), 'grants');
  assert.ok(Array.isArray(left) && left.every((grant: unknown) => JSON.stringify(at(grant, 'unused')) === '[]'), again.stdout);
});
