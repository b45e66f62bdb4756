// Whoever can read the data folder, the log or the metrics learns who called what, and never what was said. Canaries stand in every
// place where an agent, a server or the operator can put a value: arguments, results, errors, headers, `_meta`, questions and answers,
// credentials. After calls of every kind, allowed, denied and failing, they are looked for in everything that the gateway wrote, as
// they are and in every encoding that something might have put them in.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  ALLOW_ALL,
  at,
  LegacySession,
  META,
  modernCall,
  modernRequest,
  openStream,
  repositoryRoot,
  send,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpStream } from '../harness/index.ts';
import { fieldLines, freePort, makeOwnFolder, rawAnswer, rawRequest } from './gateway-target.fixture.ts';
import { honestly, httpAnswer, jsonAnswer, resultOf, startRawServer, streamAnswer } from './raw-server.fixture.ts';
import type { Heard, RawServer } from './raw-server.fixture.ts';
import { contains, filesBelow } from './written.fixture.ts';

/** Never a name: names of tools, prompts and resources are on record, since rules are about them. */
const secrets = {
  env: 'canary-Env-Secret-5d1f',
  file: 'canary-File-Secret-a771',
  stdio: 'canary-Stdio-Secret-03be',
  interpolated: 'canary-Interpolated-9c4e',
};
/** Every canary that was sent anywhere. */
const canaries = new Set<string>(Object.values(secrets));
let next = 1;
const canary = (where: string): string => {
  const text = `canary-${where}-${(next++).toString(36)}-Zq7`;
  canaries.add(text);
  return text;
};

const folder = makeOwnFolder();
let modern: RawServer;
let legacy: RawServer;
let gateway: Gateway;
let key: string;
let denied: string;
let metricsUrl: string;

before(async () => {
  [modern, legacy] = await Promise.all([
    startRawServer((heard) => reply(heard, 'modern')),
    startRawServer((heard) => reply(heard, 'legacy')),
  ]);
  writeFileSync(join(folder.path, 'token'), `${secrets.file}\n`);
  const headers = {
    Authorization: { env: 'CANARY_ENV' },
    'X-From-File': { file: join(folder.path, 'token') },
    'X-Mixed': 'Bearer ${CANARY_MIXED}',
  };
  const stdio = {
    command: process.execPath,
    args: [join(repositoryRoot, 'test', 'attacks', 'canary-stdio.fixture.ts')],
    env: { TOKEN: { env: 'CANARY_STDIO' } },
  };
  const metricsAddress = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${metricsAddress}/metrics`;
  gateway = await startGateway({
    folder: folder.path,
    env: { CANARY_ENV: secrets.env, CANARY_MIXED: secrets.interpolated, CANARY_STDIO: secrets.stdio },
    config: testConfig({
      servers: { modern: { url: modern.url, headers }, legacy: { url: legacy.url, headers }, stdio },
      rules: [ALLOW_ALL, { name: 'not-for-them', effect: 'deny', agents: ['denied'], servers: ['*'] }],
      // Everything goes through, so that everything could be written down.
      extra: { metrics: { listen: metricsAddress }, inspection: { actions: [{ findings: ['*'], action: 'tag' }] } },
    }),
  });
  [key, denied] = [await gateway.addAgent('known'), await gateway.addAgent('denied')];
  for (const text of [key, denied]) canaries.add(text.slice('spk_'.length));
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close()]);
  folder.remove();
});

type Json = Readonly<Record<string, unknown>>;

/** What both servers answer: a canary in every member that can hold one. */
function reply(heard: Heard, era: 'modern' | 'legacy'): Buffer {
  const honest = honestly(heard, era);
  if (honest !== undefined) return honest;
  if (heard.httpMethod === 'GET')
    return streamAnswer([{ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: canary('get-stream') } }]);
  if (heard.id === undefined || at(heard.message, 'method') === undefined) return httpAnswer(202, { 'x-note': canary('accepted-header') });
  const result = {
    resultType: 'complete',
    ttlMs: 0,
    cacheScope: 'private',
    content: [
      { type: 'text', text: canary('result-text') },
      { type: 'image', data: Buffer.from(canary('result-image')).toString('base64'), mimeType: 'image/png' },
    ],
    structuredContent: { secret: canary('structured'), nested: { deep: [canary('structured-deep')] } },
    messages: [{ role: 'user', content: { type: 'text', text: canary('prompt-message') } }],
    contents: [{ uri: 'note://x', text: canary('resource-text') }],
    completion: { values: [canary('completion')] },
    tools: TOOLS,
    prompts: [{ name: 'any', arguments: [{ name: 'a' }] }],
    _meta: { note: canary('result-meta') },
  };
  const fields = { 'x-note': canary('result-header'), 'set-cookie': canary('cookie') };
  switch (heard.name) {
    case 'error':
      return jsonAnswer(
        { jsonrpc: '2.0', id: heard.id, error: { code: -32602, message: canary('error-message'), data: { detail: canary('error-data') } } },
        fields,
      );
    case 'tool-error':
      return jsonAnswer(resultOf(heard, { ...result, isError: true }), fields);
    case 'malformed':
      return jsonAnswer(`{"jsonrpc":"2.0","id":${heard.idText},"${canary('malformed')}`, fields);
    case 'other-id':
      return jsonAnswer({ jsonrpc: '2.0', id: canary('other-id'), result }, fields);
    case 'refused':
      return jsonAnswer(
        canary('refusal-body'),
        { ...fields, 'www-authenticate': `Bearer realm="${canary('challenge')}"`, location: `http://${canary('location')}.example/` },
        401,
      );
    case 'broken':
      return httpAnswer(200, { 'content-type': 'application/json', 'content-length': '99999' }, canary('broken'));
    case 'no-http':
      return Buffer.from(`${canary('no-http')}\r\n\r\n`);
    case 'bad-head':
      return Buffer.from(`HTTP/1.1 200 ${canary('reason')}\r\nbad header ${canary('bad-header')}\r\n\r\n`);
    case 'question':
      return jsonAnswer(
        resultOf(heard, {
          resultType: 'input_required',
          requestState: canary('state'),
          inputRequests: { q: { method: 'elicitation/create', params: { message: canary('question') } } },
        }),
      );
    case 'stream':
      return streamAnswer([
        { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress: 1, message: canary('progress') } },
        { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: canary('log-message') } },
        resultOf(heard, result),
      ]);
    default:
      return jsonAnswer(resultOf(heard, result), fields);
  }
}

