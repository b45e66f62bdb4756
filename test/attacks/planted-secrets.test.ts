// T22, T55: secrets, cards and canaries planted in whatever an agent or a server can say (arguments, results, errors, notifications, questions, answers to
// questions, event streams, pipes, large answers, names of members, every usual encoding) never reach the other side, and are nowhere in what the gateway
// wrote: not in the records, the log, the metrics, the status, its refusals, nor in the report of a crash.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  ALLOW_ALL,
  anyTool,
  ASKS_ANYTHING,
  at,
  legacyAnswers,
  LegacySession,
  META,
  modernAnswers,
  modernCall,
  openStream,
  repositoryRoot,
  send,
  servingWorkers,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';
import { freePort, makeOwnFolder } from './gateway-target.fixture.ts';
import { contains, filesBelow } from './written.fixture.ts';

// Put together here, so that whoever searches the sources for secrets finds none.
const AWS = ['AKIA', 'Q5TZ7NX2', 'KWM4J6VR'].join('');
const CARD = ['5555', '5555', '5555', '4444'].join('');
const CANARY = ['zebra-crossing', '7741', 'umbrella'].join('-');
const PLANTED = [AWS, CARD, CANARY] as const;
const ALL = `${AWS} ${CARD} ${CANARY}`;

/** The same text, as it might be written to get past. `find`: what the other side must not be able to read back. */
const WRITTEN: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  url: (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  twice: (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64'),
  gzip: (text) => gzipSync(text).toString('base64'),
  json: (text) => JSON.stringify({ inner: JSON.stringify({ text }) }),
  entities: (text) => Array.from(text, (character) => `&#${character.codePointAt(0)};`).join(''),
};

const results: Record<string, (name: string) => object> = {
  text: (said) => ({ content: [{ type: 'text', text: `see ${said} there` }] }),
  structured: (said) => ({ content: [{ type: 'text', text: JSON.stringify({ a: said }) }], structuredContent: { a: said } }),
  name: (said) => ({ content: [{ type: 'text', text: 'ok' }], structuredContent: { [said]: 1 } }),
  meta: (said) => ({ content: [{ type: 'text', text: 'ok' }], _meta: { note: said } }),
  large: (said) => ({ content: [{ type: 'text', text: 'lorem ipsum '.repeat(150_000) + said + ' dolor sit amet'.repeat(1_000) }] }),
};
/** Megabytes pass by in pieces, and are the same to look into: not in every encoding. */
const LARGE: ReadonlySet<string> = new Set(['plain', 'base64', 'json']);
const cases = Object.keys(results).flatMap((where) =>
  Object.keys(WRITTEN)
    .filter((how) => where !== 'large' || LARGE.has(how))
    .flatMap((how) => PLANTED.map((value, i) => ({ tool: `${where}-${how}-${i}`, where, how, value }))),
);
const answer = (params: unknown): object => {
  const one = cases.find(({ tool }) => tool === textAt(params, 'name'));
  return one === undefined
    ? { content: [{ type: 'text', text: 'done' }] }
    : (results[one.where]?.(WRITTEN[one.how]?.(one.value) ?? '') ?? {});
};
const TOOLS = [...cases.map(({ tool }) => anyTool(tool)), anyTool('take')];

const folder = makeOwnFolder();
let modern: ScriptedServer;
let legacy: ScriptedServer;
/** Whose answers are made as the test goes. */
let talker: ScriptedServer;
let oldTalker: ScriptedServer;
/** Says it of itself. */
let boastful: ScriptedServer;
let gateway: Gateway;
let key: string;
let metricsUrl: string;

before(async () => {
  const listed = { tools: TOOLS };
  const scripted = { tools: [anyTool('scripted')] };
  [modern, legacy, talker, oldTalker, boastful] = await Promise.all([
    startScriptedServer(
      modernAnswers({
        'tools/list': { resultType: 'complete', ...listed, ttlMs: 60_000, cacheScope: 'private' },
        'tools/call': (params: unknown) => ({ resultType: 'complete', ...answer(params) }),
        'prompts/list': { resultType: 'complete', prompts: [], ttlMs: 60_000, cacheScope: 'private' },
      }),
    ),
    startScriptedServer(legacyAnswers({ 'tools/list': listed, 'tools/call': answer })),
    startScriptedServer(modernAnswers({ 'tools/list': { resultType: 'complete', ...scripted, ttlMs: 60_000, cacheScope: 'private' } })),
    startScriptedServer(legacyAnswers({ 'tools/list': scripted })),
    startScriptedServer(
      modernAnswers({
        'server/discover': {
          resultType: 'complete',
          supportedVersions: ['2026-07-28'],
          capabilities: { tools: {}, experimental: { note: { text: ALL } } },
          ttlMs: 0,
          cacheScope: 'private',
          _meta: { [META.server]: { name: 'boastful', title: ALL, version: '1.0.0' } },
        },
      }),
    ),
  ]);
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${metricsAddress}/metrics`;
  gateway = await startGateway({
    folder: folder.path,
    env: { PLANTED_CANARY: CANARY, PLANTED_IN_A_PROGRAM: ALL },
    config: testConfig({
      servers: {
        modern: { url: modern.url },
        legacy: { url: legacy.url },
        talker: { url: talker.url, asks: ASKS_ANYTHING },
        old: { url: oldTalker.url, asks: ASKS_ANYTHING },
        boastful: { url: boastful.url },
        pipe: {
          command: process.execPath,
          args: [join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts')],
          env: { PLANTED: { env: 'PLANTED_IN_A_PROGRAM' } },
          asks: ASKS_ANYTHING,
        },
      },
      rules: [ALLOW_ALL],
      extra: { metrics: { listen: metricsAddress }, inspection: { canaries: { crossing: '${PLANTED_CANARY}' } } },
    }),
  });
  key = await gateway.addAgent('ann');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern, legacy, talker, oldTalker, boastful].map((one) => one?.close()));
  folder.remove();
});

type Json = Readonly<Record<string, unknown>>;
const sessions = new Map<string, LegacySession>();
const ERAS: Readonly<Record<string, (server: string, name: string, args: Json) => Promise<RpcAnswer>>> = {
  modern: (server, name, args) => modernCall(gateway.url(server), 'tools/call', { name, arguments: args }, { key }),
  legacy: async (server, name, args) => {
    const session = sessions.get(server) ?? (await LegacySession.open(gateway.url(server), { key }));
    sessions.set(server, session);
    return session.request('tools/call', { name, arguments: args });
  },
};

/** Everything that agents have read. */
const read: string[] = [];
const keep = (said: RpcAnswer): RpcAnswer => {
  read.push(said.http.body, JSON.stringify(said.notifications));
  return said;
};

for (const [era, call] of Object.entries(ERAS)) {
  for (const server of ['modern', 'legacy'] as const) {
    test(`answers of a ${server} server to a ${era} agent`, async () => {
      for (const { tool, value, how, where } of cases) {
        const said = keep(await call(server, tool, {}));
        assert.ok(!contains(Buffer.from(said.http.body), value), `${how} in ${where}`);
        const written = WRITTEN[how]?.(value) ?? '';
        assert.ok(
          !said.http.body.includes(written) && !said.http.body.includes(JSON.stringify(written).slice(1, -1)),
          `${how} in ${where}`,
        );
      }
    });

    test(`arguments of a ${era} agent to a ${server} server`, async () => {
      for (const [how, write] of Object.entries(WRITTEN)) {
        for (const value of PLANTED) {
          for (const args of [{ a: write(value) }, { deep: [{ list: ['x', write(value)] }] }, { [write(value)]: 1 }]) {
            const said = keep(await call(server, 'take', args));
            assert.equal(at(said.result, 'isError'), true, `${how}: ${said.http.body.slice(0, 200)}`);
          }
        }
      }
    });
  }

  test(`what a program says to a ${era} agent`, async () => {
    const said = keep(await call('pipe', 'environment', { name: 'PLANTED' }));
    assert.equal(textAt(said.result, 'content', 0, 'text').match(/\[redacted:/g)?.length, 3);
  });
}

test('on an event stream: notifications, questions, errors and the last event', async () => {
  const capabilities = { elicitation: {} };
  const asking = modernCall(
    gateway.url('talker'),
    'tools/call',
    { name: 'scripted' },
    { key, meta: { progressToken: 'p', [META.logLevel]: 'debug' } },
  );
  const exchange = await talker.take('tools/call');
  exchange.event({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: { note: ALL } } });
  exchange.event({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress: 1, message: ALL } });
  exchange.endWith({ resultType: 'complete', content: [{ type: 'text', text: ALL }] });
  keep(await asking);

  const failing = modernCall(gateway.url('talker'), 'tools/call', { name: 'scripted' }, { key });
  (await talker.take('tools/call')).reply(200, {
    jsonrpc: '2.0',
    id: 1,
    error: { code: -32602, message: `bad ${ALL}`, data: { detail: ALL } },
  });
  keep(await failing);

  const round = modernCall(gateway.url('talker'), 'tools/call', { name: 'scripted' }, { key, capabilities });
  (await talker.take('tools/call')).result({
    resultType: 'input_required',
    inputRequests: {
      q: {
        method: 'elicitation/create',
        params: { mode: 'form', message: `is it ${ALL}?`, requestedSchema: { type: 'object', properties: { a: { type: 'string' } } } },
      },
    },
    requestState: 'state',
  });
  keep(await round);

  const session = await LegacySession.open(gateway.url('old'), { key, capabilities });
  const opening = session.stream('tools/call', { name: 'scripted' });
  const held = await oldTalker.take('tools/call');
  held.event({
    jsonrpc: '2.0',
    id: 'q1',
    method: 'elicitation/create',
    params: { message: `is it ${ALL}?`, requestedSchema: { type: 'object', properties: {} } },
  });
  const stream = await opening;
  let question = await stream.next();
  while (question !== undefined && at(question.json, 'method') === undefined) question = await stream.next();
  read.push(question?.data ?? '');
  assert.match(question?.data ?? '', /\[redacted:/);
  const refused = await session.respond(at(question?.json, 'id'), { action: 'accept', content: { a: ALL } });
  read.push(refused.body);
  held.endWith({ content: [{ type: 'text', text: ALL }] });
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) read.push(event.data);
  await Promise.all(
    [...sessions.values()].map((one) =>
      openStream(gateway.url('pipe'), { headers: one.headers({}), body: '' }).then(
        (made) => made.close(),
        () => undefined,
      ),
    ),
  );
});

test('in names: of tools and prompts that there are not, and in URIs', async () => {
  for (const value of PLANTED) {
    for (const [method, params] of [
      ['tools/call', { name: value, arguments: {} }],
      ['prompts/get', { name: value }],
      ['resources/read', { uri: `file:///srv/card-${value}/notes` }],
    ] as const) {
      const said = await modernCall(gateway.url('modern'), method, params, { key });
      assert.ok(said.error !== undefined || at(said.result, 'isError') === true, said.http.body);
    }
  }
});

