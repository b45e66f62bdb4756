// Agents that listen hear that what they may use has changed where no server says so: somebody approved something, or a policy did. Each hears of its
// own list only, whatever another agent sees (T12), and whichever worker holds its stream. Servers and agents of both eras.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ALLOW_ALL,
  anyTool,
  at,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  modernCall,
  modernStream,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, HttpStream, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const CHANGED = 'notifications/tools/list_changed';
const WANTED = { notifications: { toolsListChanged: true } };
const PAY_FOR_ANN = [ALLOW_ALL, { name: 'not-for-bob', effect: 'deny', agents: ['bob'], servers: ['*'], tools: ['pay'] }] as const;
/** Of each agent, so that both workers hold some. */
const STREAMS = 4;

for (const era of ['modern', 'legacy'] as const) {
  describe(`a server of the ${era} era`, () => {
    let server: ScriptedServer;
    let gateway: Gateway;
    let tools: readonly object[] = [anyTool('look')];
    const keys: Record<string, string> = {};

    before(async () => {
      const list = (): object => ({
        tools,
        ...(era === 'modern' && { resultType: 'complete', ttlMs: 600_000, cacheScope: 'public' }),
      });
      server = await startScriptedServer(era === 'modern' ? modernAnswers({ 'tools/list': list }) : legacyAnswers({ 'tools/list': list }));
      gateway = await startGateway({ config: config(PAY_FOR_ANN) });
      for (const name of ['ann', 'bob']) keys[name] = await gateway.addAgent(name);
      void serveStreams();
    });
    after(async () => {
      await gateway?.stop();
      await server?.close();
    });

    const config = (rules: readonly object[]): object => testConfig({ servers: { desk: { url: server.url, trust: 'review' } }, rules });
    /** What is listened to is acknowledged, and stays open. */
    async function serveStreams(): Promise<void> {
      for (;;) {
        const asked = await server.take(era === 'modern' ? 'subscriptions/listen' : 'GET').catch(() => undefined);
        if (asked === undefined) return;
        const params = {
          _meta: { 'io.modelcontextprotocol/subscriptionId': at(asked.message, 'id') },
          notifications: WANTED.notifications,
        };
        if (era === 'modern') asked.event({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params });
        else asked.event({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'open' } });
      }
    }
    const listens = (who: string): Promise<readonly HttpStream[]> =>
      Promise.all(
        Array.from({ length: STREAMS }, async () => {
          const stream = await modernStream(gateway.url('desk'), 'subscriptions/listen', WANTED, { key: keys[who] ?? '' });
          assert.equal(await method(stream), 'notifications/subscriptions/acknowledged');
          return stream;
        }),
      );
    const approve = async (): Promise<void> => {
      const { code, stderr } = await gateway.cli('tools', 'approve', 'desk', '--all');
      assert.equal(code, 0, stderr);
    };
    const list = async (who: string): Promise<readonly string[]> =>
      names(await modernCall(gateway.url('desk'), 'tools/list', {}, { key: keys[who] ?? '' }));

    test('approved, and shown or hidden by a policy: who sees something else hears of it', async () => {
      assert.deepEqual(await list('ann'), []);
      const [ann, bob] = [await listens('ann'), await listens('bob')];
      const session = await LegacySession.open(gateway.url('desk'), { key: keys['ann'] ?? '' });
      const legacy = await session.listen();
      await approve();
      for (const stream of [...ann, ...bob, legacy]) assert.equal(await change(stream), CHANGED);
      assert.deepEqual([await list('ann'), await list('bob')], [['look'], ['look']]);

      // Something that only one of them may use.
      tools = [anyTool('look'), anyTool('pay')];
      for (let worker = 0; worker < 8; worker++) assert.deepEqual(await list('ann'), ['look']);
      await approve();
      for (const stream of [...ann, legacy]) assert.equal(await change(stream), CHANGED);
      assert.deepEqual([await list('ann'), await list('bob')], [['look', 'pay'], ['look']]);

      // A policy that changes nothing for one of them; the next thing that the other hears is what comes after.
      gateway.reload(config([ALLOW_ALL, { ...PAY_FOR_ANN[1], agents: ['bob', 'ann'] }]));
      for (const stream of [...ann, legacy]) assert.equal(await change(stream), CHANGED);
      assert.deepEqual(await list('ann'), ['look']);
      gateway.reload(config([ALLOW_ALL]));
      for (const stream of [...ann, ...bob, legacy]) assert.equal(await change(stream), CHANGED);
      assert.deepEqual(
        [await list('ann'), await list('bob')],
        [
          ['look', 'pay'],
          ['look', 'pay'],
        ],
      );
      for (const stream of [...ann, ...bob, legacy]) stream.close();
    });

    test('T12: a list that the server calls public belongs to the agent that asked, and so does its time', async () => {
      const { result } = await modernCall(gateway.url('desk'), 'tools/list', {}, { key: keys['ann'] ?? '' });
      assert.equal(at(result, 'cacheScope'), 'private');
      assert.equal(at(result, 'ttlMs'), era === 'modern' ? 600_000 : 0);
    });
  });
}

/** The method of the next message. */
async function method(stream: HttpStream): Promise<string> {
  return textAt((await stream.next())?.json, 'method');
}

/** The next message that is about a list. */
async function change(stream: HttpStream): Promise<string> {
  let said = await method(stream);
  while (said === 'notifications/message') said = await method(stream);
  return said;
}

function names({ result, http }: RpcAnswer): readonly string[] {
  const tools = at(result, 'tools');
  assert(Array.isArray(tools), http.body);
  return tools.map((one) => textAt(one, 'name')).sort();
}
