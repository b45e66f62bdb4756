// What is said must not stay: a value of its own in every field that somebody can fill, on the way there and back, in both eras, in messages that are
// carried, refused and not even read. Then whatever the gateway has written anywhere, and said of itself, is searched for each of them. Names of tools,
// prompts and resources are who and what, and stay on record: no value stands there.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { at, LegacySession, META, modernCall, modernRequest, send, startGateway, testConfig, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';
import { makeOwnFolder, residentMiB, workersThatRecorded } from './gateway-target.fixture.ts';
import { honestly, httpAnswer, jsonAnswer, resultOf, startRawServer, streamAnswer } from './raw-server.fixture.ts';
import type { Heard, RawServer } from './raw-server.fixture.ts';

/** Value → the field that it was put in. */
const planted = new Map<string, string>();
/** Looks like nothing that inspection knows: what it finds it would take out, and this is about what it does not find. */
function plant(field: string): string {
  const value = `kanarie${randomBytes(9).toString('hex')}`;
  planted.set(value, field);
  return value;
}

/** What carries a value back to the agent: the test must have had a chance to leave it lying around. */
const seen = new Set<string>();
const TOOLS = ['plain', 'marked', 'failing', 'broken', 'refusing', 'streamed', 'cut'];

function answer(heard: Heard): Buffer {
  const era = at(heard.message, 'params', '_meta', META.version) === undefined ? 'legacy' : 'modern';
  const value = (field: string): string => plant(`${era}: ${field}`);
  const complete = (members: object): unknown => resultOf(heard, { ...(era === 'modern' && { resultType: 'complete' }), ...members });
  const text = (field: string): object => ({ type: 'text', text: value(field), _meta: { 'a/b': value(`_meta of ${field}`) } });
  const note = (method: string, params: object): object => ({ jsonrpc: '2.0', method, params });
  switch (heard.name || heard.method) {
    case 'plain':
      return jsonAnswer(
        complete({
          content: [text('text')],
          structuredContent: { [value('a key')]: value('structured content') },
          _meta: { 'c/d': value('_meta') },
        }),
        {
          'x-of-the-server': value('a header of an answer'),
        },
      );
    case 'marked':
      return jsonAnswer(complete({ isError: true, content: [text('text of a tool error')] }));
    case 'failing':
      return jsonAnswer({
        jsonrpc: '2.0',
        id: heard.id,
        error: { code: -32050, message: value('an error message'), data: { why: value('error data') } },
      });
    case 'broken':
      return jsonAnswer(`{"jsonrpc":"2.0","id":${heard.idText},"result":{"x":"${value('an answer that is no JSON')}",,}}`);
    case 'refusing':
      return httpAnswer(500, { 'content-type': 'text/plain', 'x-why': value('a header of a refusal') }, value('the body of a refusal'));
    case 'cut':
      return Buffer.from(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n{"${value('an answer that is cut')}`,
      );
    case 'streamed':
      return streamAnswer([
        note('notifications/message', { level: 'info', logger: value('the name of a logger'), data: { said: value('log data') } }),
        note('notifications/progress', {
          progressToken: at(heard.message, 'params', '_meta', 'progressToken'),
          progress: 1,
          message: value('progress'),
        }),
        note('notifications/of-their-own', { what: value('a notification of no known method') }),
        complete({ content: [text('streamed text')] }),
      ]);
    case 'prompts/get':
    case 'ask':
      return jsonAnswer(complete({ messages: [{ role: 'user', content: text('a prompt') }] }));
    case 'resources/read':
      return jsonAnswer(
        complete({
          ...(era === 'modern' && { ttlMs: 0, cacheScope: 'private' }),
          contents: [{ uri: 'kept://a', text: value('a resource') }],
        }),
      );
    default:
      return jsonAnswer(complete({}));
  }
}

const own = makeOwnFolder();
let modern: RawServer;
let legacy: RawServer;
let gateway: Gateway;
let key: string;

before(async () => {
  modern = await startRawServer((heard) => honestly(heard, 'modern', TOOLS) ?? answer(heard));
  legacy = await startRawServer((heard) => honestly(heard, 'legacy', TOOLS) ?? answer(heard));
  gateway = await startGateway({
    folder: own.path,
    config: testConfig({
      servers: { modern: { url: modern.url }, legacy: { url: legacy.url } },
      extra: { metrics: { listen: '127.0.0.1:0' } },
    }),
  });
  key = await gateway.addAgent('caller');
});
after(async () => {
  await gateway?.stop();
  await modern?.close();
  await legacy?.close();
  own.remove();
});

/** Whatever one agent can say to one server, a value in each field. */
async function sayAll(server: string): Promise<void> {
  const url = gateway.url(server);
  const value = (field: string): string => plant(`to ${server}: ${field}`);
  const heard = async (said: Promise<{ http: { body: string } }>): Promise<void> => void seen.add((await said).http.body);
  for (const name of TOOLS) {
    const params = { name, arguments: { [value('a key of arguments')]: value('arguments'), list: [{ deep: value('deep arguments') }] } };
    await heard(
      modernCall(url, 'tools/call', params, {
        key,
        id: value('the id'),
        meta: {
          [META.client]: { name: value("the client's name"), version: value("the client's version") },
          [META.logLevel]: 'debug',
          'own/field': value('_meta'),
          progressToken: value('a progress token'),
        },
        headers: {
          'user-agent': value('user-agent'),
          baggage: `a=${value('baggage')}`,
          cookie: `a=${value('a cookie')}`,
          referer: `http://x/${value('referer')}`,
          'x-of-the-agent': value('a header'),
        },
      }).catch((error: unknown) => ({ http: { body: String(error) } })),
    );
  }
  await heard(modernCall(url, 'prompts/get', { name: 'ask', arguments: { of: value('arguments of a prompt') } }, { key }));
  await heard(
    modernCall(url, 'resources/read', { uri: `kept://a?q=${value('a query of a URI')}#${value('a fragment of a URI')}` }, { key }),
  );
  await heard(modernCall(url, 'tools/list', { cursor: value('a cursor') }, { key }));
  await heard(
    modernCall(
      url,
      'completion/complete',
      { ref: { type: 'ref/prompt', name: 'ask' }, argument: { name: 'of', value: value('what is to be completed') } },
      { key },
    ),
  );
  // What is not even read.
  const raw = async (body: string, headers: Record<string, string> = {}, at_ = url): Promise<void> => {
    const { headers: usual } = modernRequest('tools/call', { name: 'plain', arguments: {} }, { key });
    seen.add((await send(at_, { headers: { ...usual, ...headers }, body })).body);
  };
  await raw(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"plain","arguments":{"a":"${value('JSON that is none')}"}`);
  await raw(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":"${value('a key that is there twice')}","a":1}}`);
  await raw(`{"${value('what is no message')}":1}`);
  await raw('{}', { authorization: `Bearer ${value('a key that nobody has')}` });
  await raw('{}', {}, `${url}?session=${value('the query of a request')}`);
  await raw('{}', {}, `${gateway.origin}/${value('a path that leads nowhere')}`);
  await raw('{}', { 'content-type': value('a type of content') });
  await raw('{}', { 'mcp-protocol-version': value('a revision that there is not') });
  await sayInSession(url, value);
}

async function sayInSession(url: string, value: (field: string) => string): Promise<void> {
  const session = await LegacySession.open(url, { key });
  for (const name of TOOLS) {
    const params = {
      name,
      arguments: { a: value('arguments in a session') },
      _meta: { progressToken: value('a progress token in a session'), own: value('_meta in a session') },
    };
    const said = await session.request('tools/call', params).catch(() => undefined);
    seen.add(said?.http.body ?? '');
  }
  await session.notify('notifications/cancelled', { requestId: 99, reason: value('why it is cancelled') });
  await session.post({ jsonrpc: '2.0', id: value('an id of no question'), result: { said: value('an answer to nothing') } });
  await session.end();
}

test('nothing of what was said is in any file, log or figure', async () => {
  const recorded = (slot: unknown): boolean => at(slot, 'kind') === 'decision';
  await until(async () => {
    for (const server of ['modern', 'legacy']) await sayAll(server);
    return workersThatRecorded(gateway, recorded) === 2;
  }, 'both workers to have heard it');
  assert.ok(planted.size > 150, `only ${planted.size} values were planted`);
  const backs = [...planted.keys()].filter((value) => [...seen].some((body) => body.includes(value)));
  assert.ok(backs.length > 20, 'hardly anything came back');
  const metrics = await figures();
  const commands = await Promise.all([gateway.cli('audit', 'tail', '--limit', 'all'), gateway.cli('status'), gateway.cli('servers')]);
  // A process that ends badly is when things are written that nobody meant to write.
  const [doomed = 0] = gateway.workers();
  assert.ok(residentMiB(doomed) > 0);
  process.kill(doomed, 'SIGABRT');
  await until(() => !gateway.workers().includes(doomed), 'the worker to be gone');
  const places = [
    ['the log', gateway.logs()],
    ['what it printed', JSON.stringify(gateway.events)],
    ['the figures', metrics],
    ...commands.map(({ stdout, stderr }, at_) => [`command ${at_}`, stdout + stderr]),
    ...filesIn(own.path).map((path) => [path.slice(own.path.length), readFileSync(path, 'latin1')]),
  ] as const;
  assert.ok(
    places.some(([place = '', text = '']) => place.endsWith('.log') && text.includes('"tool":"streamed"')),
    'the search finds what there is',
  );
  const found = places.flatMap(([place = '', text = '']) =>
    [...planted].filter(([value]) => text.includes(value)).map(([, field]) => `${field} is in ${place}`),
  );
  assert.deepEqual([...new Set(found)], []);
});

test('no process of it would write what it holds where a dump of it goes', () => {
  const pids = (['worker', 'inspector', 'runner', 'keeper', 'control'] as const).flatMap((role) => gateway.processes(role));
  assert.ok(pids.length >= 5);
  for (const pid of [gateway.pid, ...pids]) assert.match(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8'), /^0+$/m);
});

/** The figures as whoever scrapes them reads them. */
async function figures(): Promise<string> {
  const status = await gateway.cli('status', '--output', 'json');
  const url = /"metrics":\s*"([^"]+)"/.exec(status.stdout)?.[1];
  assert.ok(url !== undefined, status.stdout);
  return (await send(url, { method: 'GET' })).body;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((one) =>
    one.isFile() ? [join(one.parentPath, one.name)] : [],
  );
}
