// T20: a browser's session in the wrong hands can do what its role may, and nothing else: every endpoint is tried by everybody. What is signed out, demoted or
// removed can do nothing any more; a link that was used is worth nothing; and what a browser is made to say beside its cookie makes nobody somebody else.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { API_PREFIX, ENDPOINTS } from '../../src/admin/contract.ts';
import type { EndpointName } from '../../src/admin/contract.ts';
import type { Endpoint } from '../../src/admin/endpoint.ts';
import { RIGHTS, ROLES, SIGHTS } from '../../src/admin/index.ts';
import { PROBLEMS } from '../../src/admin/problems.ts';
import { askAdmin, at, modernCall, signIn, startGateway, testConfig, textAt, until, WITH_CONSOLE } from '../harness/index.ts';
import type { ConsoleAnswer, Gateway, Visitor } from '../harness/index.ts';

let gateway: Gateway;
let admin: Visitor;
const visitors = new Map<string, Visitor>();
/** Names of nobody and nothing, as names may be. */
const NOBODY = 'nobody';
/** What a program says before it ends, as programs do. */
const TOLD = 'tok-5d1f77';
const LEAKY = { command: 'sh', args: ['-c', `echo "cannot sign in with ${TOLD} »" >&2; exit 3`] };

before(async () => {
  gateway = await startGateway({ config: testConfig({ servers: { leaky: LEAKY }, extra: WITH_CONSOLE }) });
  admin = await signIn(gateway);
  visitors.set('admin', admin);
  for (const role of ROLES.filter((one) => one !== 'admin')) visitors.set(role, await enter(role, role));
});
after(async () => {
  await gateway?.stop();
});

async function enter(name: string, role: string): Promise<Visitor> {
  const added = await admin.ask('POST', `${API_PREFIX}/operators`, { name, role, link: false });
  assert.equal(added.status, 201, added.text);
  return signIn(gateway, name);
}

/** What a body is that no endpoint takes: whoever may use one is told so, and nothing happens. */
const NO_BODY_OF_OURS = { 'not-this': true };

async function attempt(visitor: Visitor, { method, path, request: body, form }: Endpoint, headers = {}): Promise<ConsoleAnswer> {
  const target = API_PREFIX + path.replaceAll(/\{[a-z]+\}/g, NOBODY) + (form === 'events' ? '?topics=changes' : '');
  if (form === 'events') return listenOnce(visitor, target, headers);
  return visitor.ask(method, target, body === undefined ? undefined : NO_BODY_OF_OURS, headers);
}

