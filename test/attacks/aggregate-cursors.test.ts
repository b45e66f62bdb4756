// Cursors on a route with several servers are sealed: nobody makes one, changes one, or uses somebody else's.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, modernAnswers, modernCall, startGateway, startScriptedServer, testConfig, textAt, until } from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

let server: ScriptedServer;
let endless: ScriptedServer;
let gateway: Gateway;
let ann: string;
let eve: string;

const page = (params: unknown): object => {
  const number = Number(at(params, 'cursor') ?? 0);
  const tools = [{ name: `tool-${number}`, inputSchema: { type: 'object' } }];
  return { resultType: 'complete', tools, prompts: tools, nextCursor: String(number + 1), ttlMs: 0, cacheScope: 'public' };
};

let config: (annsServers: readonly string[]) => object;

before(async () => {
  server = await startScriptedServer(modernAnswers({ 'tools/list': page, 'prompts/list': page }));
  endless = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [], nextCursor: 'x'.repeat(100_000), ttlMs: 0, cacheScope: 'public' },
    }),
  );
  config = (annsServers) =>
    testConfig({
      servers: { one: { url: server.url }, two: { url: server.url }, endless: { url: endless.url } },
      rules: [
        { name: 'ann', effect: 'allow', agents: ['ann'], servers: annsServers },
        { name: 'eve', effect: 'allow', agents: ['eve'], servers: ['one'] },
      ],
      extra: {
        routes: {
          '/mcp': { servers: ['one', 'two'] },
          '/mcp/other': { servers: ['one', 'two'] },
          '/mcp/long': { servers: ['endless'] },
        },
      },
    });
  gateway = await startGateway({ config: config(['*']) });
  ann = await gateway.addAgent('ann');
  eve = await gateway.addAgent('eve');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([server?.close(), endless?.close()]);
});

const listTools = (path: string, key: string, cursor?: unknown, method = 'tools/list'): Promise<RpcAnswer> =>
  modernCall(`${gateway.origin}${path}`, method, cursor === undefined ? {} : { cursor }, { key });

async function cursorOfAnn(): Promise<string> {
  const cursor = at((await listTools('/mcp', ann)).result, 'nextCursor');
  assert.ok(typeof cursor === 'string');
  return cursor;
}

const refused = (answer: RpcAnswer): void => {
  assert.deepEqual([answer.http.status, at(answer.error, 'code')], [200, -32602], answer.http.body);
};

test('her own cursor goes on, on every worker, and as often as she likes', async () => {
  const cursor = await cursorOfAnn();
  for (let times = 0; times < 4; times++) {
    const next = await listTools('/mcp', ann, cursor);
    assert.equal(at(next.result, 'tools', 0, 'name'), 'one__tool-16');
  }
});

test('a cursor of another agent, of another route or for another list is refused', async () => {
  const cursor = await cursorOfAnn();
  refused(await listTools('/mcp', eve, cursor));
  refused(await listTools('/mcp/other', ann, cursor));
  refused(await listTools('/mcp', ann, cursor, 'prompts/list'));
});

test('a cursor that was changed anywhere is refused, and so is one that was never given', async () => {
  const cursor = await cursorOfAnn();
  const flip = (place: number): string => cursor.slice(0, place) + (cursor[place] === 'A' ? 'B' : 'A') + cursor.slice(place + 1);
  for (let place = 0; place < cursor.length; place += 7) refused(await listTools('/mcp', ann, flip(place)));
  const plain = Buffer.from(JSON.stringify([Date.now(), 2, [['two', '0']]])).toString('base64url');
  for (const forged of [
    '',
    '1',
    '.',
    '...',
    'c1..',
    `c1.k.${plain}`,
    plain,
    cursor.slice(0, -1),
    `${cursor}A`,
    'x'.repeat(1_000_000),
    7,
    null,
    {},
  ])
    refused(await listTools('/mcp', ann, forged));
});

test('a server whose cursors are too long, or never end, ends there', async () => {
  const answer = await listTools('/mcp/long', ann);
  assert.deepEqual(at(answer.result, 'tools'), []);
  assert.equal(at(answer.result, 'nextCursor'), undefined);
  let cursor: unknown = await cursorOfAnn();
  let pages = 1;
  for (; typeof cursor === 'string' && pages < 200; pages++) cursor = at((await listTools('/mcp', ann, cursor)).result, 'nextCursor');
  assert.equal(pages, 100);
});

test('who lost a server since does not get its pages', async () => {
  const cursor = await cursorOfAnn();
  const serversOf = (answer: RpcAnswer): readonly string[] => {
    const tools = at(answer.result, 'tools');
    assert.ok(Array.isArray(tools), answer.http.body);
    return [...new Set(tools.map((one) => textAt(one, 'name').split('__')[0] ?? ''))];
  };
  assert.deepEqual(serversOf(await listTools('/mcp', ann, cursor)), ['one', 'two']);
  gateway.reload(config(['two']));
  await until(async () => serversOf(await listTools('/mcp', ann)).join() === 'two', 'the new policy');
  for (let times = 0; times < 4; times++) {
    await until(async () => serversOf(await listTools('/mcp', ann, cursor)).join() === 'two', 'the new policy on every worker');
  }
});