/** Definitions are kept, for whoever is to approve them: they hold no canary. */
const TOOLS = ['any', 'error', 'tool-error', 'malformed', 'other-id', 'refused', 'broken', 'no-http', 'bad-head', 'question', 'stream'].map(
  (name) => ({
    name,
    inputSchema: { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } }, additionalProperties: true },
  }),
);
const NAMES = TOOLS.map(({ name }) => name);

/** Values in every member of the parameters, and of `_meta`. */
const args = (): Json => ({
  text: canary('argument'),
  [canary('argument-name')]: 1,
  nested: { list: [canary('argument-deep')] },
  region: canary('mirrored'),
});
const meta = (): Json => ({
  progressToken: canary('progress-token'),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: `v=${canary('tracestate')}`,
  baggage: `b=${canary('baggage')}`,
  [META.client]: { name: canary('client-name'), version: canary('client-version') },
  'com.example/x': canary('meta'),
});
const capabilities = (): Json => ({ elicitation: {}, experimental: { x: canary('capability') } });
const headers = (): Record<string, string> => ({
  cookie: `c=${canary('request-cookie')}`,
  'x-api-key': canary('request-header'),
  'user-agent': canary('user-agent'),
  'mcp-param-other': canary('param-header'),
  tracestate: `v=${canary('tracestate-header')}`,
  referer: `http://localhost/${canary('referer')}`,
  'x-forwarded-for': canary('forwarded'),
});

