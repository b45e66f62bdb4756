// An agent that may use one tool, one prompt and one folder of resources tries to reach the others: by other spellings, by other
// methods that name the same thing, by messages that are no requests. Over every road (modern and legacy, HTTP and stdio) the answer is
// no, and the server hears nothing.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  anyTool,
  at,
  LegacySession,
  META,
  modernCall,
  modernRequest,
  repositoryRoot,
  rpc,
  send,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, HttpAnswer } from '../harness/index.ts';
import { makeOwnFolder } from './gateway-target.fixture.ts';
import { honestly, httpAnswer, jsonAnswer, resultOf, startRawServer } from './raw-server.fixture.ts';
import type { Heard, RawServer } from './raw-server.fixture.ts';

const RECORDER = join(repositoryRoot, 'test', 'attacks', 'stdio-recorder.fixture.ts');
const ACCEPT = 'application/json, text/event-stream';

let modern: RawServer;
let legacy: RawServer;
let gateway: Gateway;
let key: string;
let outsider: string;
const folder = makeOwnFolder();
const heardByStdio = join(folder.path, 'heard');

/** Everything that any server has heard from an agent so far. */
const heard = (): readonly string[] => [
  ...[modern, legacy].flatMap(({ seen }) =>
    seen
      // What there is the gateway asks as well, before a call.
      .filter(({ id, method }) => id !== 'sallyport-probe' && (id === undefined || !/^(tools|prompts)\/list$/.test(method)))
      .map(({ body, httpMethod }) => body || httpMethod),
  ),
  ...readFileSync(heardByStdio, 'utf8').split('\n'),
];

before(async () => {
  [modern, legacy] = await Promise.all([
    startRawServer((one) => answerAll(one, 'modern')),
    startRawServer((one) => answerAll(one, 'legacy')),
  ]);
  writeFileSync(heardByStdio, '');
  const stdio = { command: process.execPath, args: [RECORDER, heardByStdio] };
  gateway = await startGateway({
    folder: folder.path,
    config: testConfig({
      servers: { modern: { url: modern.url }, legacy: { url: legacy.url }, stdio, closed: { url: legacy.url } },
      rules: [
        {
          name: 'some',
          effect: 'allow',
          agents: ['insider'],
          servers: ['modern', 'legacy', 'stdio'],
          tools: ['shown', 'list_*'],
          prompts: ['shown'],
          resources: ['file:///public/*', 'file:///public/{path}', 'note://open'],
        },
        { name: 'no-secrets', effect: 'deny', agents: ['*'], servers: ['*'], resources: ['file:///public/secret/*'] },
      ],
    }),
  });
  [key, outsider] = [await gateway.addAgent('insider'), await gateway.addAgent('outsider')];
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close()]);
  folder.remove();
});

function answerAll(request: Heard, era: 'modern' | 'legacy'): Buffer {
  const honest = honestly(request, era);
  if (honest !== undefined) return honest;
  if (request.httpMethod === 'GET') return httpAnswer(405, {});
  if (request.id === undefined) return httpAnswer(202, {});
  return jsonAnswer(
    resultOf(request, {
      resultType: 'complete',
      ttlMs: 0,
      cacheScope: 'public',
      ...LISTS[request.method],
      content: [],
      messages: [],
      contents: [],
      completion: { values: [] },
    }),
  );
}

const LISTS: Readonly<Record<string, object>> = {
  'tools/list': {
    tools: ['shown', 'hidden', 'SHOWN', 'shown ', 'list_a', 'list_everything', undefined, 7].map((name) => ({ ...anyTool('x'), name })),
  },
  'prompts/list': { prompts: ['shown', 'hidden', 'Shown'].map((name) => ({ name })) },
  'resources/list': {
    resources: [
      'file:///public/a',
      'file:///public/secret/a',
      'file:///private/a',
      'file:///public/../private/a',
      'note://open',
      'note://OPEN',
    ].map((uri) => ({ uri, name: 'x' })),
  },
  'resources/templates/list': {
    resourceTemplates: ['file:///public/{path}', 'file:///private/{path}', '{+any}'].map((uriTemplate) => ({ uriTemplate, name: 'x' })),
  },
};

/** One way to say something to a server: the body's text, as it is. */
interface Road {
  readonly name: string;
  say(body: string, method: string, name: string | undefined): Promise<HttpAnswer>;
}

const sentinel = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