/** Events have no end: their head says whether they are told. */
async function listenOnce(
  visitor: Visitor,
  path: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<ConsoleAnswer> {
  const { cookie } = { cookie: visitor.cookie, ...headers };
  const asking = request(new URL(path, visitor.url), { headers: cookie === undefined ? {} : { cookie }, agent: false });
  asking.end();
  const [response]: IncomingMessage[] = await once(asking, 'response');
  assert.ok(response !== undefined);
  const answered = { status: response.statusCode ?? 0, headers: response.headers, json: undefined, text: '' };
  if (answered.status !== 200) {
    for await (const chunk of response) answered.text += String(chunk);
    return { ...answered, json: JSON.parse(answered.text) };
  }
  response.destroy();
  return answered;
}

/** Whatever is answered is what the contract says: of this endpoint, or a problem of the table. */
function assertAsContract(name: EndpointName, { status, headers, json, text }: ConsoleAnswer): void {
  const endpoint: Endpoint = ENDPOINTS[name];
  if (status !== endpoint.status) {
    const code = textAt(json, 'code');
    assert.equal(headers['content-type'], 'application/problem+json', `${name}: ${text}`);
    assert.ok(Object.hasOwn(PROBLEMS, code), `${name}: ${code}`);
    assert.equal(new Map<string, { readonly status: number }>(Object.entries(PROBLEMS)).get(code)?.status, status, name);
    assert.notEqual(code, 'internal', name);
  } else if (endpoint.form === undefined) {
    const parsed = endpoint.response.safeParse(json);
    assert.ok(parsed.success, `${name}: ${parsed.error?.message}`);
  } else if (endpoint.form === 'events') assert.equal(headers['content-type'], 'text/event-stream');
  else assert.match(headers['content-disposition'] ?? '', /^attachment; filename="[\w.-]+"$/);
}

// Signing out ends a session, and signing in begins one: they are tried by themselves.
const TRIED = (Object.keys(ENDPOINTS) as EndpointName[]).filter((name) => name !== 'signOut' && name !== 'signIn');

for (const role of ROLES) {
  test(`whoever is ${role} may use what the table says, and nothing else`, async () => {
    const visitor = visitors.get(role) ?? assert.fail();
    for (const name of TRIED) {
      const answer = await attempt(visitor, ENDPOINTS[name]);
      const isAllowed = RIGHTS[name].includes(role);
      assert.equal(textAt(answer.json, 'code') === 'forbidden', !isAllowed, `${name}: ${answer.status} ${answer.text.slice(0, 300)}`);
      assert.notEqual(answer.status, 401, name);
      assertAsContract(name, answer);
    }
  });
}

test('nobody may use anything without being signed in', async () => {
  for (const name of [...TRIED, 'signOut'] as const) {
    const answer = await attempt(admin, ENDPOINTS[name], { cookie: undefined });
    assert.equal(textAt(answer.json, 'code'), 'signed_out', `${name}: ${answer.status}`);
    assertAsContract(name, answer);
  }
});

test('a cursor is of the session that was put on record for it', async () => {
  const auditor = visitors.get('auditor') ?? assert.fail();
  const path = `${API_PREFIX}/records?kind=act&order=oldest&limit=1`;
  const first = await auditor.ask('GET', path);
  const next = `${path}&cursor=${encodeURIComponent(textAt(first.json, 'next'))}`;
  assert.equal((await auditor.ask('GET', next)).status, 200);
  for (const role of ['operator', 'approver', 'admin'])
    assert.equal((await (visitors.get(role) ?? assert.fail()).ask('GET', next)).status, 400, role);
  const socket = await askAdmin(gateway.dataFolder, { method: 'GET', path: next.slice(API_PREFIX.length) });
  assert.equal(socket.status, 400);
});

test('figures of one person or one call are for who may ask about a person; a viewer has none of a few people', async () => {
  for (const filter of ['agent=ada', `subject=sub_${'a'.repeat(24)}`, 'id=a-1']) {
    for (const [role, visitor] of visitors) {
      const { status, json } = await visitor.ask('GET', `${API_PREFIX}/records/counts?by=tool&${filter}`);
      const isAllowed = RIGHTS.findSubject.includes(role as (typeof ROLES)[number]);
      assert.equal(status, isAllowed ? 200 : 403, `${role} ${filter} ${textAt(json, 'code')}`);
    }
  }
  const smallest = async (role: string): Promise<unknown> =>
    at((await (visitors.get(role) ?? assert.fail()).ask('GET', `${API_PREFIX}/records/counts?by=tool`)).json, 'smallestGroup');
  assert.deepEqual([await smallest('viewer'), await smallest('operator')], [5, 1]);
});

test('what a program said before it ended is for who runs the gateway; the others are told that it said something, and who may see it', async () => {
  const key = await gateway.addAgent('caller');
  await modernCall(gateway.url('leaky'), 'tools/list', {}, { key });
  const paths = ['/servers', '/servers/leaky', '/overview'].map((path) => API_PREFIX + path);
  const read = (visitor: Visitor): Promise<readonly ConsoleAnswer[]> => Promise.all(paths.map((path) => visitor.ask('GET', path)));
  assert.equal((await admin.ask('POST', `${API_PREFIX}/servers/leaky/probe`)).status, 200);
  await until(async () => (await read(admin)).every(({ text }) => text.includes(TOLD)), 'what it said, everywhere');
  const tellers: readonly string[] = SIGHTS.programWords;
  assert.deepEqual(tellers, ['operator', 'admin']);
  for (const [role, visitor] of visitors)
    for (const { status, text } of await read(visitor)) {
      assert.equal(status, 200, text);
      assert.equal(text.includes(TOLD), tellers.includes(role), `${role}: ${text}`);
      assert.equal(text.includes('[what the program said is for the role operator or admin]'), !tellers.includes(role), `${role}: ${text}`);
      assert.match(text, /ended with code 3/);
    }
  await gateway.cli('agents', 'remove', 'caller');
});

test('what a role may not do is not done, however right it is', async () => {
  const viewer = visitors.get('viewer') ?? assert.fail();
  const right: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ['POST', '/agents', { name: 'intruder' }],
    ['POST', '/operators', { name: 'intruder', role: 'admin' }],
    ['PATCH', '/operators/viewer', { role: 'admin' }],
    ['POST', '/operators/admin/link'],
    ['POST', '/lockdown', { kind: 'all' }],
    ['DELETE', '/operators/viewer/sessions'],
  ];
  for (const [method, path, body] of right) {
    const answer = await viewer.ask(method, API_PREFIX + path, body);
    assert.equal(textAt(answer.json, 'code'), 'forbidden', `${method} ${path}: ${answer.text}`);
  }
  assert.deepEqual(at((await admin.ask('GET', `${API_PREFIX}/agents`)).json, 'agents'), []);
  assert.deepEqual(at((await admin.ask('GET', `${API_PREFIX}/lockdown`)).json, 'locks'), []);
  const { json } = await viewer.ask('GET', `${API_PREFIX}/session`);
  assert.equal(textAt(json, 'role'), 'viewer');
});

