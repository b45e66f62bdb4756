// People at the console: they approve as the person they are, by whichever means they ask, and stay signed in over a crash of control.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  at,
  modernAnswers,
  modernCall,
  signIn,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
  WITH_CONSOLE,
} from '../harness/index.ts';
import type { ConsoleAnswer, Gateway, RpcAnswer, ScriptedServer, Visitor } from '../harness/index.ts';

const PAID = { resultType: 'complete', content: [{ type: 'text', text: 'paid' }] };
const CONFIG = (url: string): object =>
  testConfig({
    servers: { bank: { url } },
    rules: [
      {
        name: 'controllers',
        effect: 'ask',
        agents: ['*'],
        servers: ['bank'],
        approval: { approvers: ['controllers'], notRequester: true },
      },
    ],
    limits: { approvalWaitMs: 45_000 },
    extra: WITH_CONSOLE,
  });

let server: ScriptedServer;
let gateway: Gateway;
let admin: Visitor;
let robot: string;
let amount = 0;

before(async () => {
  const tools = [{ name: 'pay', inputSchema: { type: 'object', properties: { amount: { type: 'integer' } } } }];
  server = await startScriptedServer(
    modernAnswers({ 'tools/list': { resultType: 'complete', tools, ttlMs: 60_000, cacheScope: 'private' }, 'tools/call': PAID }),
  );
  gateway = await startGateway({ config: CONFIG(server.url) });
  admin = await signIn(gateway);
  robot = await gateway.addAgent('robot', ['controllers']);
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

async function enter(name: string, options: object): Promise<Visitor> {
  const added = await admin.ask('POST', '/api/v1/operators', { name, role: 'approver', link: false, ...options });
  assert.equal(added.status, 201, added.text);
  return signIn(gateway, name);
}

const pay = (): Promise<RpcAnswer> =>
  modernCall(gateway.url('bank'), 'tools/call', { name: 'pay', arguments: { amount: ++amount } }, { key: robot });

async function waiting(): Promise<string> {
  const ids = async (): Promise<readonly string[]> => {
    const { json } = await admin.ask('GET', '/api/v1/approvals');
    return (at(json, 'approvals') as readonly unknown[]).map((one) => textAt(one, 'id'));
  };
  await until(async () => (await ids()).length > 0, 'the call to wait');
  return (await ids())[0] ?? '';
}

const approve = (visitor: Visitor, id: string): Promise<ConsoleAnswer> =>
  visitor.ask('POST', '/api/v1/approvals/decisions', { decision: 'approve', ids: [id] });

test('a call waits for somebody in the group who is not behind the agent, and goes on when they say yes at the console', async () => {
  const outsider = await enter('olga', { groups: ['desk'] });
  const owner = await enter('ada', { groups: ['controllers'], agents: ['robot'] });
  const namesake = await enter('robot', { groups: ['controllers'] });
  const controller = await enter('bob', { groups: ['controllers'] });
  const key = await gateway.addAgent('clara', ['controllers']);
  const calling = pay();
  const id = await waiting();
  for (const visitor of [outsider, owner, namesake]) {
    const refused = await approve(visitor, id);
    assert.equal(textAt(refused.json, 'code'), 'approver_refused', refused.text);
  }
  // Whoever is signed in is that person: the key of somebody in the group changes nothing.
  const withKey = await outsider.ask(
    'POST',
    '/api/v1/approvals/decisions',
    { decision: 'approve', ids: [id] },
    { 'sallyport-approver': key },
  );
  assert.equal(textAt(withKey.json, 'code'), 'approver_refused');
  const shown = await controller.ask('GET', `/api/v1/approvals/${id}`);
  assert.equal(at(JSON.parse(textAt(shown.json, 'content')), 'arguments', 'amount'), amount);
  const decided = await approve(controller, id);
  assert.deepEqual([decided.status, textAt(decided.json, 'by')], [200, 'operator:bob'], decided.text);
  assert.equal(textAt((await calling).result, 'content', 0, 'text'), 'paid');
});

test('whoever has a key and a sign-in is one person: what their agent asks for, they do not approve by the key of another', async () => {
  // Ada's second agent has a key of its own; she is behind both.
  const changed = await admin.ask('PATCH', '/api/v1/operators/ada', { agents: ['robot', 'second'] });
  assert.equal(changed.status, 200, changed.text);
  const second = await gateway.addAgent('second', ['controllers']);
  const file = join(gateway.folder, 'second.key');
  writeFileSync(file, second, { mode: 0o600 });
  const bob = await signIn(gateway, 'bob');
  const calling = pay();
  const id = await waiting();
  const { code, stderr } = await gateway.cli('approvals', 'approve', id, '--key-file', file);
  assert.notEqual(code, 0);
  assert.match(stderr, /somebody else/i);
  assert.equal((await approve(bob, id)).status, 200);
  await calling;
});

test('who is signed in stays so when control is killed', async () => {
  const [control = 0] = gateway.processes('control');
  process.kill(control, 'SIGKILL');
  const isIn = async (): Promise<boolean> => (await admin.ask('GET', '/api/v1/session').catch(() => undefined))?.status === 200;
  await until(async () => !gateway.processes('control').includes(control) && (await isIn()), 'another control to know the session');
  const listed = await gateway.cli('operators', 'list', '--output', 'json');
  const names = (at(JSON.parse(listed.stdout), 'operators') as readonly unknown[]).map((one) => textAt(one, 'name'));
  assert.ok(
    ['ada', 'bob', 'olga', 'robot'].every((name) => names.includes(name)),
    names.join(),
  );
});