/** A modern request with honest headers for this method and name, and this text as its body. */
function modernRoad(server: string): Road {
  return {
    name: `modern, ${server}`,
    say: (body, method, name) =>
      send(gateway.url(server), {
        headers: {
          'content-type': 'application/json',
          accept: ACCEPT,
          authorization: `Bearer ${key}`,
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': method,
          ...(name !== undefined && { 'mcp-name': sentinel(name) }),
        },
        body: body
          .replace('"params":{', `"params":{"_meta":${JSON.stringify({ [META.version]: '2026-07-28', [META.capabilities]: {} })},`)
          .replace(',}', '}'),
      }),
  };
}

function legacyRoad(server: string): Road {
  let session: LegacySession | undefined;
  return {
    name: `legacy, ${server}`,
    say: async (body) => {
      session ??= await LegacySession.open(gateway.url(server), { key });
      return send(gateway.url(server), { headers: session.headers({ 'content-type': 'application/json' }), body });
    },
  };
}

const roads: readonly Road[] = [modernRoad('modern'), modernRoad('stdio'), legacyRoad('legacy'), legacyRoad('stdio')];

/** Names of tools and prompts that are not `shown`, whatever they look like. */
const OTHER_NAMES = [
  'hidden',
  'SHOWN',
  'Shown',
  'shown ',
  ' shown',
  '\tshown',
  'shown\n',
  'shown\0',
  'shown\0hidden',
  '\u0455hown',
  's\u200bhown',
  'shown\u200d',
  '\ufeffshown',
  'sho\u0301wn',
  '\uff53\uff48\uff4f\uff57\uff4e',
  'shown\u202e',
  'ſhown',
  'shown/hidden',
  '../shown',
  'shown#hidden',
  'shown?',
  'show%6e',
  'shown;hidden',
  'shown,hidden',
  '"shown"',
  'some:shown',
  'modern__shown',
  'List_a',
  'list-a',
  'lis_a',
  ' list_a',
  '*',
  '',
  '__proto__',
  'constructor',
  'toString',
];

const OTHER_RESOURCES = [
  'file:///private/a',
  'file:///public',
  'file:///publicx/a',
  'file:///PUBLIC/a',
  'FILE:///private/a',
  'file:/private/a',
  'file://localhost/private/a',
  'file:///public/../private/a',
  'file:///public/%2e%2e/private/a',
  'file:///public/%2E%2E/private/a',
  'file:///public/.%2e/private/a',
  'file:///public/%2e%2e%2fprivate%2fa',
  'file:///public/..%2fprivate/a',
  'file:///public/%252e%252e/private/a',
  'file:///public/%252e%252e%252fprivate%252fa',
  'file:///public/..\\private\\a',
  'file:///public\\..\\private\\a',
  'file:///public/..%5cprivate%5ca',
  'file:///public/./../private/a',
  'file:///public/x/../../private/a',
  'file:///public//..//../private/a',
  'file:///public/../../../../private/a',
  'file:///public/..',
  'file:///public/%00/../../private/a',
  // The deny rule in other spellings.
  'file:///public/secret/a',
  'file:///public/%73ecret/a',
  'file:///public/secret%2fa',
  'file:///public/%73%65%63%72%65%74%2fa',
  'file:///public/%2573ecret/a',
  'file:///public/./secret/a',
  'file:///public/x/../secret/a',
  'file:///public//secret/a',
  'file:///public/x/%2e%2e/secret/a',
  'file:///public\\secret\\a',
  'file:///public/secret/../secret/a',
  'file:///public/secret/a?x=1',
  'file:///public/secret/a#x',
  'note://OPEN',
  'NOTE://open',
  'note://open/',
  'note://open?x',
  ' note://open',
  'note:open',
  '',
];

