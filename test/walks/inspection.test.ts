// What is looked into, and what comes of it, through the running gateway: agents and servers of both eras, over HTTP, event streams and pipes, in small
// answers and in large ones that pass by in pieces. Two workers; whichever has a call.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  ALLOW_ALL,
  anyTool,
  at,
  lastDecision,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  modernCall,
  readRecords,
  repositoryRoot,
  startGateway,
  startScriptedServer,
  startSseServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer, SseServer } from '../harness/index.ts';

// Put together here, so that whoever searches the sources for secrets finds none.
const AWS = ['AKIA', 'Z7QK2M5X', 'WTR4NJ3V'].join('');
const CARD = ['4111', '1111', '1111', '1111'].join(' ');
const CARD_DIGITS = CARD.replaceAll(' ', '');
const MAIL = ['ada.lovelace', 'analytical-engines.org'].join('@');
const HIDDEN = 'plain\u{E0069}\u{E0067}\u{E006E}\u{E006F}\u{E0072}\u{E0065} text';
const PICTURE = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(600, 0xa7)]).toString('base64');
const FILLER = 'The quick brown fox jumps over the lazy dog, and writes 42 lines of prose about it.\n';

const structured = { customer: 'Ada', card: CARD, total: 12 };
const outputSchema = {
  type: 'object',
  properties: { customer: { type: 'string' }, card: { type: 'string' }, total: { type: 'integer' } },
  required: ['customer', 'card', 'total'],
};
const strictSchema = { type: 'object', properties: { card: { type: 'string', pattern: '^[0-9 ]+$' } }, required: ['card'] };

const text = (said: string): object => ({ content: [{ type: 'text', text: said }] });
const RESULTS: Readonly<Record<string, object>> = {
  secret: text(`the key is ${AWS}, keep it`),
  card: text(`paid with ${CARD}.`),
  mail: text(`write to ${MAIL}`),
  hidden: text(HIDDEN),
  clean: text('nothing to see'),
  encoded: text(`blob: ${Buffer.from(`export AWS_ACCESS_KEY_ID=${AWS} # of the deployment`).toString('base64')}`),
  structured: { content: [{ type: 'text', text: JSON.stringify(structured) }], structuredContent: structured },
  misfit: { content: [{ type: 'text', text: 'a card' }], structuredContent: { card: CARD } },
  large: text(`${FILLER.repeat(20_000)}${AWS}\n${FILLER.repeat(20_000)}${CARD}\n${FILLER.repeat(10)}`),
  picture: {
    content: [{ type: 'image', data: PICTURE, mimeType: 'image/png' }],
  },
};
const TOOLS = [
  ...Object.keys(RESULTS)
    .filter((name) => name !== 'structured' && name !== 'misfit')
    .map(anyTool),
  { ...anyTool('structured'), outputSchema },
  { ...anyTool('misfit'), outputSchema: strictSchema },
  anyTool('echo'),
  anyTool('vault'),
  { name: 'strict', inputSchema: { type: 'object', properties: { card: { type: 'string', pattern: '^[0-9 ]+$' } } } },
];
const answer = (params: unknown): object => {
  const name = textAt(params, 'name');
  const args = at(params, 'arguments');
  return RESULTS[name] ?? text(JSON.stringify(args));
};

let modern: ScriptedServer;
let legacy: ScriptedServer;
let sse: SseServer;
let gateway: Gateway;
let key: string;

before(async () => {
  [modern, legacy, sse] = await Promise.all([
    startScriptedServer(
      modernAnswers({
        'tools/list': { resultType: 'complete', tools: TOOLS, ttlMs: 60_000, cacheScope: 'private' },
        'tools/call': (params: unknown) => ({ resultType: 'complete', ...answer(params) }),
        'resources/read': { resultType: 'complete', contents: [{ uri: 'file:///a', text: `see ${AWS}` }], ttlMs: 0, cacheScope: 'private' },
      }),
    ),
    startScriptedServer(legacyAnswers({ 'tools/list': { tools: TOOLS }, 'tools/call': answer })),
    startSseServer(),
  ]);
  gateway = await startGateway({
    config: testConfig({
      servers: {
        modern: { url: modern.url },
        legacy: { url: legacy.url },
        sse: { url: sse.url },
        pipe: {
          command: process.execPath,
          args: [join(repositoryRoot, 'test', 'harness', 'servers', 'stdio-server.ts')],
          env: { PLANTED: `key ${AWS} and card ${CARD}` },
        },
        open: { url: modern.url },
        bank: { url: modern.url },
        watched: { url: modern.url },
      },
      rules: [
        ALLOW_ALL,
        { name: 'no-personal-data-out', effect: 'deny', agents: ['careful'], servers: ['*'], when: 'findings.personal > 0' },
      ],
      extra: {
        inspection: {
          actions: [
            { findings: ['payment'], directions: ['answers'], servers: ['bank'], action: 'tokenise', purpose: 'billing' },
            { findings: ['payment'], directions: ['requests'], servers: ['bank', 'watched'], action: 'redact' },
            { findings: ['personal'], servers: ['watched'], action: 'redact' },
            { findings: ['binary'], directions: ['answers'], servers: ['watched'], action: 'deny' },
            { findings: ['*'], servers: ['open'], action: 'tag' },
          ],
          reveal: [{ purpose: 'billing', servers: ['bank'], tools: ['vault'] }],
        },
      },
    }),
  });
  key = await gateway.addAgent('ann');
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close(), sse?.close()]);
});

