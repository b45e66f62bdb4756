// A person decides about what was found: whether a request that holds it may be sent, and whether an answer that holds it may be shown. Two workers, agents of
// both eras.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  ALLOW_ALL,
  anyTool,
  approvalIn,
  at,
  createApprover,
  LegacySession,
  modernAnswers,
  modernCall,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const MAIL = ['grace.hopper', 'compilers.org'].join('@');
let server: ScriptedServer;
let gateway: Gateway;
let key: string;

before(async () => {
  server = await startScriptedServer(
    modernAnswers({
      'tools/list': { resultType: 'complete', tools: [anyTool('read'), anyTool('send')], ttlMs: 60_000, cacheScope: 'private' },
      'tools/call': (params: unknown) => ({
        resultType: 'complete',
        content: [{ type: 'text', text: textAt(params, 'name') === 'read' ? `it is ${MAIL}` : 'sent' }],
      }),
    }),
  );
  gateway = await startGateway({
    config: testConfig({
      servers: { asking: { url: server.url } },
      rules: [ALLOW_ALL],
      limits: { approvalWaitMs: 8_000 },
      extra: { inspection: { actions: [{ findings: ['personal'], action: 'ask' }] } },
    }),
  });
  key = await gateway.addAgent('ann');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const { question, decide } = createApprover(() => gateway);
const textOf = ({ result, http }: RpcAnswer): string => textAt(result, 'content', 0, 'text') || http.body;
const isRefused = ({ result }: RpcAnswer): boolean => at(result, 'isError') === true;
let serial = 0;

for (const era of ['modern', 'legacy'] as const) {
  describe(`a ${era} agent`, () => {
    const call = async (name: string, args: object): Promise<RpcAnswer> => {
      const url = gateway.url('asking');
      if (era === 'modern') return modernCall(url, 'tools/call', { name, arguments: args }, { key });
      return (await LegacySession.open(url, { key })).request('tools/call', { name, arguments: args });
    };

    test('sends what a person approves, once; nothing before', async () => {
      const args = { to: MAIL, n: ++serial };
      const sent = (): number => server.seen.filter(({ message }) => at(message, 'params', 'arguments', 'n') === args.n).length;
      const waits = call('send', args);
      const id = await question('asking');
      assert.equal(sent(), 0);
      await decide('approve', id);
      assert.equal(textOf(await waits), 'sent');
      assert.equal(sent(), 1);
    });

    test('does not send what a person rejects', async () => {
      const waits = call('send', { to: MAIL, n: ++serial });
      await decide('reject', await question('asking'));
      assert.ok(isRefused(await waits));
    });

    test('reads an answer that a person lets it see, and the person was shown the kind of thing and no value', async () => {
      const waits = call('read', { n: ++serial });
      const id = await question('asking');
      const { stdout } = await gateway.cli('approvals', 'show', id);
      assert.match(stdout, /email/);
      assert.ok(!stdout.includes(MAIL));
      await decide('approve', id);
      assert.equal(textOf(await waits), `it is ${MAIL}`);
    });

    test('does not read an answer that a person rejects, or that nobody says anything about; a late yes is for the next', async () => {
      const rejected = call('read', { n: ++serial });
      await decide('reject', await question('asking'));
      const no = await rejected;
      assert.ok(isRefused(no) && !no.http.body.includes(MAIL), no.http.body);
      const args = { n: ++serial };
      const late = await call('read', args);
      assert.ok(isRefused(late) && !late.http.body.includes(MAIL), late.http.body);
      await decide('approve', approvalIn(textOf(late)));
      assert.equal(textOf(await call('read', args)), `it is ${MAIL}`);
      const again = call('read', args);
      await decide('reject', await question('asking'));
      assert.ok(isRefused(await again), 'once');
    });
  });
}