test('in what is opaque elsewhere, in headers, and behind what is expensive to look into', async () => {
  const twice = (text: string): string => Buffer.from(Buffer.from(text).toString('base64')).toString('base64');
  const dear = [
    ...Array.from({ length: 3 }, (_, i) => twice(Buffer.from(`layer ${i} of several, to be looked under`).toString('base64'))),
    gzipSync('a quiet text '.repeat(80_000)).toString('base64'),
  ].join(' ');
  for (const params of [{ cursor: AWS }, { cursor: dear, arguments: { a: ALL } }, { requestState: dear, arguments: { a: ALL } }]) {
    const said = keep(await modernCall(gateway.url('modern'), 'tools/call', { name: 'take', arguments: {}, ...params }, { key }));
    assert.ok(said.error !== undefined || at(said.result, 'isError') === true, said.http.body.slice(0, 300));
  }
  const asking = modernCall(gateway.url('talker'), 'tools/call', { name: 'scripted' }, { key, headers: { tracestate: `x=${AWS}` } });
  (await talker.take('tools/call')).result({
    resultType: 'complete',
    nextCursor: dear,
    requestState: dear,
    content: [{ type: 'text', text: ALL }],
  });
  keep(await asking);
});

test('beside definitions: in lists, and in what a server says of itself', async () => {
  const extra = { _meta: { note: ALL }, more: [ALL] };
  const listing = modernCall(gateway.url('talker'), 'prompts/list', {}, { key });
  (await talker.take('prompts/list')).result({ resultType: 'complete', ...extra, prompts: [], ...extra, ttlMs: 0, cacheScope: 'private' });
  const listed = keep(await listing);
  assert.match(listed.http.body, /\[redacted:/);
  const opened = await LegacySession.open(gateway.url('boastful'), { key });
  read.push(opened.initialized.http.body);
  const session = await LegacySession.open(gateway.url('old'), { key });
  const older = session.request('prompts/list');
  (await oldTalker.take('prompts/list')).result({ ...extra, prompts: [] });
  assert.match(keep(await older).http.body, /\[redacted:/);
});

test('none of it has reached the other side, and none of it is written anywhere, not by a crash either', async () => {
  const [worker] = await servingWorkers(gateway.dataFolder);
  assert.ok(worker !== undefined);
  process.kill(worker.pid, 'SIGABRT');
  await until(async () => (await servingWorkers(gateway.dataFolder)).every(({ pid }) => pid !== worker.pid), 'its successor');

  const sent = [modern, legacy, talker, oldTalker]
    .flatMap(({ seen }) => seen)
    .map(({ body, headers }) => body + JSON.stringify(headers))
    .join('\n');
  assert.ok(sent.length > 10_000, 'servers were really asked');
  for (const value of PLANTED) assert.ok(!contains(Buffer.from(sent), value), 'no server has heard it');
  const heard = Buffer.from(read.join('\n'));
  for (const value of PLANTED) assert.ok(!contains(heard, value), 'no agent has read it');

  let metrics = '';
  await until(
    async () => (metrics = (await send(metricsUrl, { method: 'GET' })).body).includes('sallyport_inspection_findings'),
    'the numbers',
  );
  const status = await gateway.cli('status', '--output', 'json');
  const tail = await gateway.cli('audit', 'tail', '--limit', 'all', '--output', 'json');
  assert.match(tail.stdout, /"findings":\[/);
  assert.equal(await gateway.stop(), 0);
  // What an operator plants stands in the config, and so in its compiled form: it is what is looked for.
  const files = [...filesBelow(gateway.dataFolder)].filter(
    ([name, bytes]) => name !== 'snapshot.json' || contains(bytes, AWS) || contains(bytes, CARD),
  );
  const written = [
    ...files,
    ['the log', Buffer.from(gateway.logs())],
    ['the metrics', Buffer.from(metrics)],
    ['the status', Buffer.from(status.stdout)],
    ['the records', Buffer.from(tail.stdout)],
    ['the events', Buffer.from(JSON.stringify(gateway.events))],
  ] as const;
  const found = written.flatMap(([name, bytes]) =>
    PLANTED.filter((value) => contains(bytes, value)).map((value) => `${PLANTED.indexOf(value)} in ${name}`),
  );
  assert.deepEqual(found, []);
});