type CallTool = (server: string, name: string, args?: object) => Promise<RpcAnswer>;
const ERAS: readonly { readonly era: string; readonly call: CallTool }[] = [
  { era: 'modern', call: (server, name, args = {}) => modernCall(gateway.url(server), 'tools/call', { name, arguments: args }, { key }) },
  {
    era: 'legacy',
    call: async (server, name, args = {}) => {
      const session = await LegacySession.open(gateway.url(server), { key });
      return session.request('tools/call', { name, arguments: args });
    },
  },
];
const textOf = ({ result, http }: RpcAnswer): string => textAt(result, 'content', 0, 'text') || http.body;
const isRefused = ({ result }: RpcAnswer): boolean => at(result, 'isError') === true;
/** The records of the last call of a tool; the outcome is written behind the answer. */
async function recordsOf(tool: string): Promise<{ readonly decision: unknown; readonly outcome: unknown }> {
  let decision: unknown;
  let outcome: unknown;
  await until(() => {
    const records = readRecords(gateway.dataFolder).map(({ value }) => value);
    decision = records
      .filter((value) => textAt(value, 'kind') === 'decision' && textAt(value, 'tool') === tool)
      .toSorted((a, b) => Number(at(a, 'time')) - Number(at(b, 'time')))
      .at(-1);
    outcome = records.find((value) => textAt(value, 'kind') === 'outcome' && at(value, 'id') === at(decision, 'id'));
    return outcome !== undefined || at(decision, 'verdict') === 'deny';
  }, 'the outcome');
  return { decision, outcome };
}