async function callEverything(who: string): Promise<void> {
  const options = (): object => ({ key: who, meta: meta(), capabilities: capabilities(), headers: headers(), id: canary('id') });
  for (const server of ['modern', 'legacy', 'stdio']) {
    const url = `${gateway.url(server)}?q=${canary('query')}`;
    for (const name of NAMES)
      await modernCall(
        url,
        'tools/call',
        { name, arguments: args(), inputResponses: { q: { content: canary('input-response') } }, requestState: canary('request-state') },
        options(),
      );
    await modernCall(url, 'prompts/get', { name: 'any', arguments: { a: canary('prompt-argument') } }, options());
    await modernCall(
      url,
      'resources/read',
      { uri: `note://user:${canary('uri-password')}@host/x?token=${canary('uri-query')}#${canary('uri-fragment')}` },
      options(),
    );
    await modernCall(url, 'resources/read', { uri: `data:text/plain,${canary('uri-data')}` }, options());
    await modernCall(
      url,
      'completion/complete',
      {
        ref: { type: 'ref/prompt', name: 'any' },
        argument: { name: 'a', value: canary('completion-value') },
        context: { arguments: { b: canary('completion-context') } },
      },
      options(),
    );
    await modernCall(url, 'tools/list', { cursor: canary('cursor') }, options());
    // What cannot be read, in ways that an error text might quote.
    const { headers: fields, body } = modernRequest('tools/call', { name: 'any', arguments: args() }, options());
    const text = String(body);
    for (const bad of [
      text.slice(0, -1),
      text.replace('{', `{"${canary('twice')}":1,"jsonrpc":"2.0",`),
      text.replace('"jsonrpc":"2.0"', `"jsonrpc":"${canary('jsonrpc')}"`),
      `${canary('no-json')}${text}`,
    ]) {
      await send(url, { headers: fields, body: bad });
    }
    await send(url, { headers: { ...fields, 'mcp-name': canary('name-header') }, body });
    await send(url, { headers: { ...fields, 'mcp-method': canary('method-header') }, body });
    await send(url, { headers: { ...fields, 'mcp-protocol-version': canary('version-header') }, body });
    await send(url, { headers: { ...fields, 'content-type': `text/${canary('content-type')}` }, body });
    await rawAnswer(
      gateway.port,
      rawRequest(`/mcp/${server}`, [...fieldLines({ headers: fields }), `Bad Header: ${canary('bad-header')}`], text),
    );
    await rawAnswer(gateway.port, rawRequest(`/mcp/${server}`, [`Host: ${canary('host').toLowerCase()}.example`], text));
    await rawAnswer(
      gateway.port,
      rawRequest(`/mcp/${server}`, [`Origin: http://${canary('origin')}.example`, ...fieldLines({ headers: fields })], text),
    );
    await rawAnswer(gateway.port, rawRequest(`/mcp/${server}`, [`Authorization: Bearer ${canary('wrong-key')}`], text));
    await rawAnswer(
      gateway.port,
      rawRequest(`/mcp/${server}`, [`Authorization: Basic ${Buffer.from(canary('basic')).toString('base64')}`], text),
    );
    await callLegacy(server, who);
  }
}

/** Reads a call to its end, and answers whatever its server asks on the way. */
async function answerAll(session: LegacySession, stream: HttpStream): Promise<void> {
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
    if (at(event.json, 'method') !== 'elicitation/create') continue;
    await session.respond(at(event.json, 'id'), { action: 'accept', content: { [canary('answer-name')]: canary('answer') } });
  }
}