test('what a browser is made to say beside its cookie makes nobody somebody else', async () => {
  const viewer = visitors.get('viewer') ?? assert.fail();
  const token = readFileSync(join(gateway.dataFolder, 'run', 'admin.sock.token'), 'utf8');
  const key = await gateway.addAgent('boss', ['approvers']);
  for (const headers of [
    { authorization: `Bearer ${token}` },
    { 'sallyport-approver': key },
    { 'sallyport-actor': 'root', 'sallyport-via': 'cli' },
    { 'x-sallyport-operator': 'admin', 'x-forwarded-user': 'admin', 'x-http-method-override': 'GET' },
  ]) {
    const asked = await viewer.ask('POST', `${API_PREFIX}/agents`, { name: 'intruder' }, headers);
    assert.equal(textAt(asked.json, 'code'), 'forbidden');
    const signedOut = await viewer.ask('GET', `${API_PREFIX}/agents`, undefined, { ...headers, cookie: undefined });
    assert.equal(textAt(signedOut.json, 'code'), 'signed_out');
  }
  const lies = { 'sallyport-actor': 'root', 'sallyport-via': 'cli', 'sallyport-approver': key };
  assert.equal((await admin.ask('POST', `${API_PREFIX}/agents`, { name: 'made' }, lies)).status, 201);
  const { json: session } = await admin.ask('GET', `${API_PREFIX}/session`);
  const { stdout } = await gateway.cli('audit', 'query', '--kind', 'act', '--output', 'json');
  const made = stdout.split('\n').filter((line) => line.includes('agents.add') && line.includes('"made"'));
  assert.ok(made.length > 0, stdout.slice(0, 500));
  for (const line of made) {
    assert.ok(line.includes(`operator:${textAt(session, 'operator')}`), line);
    assert.ok(!line.includes('os:root') && !line.includes('key:boss'), line);
  }
});

test('a link signs in once: whoever finds it afterwards is nobody', async () => {
  const made = await admin.ask('POST', `${API_PREFIX}/operators/auditor/link`);
  const link = new URL(textAt(made.json, 'url')).hash.slice(1);
  const asNobody = { cookie: undefined, 'sallyport-csrf': undefined };
  const use = (text: string): Promise<ConsoleAnswer> => admin.ask('POST', `${API_PREFIX}/session`, { link: text }, asNobody);
  for (const guess of ['x', link.toUpperCase(), `${link} `, link.slice(1), '../admin'])
    assert.equal(textAt((await use(guess)).json, 'code'), 'link_refused', guess);
  const first = await use(link);
  assert.equal(first.status, 201, first.text);
  assertAsContract('signIn', first);
  const again = await use(link);
  assert.deepEqual([textAt(again.json, 'code'), again.headers['set-cookie']], ['link_refused', undefined]);
  assert.ok(!first.text.includes(link) && !gateway.logs().includes(link));
});

for (const [what, act] of [
  ['demoted', (name) => admin.ask('PATCH', `${API_PREFIX}/operators/${name}`, { role: 'viewer' })],
  ['promoted', (name) => admin.ask('PATCH', `${API_PREFIX}/operators/${name}`, { role: 'admin' })],
  ['signed out by an admin', (name) => admin.ask('DELETE', `${API_PREFIX}/operators/${name}/sessions`)],
  ['removed', (name) => admin.ask('DELETE', `${API_PREFIX}/operators/${name}`)],
  ['signed out by a command', async (name) => gateway.cli('operators', 'sign-out', name)],
] as const satisfies readonly (readonly [what: string, act: (name: string) => Promise<unknown>])[]) {
  test(`the cookie of whoever was ${what} opens nothing, and what streams to it ends`, async () => {
    const name = `victim-${what.replaceAll(' ', '-')}`;
    const victim = await enter(name, 'operator');
    const streaming = request(new URL(`${API_PREFIX}/events?topics=changes`, victim.url), {
      headers: { cookie: victim.cookie },
      agent: false,
    });
    streaming.on('error', () => {}).end();
    const [response]: IncomingMessage[] = await once(streaming, 'response');
    assert.equal(response?.statusCode, 200);
    let ended = false;
    response
      ?.on('error', () => {})
      .once('close', () => (ended = true))
      .resume();
    await act(name);
    await until(() => ended, 'the stream to end');
    for (const [method, path] of [
      ['GET', '/agents'],
      ['POST', '/agents'],
      ['GET', '/events?topics=calls'],
      ['DELETE', '/session'],
    ] as const) {
      const answer = await victim.ask(method, API_PREFIX + path, method === 'POST' ? { name: 'intruder' } : undefined);
      assert.equal(textAt(answer.json, 'code'), 'signed_out', `${method} ${path}`);
    }
    await admin.ask('DELETE', `${API_PREFIX}/operators/${name}`);
  });
}