for (const { era, call } of ERAS) {
  for (const server of ['modern', 'legacy']) {
    describe(`a ${era} agent at a ${server} server`, () => {
      for (const [tool, secret] of [
        ['secret', AWS],
        ['card', CARD],
        ['encoded', Buffer.from(AWS).toString('base64').slice(4, 20)],
      ] as const) {
        test(`reads a marker in the place of what is in ${tool}`, async () => {
          const said = await call(server, tool);
          assert.ok(!said.http.body.includes(secret), 'it is not in the answer');
          assert.match(textOf(said), /\[redacted:[a-z0-9-]+\]/);
          const { outcome } = await recordsOf(tool);
          assert.equal(at(outcome, 'findings', 0, 'action'), 'redact');
          assert.match(textAt(outcome, 'findings', 0, 'path'), /^\$\.result\.content\[0\]\.text$/);
        });
      }

      test('reads what is clean as it was said', async () => {
        assert.equal(textOf(await call(server, 'clean')), 'nothing to see');
        assert.equal(at((await recordsOf('clean')).outcome, 'findings'), undefined);
      });

      test('sees that there was something that nobody sees', async () => {
        assert.equal(textOf(await call(server, 'hidden')), 'plain\uFFFD text');
      });

      test('finds both forms of a structured answer in step, and as its schema says', async () => {
        const { result, http } = await call(server, 'structured');
        assert.ok(!http.body.includes(CARD));
        assert.deepEqual(
          JSON.parse(textAt(result, 'content', 0, 'text')),
          at(result, 'structuredContent') ?? JSON.parse(textAt(result, 'content', 0, 'text')),
        );
        assert.match(textAt(result, 'content', 0, 'text'), /\[redacted:/);
      });

      test('gets nothing of what would not be as its schema says any more', async () => {
        const said = await call(server, 'misfit');
        assert.ok(isRefused(said));
        assert.ok(!said.http.body.includes(CARD));
        assert.match(textOf(said), /kept back/);
      });

      test('gets an answer of megabytes without what was in the middle of it', async () => {
        const said = await call(server, 'large');
        assert.ok(!said.http.body.includes(AWS) && !said.http.body.includes(CARD));
        assert.equal(textOf(said).length, textAt(RESULTS['large'], 'content', 0, 'text').length + shortened(textOf(said)));
        assert.equal(textOf(said).match(/\[redacted:/g)?.length, 2);
      });

      test('sends no secret and no card', async () => {
        const before = [modern.seen.length, legacy.seen.length];
        for (const [value, type] of [
          [AWS, 'aws'],
          [CARD_DIGITS, 'card'],
        ] as const) {
          const said = await call(server, 'echo', { text: `please keep ${value} for me` });
          assert.ok(isRefused(said), textOf(said));
          assert.match(textOf(said), new RegExp(`${type}.* at \\$\\.params\\.arguments\\.text`));
          assert.ok(!textOf(said).includes(value));
          const { decision } = await recordsOf('echo');
          assert.deepEqual(
            [at(decision, 'verdict'), at(decision, 'reason'), at(decision, 'findings', 0, 'action')],
            ['deny', 'inspection', 'deny'],
          );
        }
        const sent = [...modern.seen.slice(before[0]), ...legacy.seen.slice(before[1])].map(({ body }) => body).join('\n');
        assert.ok(!sent.includes(AWS) && !sent.includes(CARD_DIGITS), 'no server has seen them');
      });

      test('sends what is personal, and the record says so', async () => {
        const said = await call(server, 'echo', { text: `write to ${MAIL}` });
        assert.ok(textOf(said).includes(MAIL));
        const { decision } = await recordsOf('echo');
        assert.deepEqual([at(decision, 'findings', 0, 'class'), at(decision, 'findings', 0, 'action')], ['personal', 'tag']);
      });
    });
  }

  test(`a ${era} agent at a program, and at a server over HTTP+SSE`, async () => {
    const piped = await call('pipe', 'environment', { name: 'PLANTED' });
    assert.ok(!piped.http.body.includes(AWS) && !piped.http.body.includes(CARD), piped.http.body);
    assert.equal(textOf(piped).match(/\[redacted:/g)?.length, 2);
    const refused = await call('sse', 'echo', { text: AWS });
    assert.ok(isRefused(refused));
    assert.ok(textOf(await call('sse', 'echo', { text: 'hello' })).includes('hello'));
  });

  test(`what is only tagged reaches a ${era} agent, and is on record`, async () => {
    assert.ok(textOf(await call('open', 'secret')).includes(AWS));
    const { outcome } = await recordsOf('secret');
    assert.deepEqual([at(outcome, 'findings', 0, 'class'), at(outcome, 'findings', 0, 'action')], ['secret', 'tag']);
    assert.ok(textOf(await call('open', 'echo', { text: AWS })).includes(AWS));
  });

  test(`a token stands for a card to a ${era} agent, and is turned back for the tool that is named, and no other`, async () => {
    const said = textOf(await call('bank', 'card'));
    const token = /sptok\.[a-z0-9-]+\.[A-Za-z0-9_-]+/.exec(said)?.[0] ?? '';
    assert.notEqual(token, '', said);
    assert.ok(!said.includes(CARD));
    assert.equal(textOf(await call('bank', 'card')), said, 'the same value, the same token');
    await call('bank', 'vault', { card: token });
    assert.equal(lastSent(modern, 'vault'), CARD);
    await call('bank', 'echo', { card: token });
    assert.equal(lastSent(modern, 'echo'), token);
    await call('modern', 'vault', { card: token });
    assert.equal(lastSent(modern, 'vault'), token, 'another server');
  });

  test(`what a ${era} agent sends is taken out where the config says so, and refused where it does not fit then`, async () => {
    await call('watched', 'echo', { card: CARD });
    assert.match(lastSent(modern, 'echo'), /^\[redacted:/);
    const refused = await call('watched', 'strict', { card: CARD });
    assert.ok(isRefused(refused));
    assert.match(textOf(refused), /do not fit/);
  });

  test(`what was not looked into keeps an answer from a ${era} agent where the config says so`, async () => {
    assert.ok(!isRefused(await call('modern', 'picture')));
    assert.equal(at((await recordsOf('picture')).outcome, 'findings', 0, 'type'), 'binary');
    const refused = await call('watched', 'picture');
    assert.ok(isRefused(refused));
    assert.match(textOf(refused), /could not be looked into \(binary\)/);
  });
}

test('a rule that reads findings denies by them', async () => {
  const careful = await gateway.addAgent('careful');
  const ask = (said: string): Promise<RpcAnswer> =>
    modernCall(gateway.url('modern'), 'tools/call', { name: 'echo', arguments: { text: said } }, { key: careful });
  assert.ok(!isRefused(await ask('hello')));
  assert.ok(isRefused(await ask(`write to ${MAIL}`)));
  const denied = lastDecision(gateway.dataFolder, 'careful', 'modern')?.value;
  assert.deepEqual([at(denied, 'verdict'), at(denied, 'rule')], ['deny', 'no-personal-data-out']);
});

test('what is read is looked into like what is called', async () => {
  const { http } = await modernCall(gateway.url('modern'), 'resources/read', { uri: 'file:///a' }, { key });
  assert.ok(!http.body.includes(AWS));
  assert.match(http.body, /\[redacted:/);
});

/** How much shorter than what they stand for the markers are, all together. */
function shortened(said: string): number {
  const markers = said.match(/\[redacted:[a-z0-9-]+\]/g) ?? [];
  return markers.reduce((sum, { length }) => sum + length, 0) - AWS.length - CARD.length;
}

/** The card that a server was last sent in a call of a tool. */
function lastSent({ seen }: ScriptedServer, tool: string): string {
  const calls = seen.filter(({ method, message }) => method === 'tools/call' && textAt(message, 'params', 'name') === tool);
  return textAt(calls.at(-1)?.message, 'params', 'arguments', 'card');
}