async function callLegacy(server: string, who: string): Promise<void> {
  const opened = await LegacySession.initialize(gateway.url(server), { key: who, capabilities: capabilities() });
  if (opened.result === undefined) return;
  const session = await LegacySession.open(gateway.url(server), { key: who, capabilities: capabilities() });
  for (const name of NAMES) await answerAll(session, await session.stream('tools/call', { name, arguments: args(), _meta: meta() }));
  await session.request('prompts/get', { name: 'any', arguments: { a: canary('prompt-argument') } });
  await session.request('completion/complete', {
    ref: { type: 'ref/prompt', name: 'any' },
    argument: { name: 'a', value: canary('completion-value') },
  });
  await session.request(`made-up/${'method'}`, { x: canary('unknown-params') });
  await session.notify('notifications/cancelled', { requestId: canary('cancelled-id'), reason: canary('reason') });
  await session.notify('notifications/progress', { progressToken: canary('token'), progress: 1, message: canary('progress-message') });
  await session.respond(canary('response-id'), { content: canary('response') });
  if (server === 'legacy') await (await session.listen(canary('last-event-id'))).whole();
  await send(gateway.url(server), {
    headers: { ...session.headers({ 'mcp-session-id': canary('session-id') }), 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
  await session.end();
}

test('nothing that was said, and no credential, is in anything that the gateway wrote', async () => {
  await callEverything(key);
  await callEverything(denied);
  await callOnStdio();
  // The server has heard the secrets, the agent's canaries and never the agent's key: so they were really there.
  const heard = [...modern.seen, ...legacy.seen].map(({ headers: fields, body }) => `${JSON.stringify(fields)}${body}`).join('\n');
  for (const secret of [secrets.env, secrets.file, `Bearer ${secrets.interpolated}`])
    assert(heard.includes(secret), `the server never heard ${secret}`);
  for (const where of ['argument', 'argument-deep', 'prompt-argument', 'meta', 'cursor', 'uri-query', 'request-state', 'response'])
    assert.match(heard, new RegExp(`canary-${where}-`));
  assert(!heard.includes(key) && !heard.includes(denied));
  assert(canaries.size > 500, `only ${canaries.size} canaries were sent`);

  const metrics = await metricsText();
  assert.match(metrics, /sallyport_/);
  const status = await gateway.cli('status', '--output', 'json');
  const tail = await gateway.cli('audit', 'tail', '--limit', 'all', '--output', 'json');
  assert.equal(await gateway.stop(), 0);

  assert.match(tail.stdout, /"verdict":"deny"/);
  assert.match(tail.stdout, /"status":"failed"/);

  const written = [
    ...filesBelow(gateway.dataFolder),
    ['the log', Buffer.from(gateway.logs())],
    ['the metrics', Buffer.from(metrics)],
    ['the status', Buffer.from(status.stdout)],
    ['the events', Buffer.from(JSON.stringify(gateway.events))],
  ] as const;
  assert(written.length > 6, 'there is hardly anything to look into');
  const found: string[] = [];
  for (const [name, bytes] of written) for (const text of canaries) if (contains(bytes, text)) found.push(`${text} in ${name}`);
  assert.deepEqual(found, []);
});

test('the search itself finds a canary in every encoding', () => {
  const text = 'canary-Search-Zq7';
  const bytes = Buffer.from(text);
  for (const hiding of [
    text,
    text.toUpperCase(),
    bytes.toString('base64'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    Buffer.from(`x${text}`).toString('base64'),
    Buffer.from(`xy${text}`).toString('base64url'),
    encodeURIComponent(text),
    createHash('sha256').update(text).digest('hex'),
  ]) {
    assert(contains(Buffer.from(`before ${hiding} after`), text), hiding);
  }
  assert(!contains(Buffer.from('canary-Other-Zq7'), text));
});

/** Calls that a program behind the gateway answers, complains about on its error output, and dies over. */
async function callOnStdio(): Promise<void> {
  const session = await LegacySession.open(gateway.url('stdio'), { key, capabilities: capabilities() });
  const echoed = await session.request('tools/call', { name: 'echo', arguments: { text: canary('stdio-argument') } });
  assert.match(textAt(echoed.result, 'content', 0, 'text'), /canary-stdio-argument-/);
  assert.match(textAt(echoed.result, 'content', 1, 'text'), new RegExp(secrets.stdio));
  const asked = await openStream(gateway.url('stdio'), {
    headers: session.headers({ 'content-type': 'application/json' }),
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 500,
      method: 'tools/call',
      params: { name: 'ask', arguments: { text: canary('stdio-question') } },
    }),
  });
  let question = await asked.next();
  while (question?.data === '') question = await asked.next(); // Only an id to come back to.
  assert.equal(
    (await session.respond(at(question?.json, 'id'), { action: 'accept', content: { name: canary('stdio-answer') } })).status,
    202,
  );
  assert.match((await asked.next())?.data ?? '', /canary-stdio-answer-/);
  await session.request('tools/call', { name: 'noise', arguments: { text: canary('stdio-noise') } });
  await session.request('tools/call', { name: 'die', arguments: { text: canary('stdio-last-words') } });
  await until(async () => (await session.request('ping')).http.status === 404, 'the end of the session');
}

/** The metrics, once every worker has told its numbers. */
async function metricsText(): Promise<string> {
  let text = '';
  await until(async () => {
    text = (await send(metricsUrl, { method: 'GET' })).body;
    return text.includes('tool_error') && text.includes('rpc_error');
  }, 'the numbers of the calls');
  return text;
}