for (const road of roads) {
  describe(road.name, () => {
    test('what is allowed goes through: the road is open', async () => {
      for (const [method, params] of [
        ['tools/call', { name: 'shown', arguments: {} }],
        ['tools/call', { name: 'list_everything', arguments: {} }],
        ['prompts/get', { name: 'shown' }],
        ['resources/read', { uri: 'file:///public/a' }],
        ['resources/read', { uri: 'note://open' }],
        ['completion/complete', { ref: { type: 'ref/prompt', name: 'shown' }, argument: { name: 'a', value: '' } }],
      ] as const) {
        const answer = await road.say(
          request(method, params),
          method,
          'name' in params ? params.name : 'uri' in params ? params.uri : undefined,
        );
        assert.notEqual(rpc(answer).result, undefined, `${method}: ${answer.body}`);
        assert.notEqual(at(rpc(answer).result, 'isError'), true);
      }
    });

    test('a tool by any other name is denied', async () => {
      for (const name of OTHER_NAMES) await assertDenied(road, 'tools/call', { name, arguments: {} }, name);
    });

    test('a prompt by any other name is denied, also where it is only completed', async () => {
      for (const name of OTHER_NAMES) {
        await assertDenied(road, 'prompts/get', { name }, name);
        await assertDenied(
          road,
          'completion/complete',
          { ref: { type: 'ref/prompt', name }, argument: { name: 'a', value: '' } },
          undefined,
        );
      }
    });

    test('a resource by any other URI is denied, also where it is only completed or watched', async () => {
      for (const uri of OTHER_RESOURCES) {
        await assertDenied(road, 'resources/read', { uri }, uri);
        await assertDenied(
          road,
          'completion/complete',
          { ref: { type: 'ref/resource', uri }, argument: { name: 'a', value: '' } },
          undefined,
        );
        if (road.name.startsWith('legacy'))
          for (const verb of ['resources/subscribe', 'resources/unsubscribe']) await assertDenied(road, verb, { uri }, undefined);
      }
    });

    test('a name that two readers could read in two ways is refused', async () => {
      for (const [body, method] of [
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shown","name":"hidden","arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shown","n\\u0061me":"hidden","arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"name":"hidden"},"method":"tools/call"}', 'tools/list'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shown"},"params":{"name":"hidden"}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shown","__proto__":{"name":"hidden"}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"name":"shown"},"arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":["shown"],"arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":{"toString":"shown"},"arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":null,"arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"Name":"hidden","arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"arguments":{"name":"shown"}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"note://open","uri":"file:///private/a"}}', 'resources/read'],
        [
          '{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","type":"ref/resource","name":"shown","uri":"file:///private/a"}}}',
          'completion/complete',
        ],
        [
          '{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"type":"ref/tool","name":"hidden"}}}',
          'completion/complete',
        ],
        ['{"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{"ref":{"name":"shown"}}}', 'completion/complete'],
        ['[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"hidden","arguments":{}}}]', 'tools/call'],
        [
          '[{"jsonrpc":"2.0","id":1,"method":"tools/list"},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"hidden"}}]',
          'tools/list',
        ],
        [
          '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"hidden"}}',
          'tools/list',
        ],
        [
          '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}\n{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"hidden"}}',
          'tools/list',
        ],
      ] as const) {
        await assertRefused(road, body, method, 'shown');
      }
    });

    test('an escaped name is the name', async () => {
      const before = heard().length;
      const answer = await road.say(
        '{"jsonrpc":"2.0","id":1,"method":"tools\\/c\\u0061ll","params":{"name":"\\u0068idden","arguments":{}}}',
        'tools/call',
        'hidden',
      );
      assert.equal(at(rpc(answer).result, 'isError'), true, answer.body);
      assert.equal(heard().length, before);
    });

    test('a call that is said as a notification, or under another method, is not carried', async () => {
      for (const [body, method] of [
        ['{"jsonrpc":"2.0","method":"tools/call","params":{"name":"hidden","arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","method":"resources/read","params":{"uri":"file:///private/a"}}', 'resources/read'],
        ['{"jsonrpc":"2.0","method":"tools/list","params":{}}', 'tools/list'],
        [
          '{"jsonrpc":"2.0","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}',
          'initialize',
        ],
        ['{"jsonrpc":"2.0","method":"notifications/made-up","params":{"name":"hidden"}}', 'notifications/made-up'],
        ['{"jsonrpc":"2.0","id":1,"method":"notifications/initialized","params":{}}', 'notifications/initialized'],
        ['{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"hidden","arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"Tools/Call","params":{"name":"hidden","arguments":{}}}', 'Tools/Call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call ","params":{"name":"hidden","arguments":{}}}', 'tools/call '],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/execute","params":{"name":"hidden","arguments":{}}}', 'tools/execute'],
        ['{"jsonrpc":"2.0","id":1,"method":"rpc.discover","params":{}}', 'rpc.discover'],
        ['{"jsonrpc":"1.0","id":1,"method":"tools/call","params":{"name":"hidden","arguments":{}}}', 'tools/call'],
        ['{"id":1,"method":"tools/call","params":{"name":"hidden","arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["hidden",{}]}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","result":{},"params":{"name":"hidden","arguments":{}}}', 'tools/call'],
        ['{"jsonrpc":"2.0","id":1,"method":"tasks/result","params":{"taskId":"1"}}', 'tasks/result'],
      ] as const) {
        const before = heard().length;
        const answer = await road.say(body, method, body.includes('"name"') ? 'hidden' : undefined);
        assert.equal(rpc(answer).result, undefined, `${body} was answered ${answer.body}`);
        // Nothing may arrive late, either: what is said after it arrives after it.
        const marker = `marker-${before}`;
        await road.say(request('tools/call', { name: 'shown', arguments: { marker } }), 'tools/call', 'shown');
        await until(() => heard().some((text) => text.includes(marker)), 'the call that may be carried');
        assert.equal(heard().length, before + 1, `${body} reached a server`);
      }
    });

    test('lists show what may be used, and nothing else', async () => {
      if (road.name.endsWith('stdio')) return;
      for (const [method, member, name, allowed] of [
        ['tools/list', 'tools', 'name', ['shown', 'list_a', 'list_everything']],
        ['prompts/list', 'prompts', 'name', ['shown']],
        ['resources/list', 'resources', 'uri', ['file:///public/a', 'note://open']],
        ['resources/templates/list', 'resourceTemplates', 'uriTemplate', ['file:///public/{path}']],
      ] as const) {
        const answer = await road.say(request(method, {}), method, undefined);
        const list = at(rpc(answer).result, member);
        assert(Array.isArray(list), answer.body);
        assert.deepEqual(
          list.map((element) => at(element, name)),
          allowed,
        );
      }
    });
  });
}