test('whoever signs out has no session left, whoever kept the cookie', async () => {
  const visitor = await enter('leaver', 'viewer');
  const signedOut = await visitor.ask('DELETE', `${API_PREFIX}/session`);
  assertAsContract('signOut', signedOut);
  assert.match(signedOut.headers['set-cookie']?.[0] ?? '', /^sallyport-session=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/);
  assert.equal((await visitor.ask('GET', `${API_PREFIX}/session`)).status, 401);
});

test('nobody takes away the last admin, and nobody writes over what they have not seen', async () => {
  const { json } = await admin.ask('GET', `${API_PREFIX}/session`);
  const own = `${API_PREFIX}/operators/${textAt(json, 'operator')}`;
  assert.equal(textAt((await admin.ask('DELETE', own)).json, 'code'), 'last_admin');
  assert.equal(textAt((await admin.ask('PATCH', own, { role: 'viewer' })).json, 'code'), 'last_admin');
  const tag = (await admin.ask('GET', `${API_PREFIX}/operators`)).headers.etag ?? '';
  assert.equal((await admin.ask('PATCH', own, { groups: ['law'] }, { 'if-match': tag })).status, 200);
  for (const stale of [tag, '"0"', '"x"']) {
    const answer = await admin.ask('PATCH', own, { groups: [] }, { 'if-match': stale });
    assert.equal(textAt(answer.json, 'code'), 'version_changed', stale);
  }
  assert.equal((await admin.ask('PATCH', own, { groups: [] }, { 'if-match': 'W/"1"' })).status, 400);
});

test('what is only tried is not done, and is no act', async () => {
  const before = await gateway.cli('audit', 'query', '--kind', 'act', '--output', 'json');
  const versions = async (): Promise<unknown> =>
    Promise.all(['/agents', '/operators', '/lockdown'].map(async (path) => (await admin.ask('GET', API_PREFIX + path)).text));
  const standing = await versions();
  for (const [method, path, body, status] of [
    ['POST', '/agents', { name: 'tried' }, 201],
    ['DELETE', '/agents/boss', undefined, 200],
    ['POST', '/agents/boss/keys', {}, 201],
    ['DELETE', '/agents/boss/keys', undefined, 200],
    ['POST', '/operators', { name: 'tried', role: 'admin' }, 201],
    ['PATCH', '/operators/viewer', { role: 'admin' }, 200],
    ['DELETE', '/operators/viewer', undefined, 200],
    ['POST', '/lockdown', { kind: 'all' }, 201],
    ['POST', '/lockdown/lift', { every: true }, 200],
    ['DELETE', '/agents/nobody', undefined, 404],
  ] as const) {
    const answer = await admin.ask(method, `${API_PREFIX}${path}?dryRun=true`, body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    assert.equal(at(answer.json, 'key', 'text') ?? at(answer.json, 'text') ?? '', '', 'no key that opens nothing');
  }
  assert.deepEqual(await versions(), standing);
  const { stdout } = await gateway.cli('audit', 'query', '--kind', 'act', '--output', 'json');
  const counted = (text: string): number => text.split('"agents.').length + text.split('"lockdown.').length;
  assert.equal(counted(stdout), counted(before.stdout));
  const denied = await admin.ask('POST', `${API_PREFIX}/reload?dryRun=true`);
  assert.equal(denied.status, 400, 'what has no dry run is not done instead');
});

test('whoever has the socket needs no session, and gets none by asking', async () => {
  const { status } = await askAdmin(gateway.dataFolder, { method: 'GET', path: '/session', headers: { cookie: admin.cookie } });
  assert.equal(status, 401);
  assert.equal((await askAdmin(gateway.dataFolder, { method: 'GET', path: '/operators' })).status, 200);
});