test('an agent without a rule reaches nothing, not even what opens a conversation', async () => {
  const before = heard().length;
  for (const server of ['modern', 'legacy', 'stdio', 'closed']) {
    for (const method of [
      'server/discover',
      'tools/list',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
      'subscriptions/listen',
    ]) {
      const answer = await modernCall(gateway.url(server), method, {}, { key: outsider });
      assert.equal(at(answer.error, 'code'), 1403, `${server} ${method}: ${answer.http.body}`);
    }
    const called = await modernCall(gateway.url(server), 'tools/call', { name: 'shown', arguments: {} }, { key: outsider });
    assert.equal(at(called.result, 'isError'), true);
    const opened = await LegacySession.initialize(gateway.url(server), { key: outsider });
    assert.equal(at(opened.error, 'code'), 1403);
    assert.equal(opened.http.headers['mcp-session-id'], undefined);
  }
  const closed = await modernCall(gateway.url('closed'), 'tools/list', {}, { key });
  assert.equal(at(closed.error, 'code'), 1403);
  assert.equal(heard().length, before);
});

test('a resource that may not be read is not watched', async () => {
  const uris = OTHER_RESOURCES.filter((uri) => uri !== '');
  const before = modern.seen.length;
  const { headers, body } = modernRequest(
    'subscriptions/listen',
    { notifications: { resourceSubscriptions: [...uris, 'note://open', 7, null] } },
    { key },
  );
  await send(gateway.url('modern'), { headers, body });
  const [listen] = modern.seen.slice(before).filter(({ method }) => method === 'subscriptions/listen');
  assert.deepEqual(at(listen?.message, 'params', 'notifications', 'resourceSubscriptions'), ['note://open']);
});

test('a retry with answers is a new call: it may not name another tool', async () => {
  const before = heard().length;
  const params = { name: 'hidden', arguments: {}, inputResponses: { q: { action: 'accept' } }, requestState: 'for shown' };
  const answer = await modernCall(gateway.url('modern'), 'tools/call', params, { key });
  assert.equal(at(answer.result, 'isError'), true);
  assert.equal(heard().length, before);
});

function request(method: string, params: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

/** Denied by policy: a tool error, elsewhere an error with the gateway's code; and no server heard of it. */
async function assertDenied(
  road: Road,
  method: string,
  params: Readonly<Record<string, unknown>>,
  name: string | undefined,
): Promise<void> {
  const before = heard().length;
  const answer = await road.say(request(method, params), method, name);
  const { result, error } = rpc(answer);
  const what = `${method} ${JSON.stringify(params)} was answered ${answer.status} ${answer.body}`;
  if (method === 'tools/call') {
    assert.equal(at(result, 'isError'), true, what);
    assert.match(textAt(result, 'content', 0, 'text'), /denied|may not|policy/i);
  } else assert.equal(at(error, 'code'), 1403, what);
  assert.equal(heard().length, before, `${method} ${JSON.stringify(params)} reached a server`);
}

/** Refused as something that cannot be read, or cannot be judged; and no server heard of it. */
async function assertRefused(road: Road, body: string, method: string, name: string): Promise<void> {
  const before = heard().length;
  const answer = await road.say(body, method, method.endsWith('/list') || method.startsWith('completion') ? undefined : name);
  assert(answer.status >= 400, `${body} was answered ${answer.status} ${answer.body}`);
  assert.equal(rpc(answer).result, undefined);
  assert.equal(heard().length, before, `${body} reached a server`);
}
