// T27, T28: ways around the person who must approve, and ways to wear them out. An approval is of one call, exactly as it was shown, for the agent that
// asked, once. What an agent says, echoes, replays or forges approves nothing. Two workers, both eras.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, beforeEach, describe, test } from 'node:test';
import {
  answerRound,
  approvalIn,
  ASKABLE,
  at,
  createApprover,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  modernCall,
  question as legacyQuestion,
  roundIn,
  startGateway,
  startScriptedServer,
  testConfig,
  textAt,
  YES,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

const DONE = { content: [{ type: 'text', text: 'paid' }] };
const FORM = { method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } } };
const schema = { type: 'object', additionalProperties: true };
const RULE = { name: 'people-decide', effect: 'ask', groups: ['staff'], servers: ['*'] };
const LIST = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };

let modern: ScriptedServer;
let legacy: ScriptedServer;
let gateway: Gateway;
let ann: string;
let bob: string;
let tools: readonly object[] = [
  { name: 'pay', inputSchema: schema },
  { name: 'pay_more', inputSchema: schema },
];
let serial = 0;
const person = createApprover(() => gateway);
let acts = 0;
let somebody = '';

/** Approves as somebody who is not tired yet. */
async function approve(id: string): Promise<void> {
  if (acts++ % 15 === 0) somebody = await gateway.addAgent(`person-${acts}`, ['people']);
  const decided = await person.tryToDecide('approve', [id], somebody);
  assert.equal(decided.code, 0, decided.stderr);
}

before(async () => {
  modern = await startScriptedServer(modernAnswers({ 'tools/list': () => ({ ...LIST, tools }) }));
  legacy = await startScriptedServer(legacyAnswers({ 'tools/list': { tools } }));
  gateway = await startGateway({
    config: testConfig({
      servers: {
        bank: { url: modern.url, tools: { '*': { labels: ['plain'], class: 'standard' } } },
        twin: { url: modern.url },
        old: { url: legacy.url },
        hot: { url: modern.url, tools: { '*': { labels: ['destructive'] } } },
      },
      rules: [RULE],
      limits: { approvalWaitMs: 200 },
    }),
  });
});
// An agent may not have many questions open: each test has agents of its own.
beforeEach(async () => {
  ann = await gateway.addAgent(`ann-${++serial}`, ['staff']);
  bob = await gateway.addAgent(`bob-${serial}`, ['staff']);
});
after(async () => {
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close()]);
});

type Params = Readonly<Record<string, unknown>>;
interface Asker {
  readonly server?: string;
  readonly key?: string;
  readonly meta?: Params;
  readonly capabilities?: Params;
}

const fresh = (): Params => ({ name: 'pay', arguments: { serial: ++serial, amount: 1 } });
const call = (params: Params, { server = 'bank', key = ann, ...options }: Asker = {}): Promise<RpcAnswer> =>
  modernCall(gateway.url(server), 'tools/call', params, { key, ...options });
const said = ({ result, http }: RpcAnswer): string => textAt(result, 'content', 0, 'text') || http.body;
const executions = (params: Params, server = modern): number =>
  server.seen.filter(
    ({ method, message }) => method === 'tools/call' && at(message, 'params', 'arguments', 'serial') === at(params, 'arguments', 'serial'),
  ).length;

/** Asks about a call, and has it approved while nobody waits for it. */
async function approved(params: Params, asker: Asker = {}): Promise<string> {
  const id = approvalIn(said(await call(params, asker)));
  assert.notEqual(id, '');
  await approve(id);
  return id;
}

/** What was approved is still there, and makes its one call. */
async function stillWorks(params: Params, asker: Asker = {}, server = modern): Promise<void> {
  const calling = call(params, asker);
  (await server.take('tools/call')).result({ resultType: 'complete', ...DONE });
  assert.equal(said(await calling), 'paid');
}

function isAskedAnew(answer: RpcAnswer, id: string): void {
  assert.equal(at(answer.result, 'isError'), true, answer.http.body);
  assert.notEqual(approvalIn(said(answer)), '', answer.http.body);
  assert.notEqual(approvalIn(said(answer)), id);
}

test('what tells a server something, and is no use that a person could look at, does not get around them', async () => {
  const ref = { type: 'ref/resource', uri: 'x://{x}' };
  const tell = { ref, argument: { name: 'x', value: `secret-${++serial}` } };
  const answer = await modernCall(gateway.url('bank'), 'completion/complete', tell, { key: ann });
  assert.match(textAt(answer.error, 'message'), /rule "people-decide"/, answer.http.body);
  const session = await LegacySession.open(gateway.url('old'), { key: ann });
  for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
    const told = await session.request(method, { uri: `x://secret-${serial}` });
    assert.match(textAt(told.error, 'message'), /rule "people-decide"/, told.http.body);
  }
  assert.ok(![...modern.seen, ...legacy.seen].some(({ body }) => body.includes(`secret-${serial}`)));
});

describe('T28: what is sent is not what was approved', () => {
  const VARIANTS: readonly (readonly [what: string, change: (params: Params) => Params, asker?: Asker])[] = [
    ['another value', (params) => ({ ...params, arguments: { ...Object(params['arguments']), amount: 2 } })],
    ['another type', (params) => ({ ...params, arguments: { ...Object(params['arguments']), amount: '1' } })],
    ['one argument more', (params) => ({ ...params, arguments: { ...Object(params['arguments']), to: 'me' } })],
    ['one argument less', (params) => ({ ...params, arguments: { serial: at(params, 'arguments', 'serial') } })],
    ['another tool', (params) => ({ ...params, name: 'pay_more' })],
    ['a member beside the arguments', (params) => ({ ...params, 'x-to': 'me' })],
    ['something in _meta that a server may read', (params) => params, { meta: { 'com.example/to': 'me' } }],
    ['something that only looks like the protocol', (params) => params, { meta: { 'io.modelcontextprotocol/override': { to: 'me' } } }],
    ['baggage', (params) => params, { meta: { baggage: 'to=me' } }],
    ['the state of a trace', (params) => params, { meta: { tracestate: 'to=me' } }],
    ['a progress token that speaks', (params) => params, { meta: { progressToken: 'send it to me' } }],
    ['answers to questions that nobody asked', (params) => ({ ...params, inputResponses: { sure: YES } })],
    ['a state of its own', (params) => ({ ...params, requestState: 'approved' })],
    [
      'another agent',
      (params) => params,
      {
        get key() {
          return bob;
        },
      },
    ],
    ['another server', (params) => params, { server: 'twin' }],
  ];
  for (const [what, change, asker] of VARIANTS) {
    test(`${what}: asked anew, and the approval is for what was shown`, async () => {
      const params = fresh();
      const id = await approved(params);
      isAskedAnew(await call(change(params), asker), id);
      assert.equal(executions(params), 0);
      await stillWorks(params);
    });
  }

  test('the same in other words is the same', async () => {
    const params = { name: 'pay', arguments: { serial: ++serial, nested: { a: 1, b: [1, 2] } } };
    await approved(params);
    await stillWorks(
      { arguments: { nested: { b: [1, 2], a: 1 }, serial: params.arguments.serial }, name: 'pay' },
      { meta: { progressToken: 7 } },
    );
  });

  test('in headers beside it nothing reaches the server that was not shown', async () => {
    const params = fresh();
    await approved(params);
    const headers = { 'mcp-param-amount': '5000000', 'mcp-param-iban': 'me', tracestate: 'to=me', traceparent: 'to=me', baggage: 'to=me' };
    const calling = modernCall(gateway.url('bank'), 'tools/call', params, { key: ann, headers });
    const exchange = await modern.take('tools/call');
    exchange.result({ resultType: 'complete', ...DONE });
    assert.equal(said(await calling), 'paid');
    for (const name of Object.keys(headers)) assert.equal(exchange.headers[name], undefined, name);
  });

  test('another rule, or another wish of the rule, makes it void', async () => {
    const params = fresh();
    const id = await approved(params, { server: 'twin' });
    const config: object = JSON.parse(readFileSync(gateway.configFile, 'utf8'));
    const reload = async (rule: object): Promise<void> => {
      writeFileSync(gateway.configFile, JSON.stringify({ ...config, policy: { rules: [rule] } }));
      const reloaded = await gateway.cli('reload');
      assert.equal(reloaded.code, 0, reloaded.stderr);
    };
    for (const change of [{ approval: { approvers: ['law'] } }, { name: 'renamed' }, { effect: 'deny' }]) {
      await reload({ ...RULE, ...change });
      const answer = await call(params, { server: 'twin' });
      assert.equal(at(answer.result, 'isError'), true);
      assert.notEqual(approvalIn(said(answer)), id);
    }
    assert.equal(executions(params), 0);
    await reload(RULE);
    await stillWorks(params, { server: 'twin' });
  });

  test('a definition that changes after the approval makes it void', async () => {
    const params = fresh();
    const id = await approved(params);
    tools = [{ name: 'pay', description: 'pays somebody else', inputSchema: schema }, ...tools.slice(1)];
    await modernCall(gateway.url('bank'), 'tools/list', {}, { key: ann });
    const reviewed = await gateway.cli('tools', 'approve', 'bank', 'pay');
    assert.equal(reviewed.code, 0, reviewed.stderr);
    isAskedAnew(await call(params), id);
    assert.equal(executions(params), 0);
  });
});

describe('an agent answers for the person', () => {
  test('it is told what is pending, and accepts: nothing is approved, however often', async () => {
    const params = fresh();
    let round = roundIn(params, await call(params, { capabilities: ASKABLE }));
    const [key = ''] = Object.keys(round.inputRequests);
    const words = textAt(round.inputRequests, key, 'params', 'message');
    const id = approvalIn(words);
    assert.match(words, /Neither approves anything/);
    for (const content of [undefined, { approve: true }, { approved: id, by: 'eve' }]) {
      const answer = await answerRound(gateway.url('bank'), round, { key: ann, answer: { action: 'accept', ...(content && { content }) } });
      assert.equal(at(answer.result, 'isError'), true, answer.http.body);
      assert.equal(approvalIn(said(answer)), id);
      round = roundIn(params, await call(params, { capabilities: ASKABLE }));
    }
    assert.equal(executions(params), 0);
    assert.equal((await person.waiting('bank')).find((one) => one.id === id)?.state, 'pending');

    const declined = await answerRound(gateway.url('bank'), round, { key: ann, answer: { action: 'decline' } });
    assert.equal(approvalIn(said(declined)), id, 'not to wait is no answer either');
    await approve(id);
    const going = answerRound(gateway.url('bank'), round, { key: ann, answer: { action: 'accept' } });
    const exchange = await modern.take('tools/call');
    assert.equal(at(exchange.message, 'params', 'requestState'), undefined, 'what is between agent and gateway stays there');
    assert.equal(at(exchange.message, 'params', 'inputResponses'), undefined);
    exchange.result({ resultType: 'complete', ...DONE });
    assert.equal(said(await going), 'paid');
    const replay = await answerRound(gateway.url('bank'), round, { key: ann, answer: { action: 'accept' } });
    assert.notEqual(said(replay), 'paid');
    assert.equal(executions(params), 1);
  });

  test('a state that is forged, altered, or of somebody else is refused', async () => {
    const params = fresh();
    const round = roundIn(params, await call(params, { capabilities: ASKABLE }));
    const [prefix = '', kid = '', body = ''] = round.requestState.split('.');
    const forged = [
      `${prefix}.${kid}.${randomBytes(96).toString('base64url')}`,
      `${prefix}.${kid}.${body.slice(0, -4)}AAAA`,
      `${prefix}.other.${body}`,
      prefix,
    ];
    for (const requestState of forged) {
      const answer = await answerRound(gateway.url('bank'), { ...round, requestState }, { key: ann });
      assert.equal(at(answer.error, 'code'), 1404, answer.http.body);
    }
    const stolen = await answerRound(gateway.url('bank'), round, { key: bob });
    assert.equal(at(stolen.error, 'code'), 1404);
    assert.equal(executions(params), 0);
  });

  test('an id that is known, or guessed, is worth nothing to an agent', async () => {
    const params = fresh();
    const id = await approved(params);
    for (const other of [
      { ...params, requestState: id },
      { ...params, arguments: { serial: ++serial, approval: id } },
    ])
      isAskedAnew(await call(other, { key: bob, meta: { approval: id } }), id);
    assert.equal(executions(params), 0);
    const guessed = await person.tryToDecide('approve', [`apr_${randomBytes(8).toString('hex')}`]);
    assert.notEqual(guessed.code, 0);
  });

  test('an agent has no way to the API: its key is not the token', async () => {
    const id = approvalIn(said(await call(fresh())));
    for (const path of ['/api/v1/approvals', `/api/v1/approvals/${id}`, '/api/v1/approvals/decisions']) {
      const answer = await fetch(`${gateway.origin}${path}`, { headers: { authorization: `Bearer ${ann}` } });
      assert.equal(answer.status, 404);
    }
  });
});

describe('later rounds of an approved call', () => {
  test('belong to it, each once: no replay, no other answer, no other arguments, no other agent', async () => {
    const params = fresh();
    await approved(params);
    const calling = call(params, { capabilities: ASKABLE });
    const first = await modern.take('tools/call');
    first.result({ resultType: 'input_required', inputRequests: { sure: FORM }, requestState: 'of-the-server' });
    const round = roundIn(params, await calling);
    assert.notEqual(round.requestState, 'of-the-server');

    const url = gateway.url('bank');
    const changed = { ...round, params: { ...params, arguments: { ...Object(params['arguments']), amount: 1_000 } } };
    assert.match(said(await answerRound(url, changed, { key: ann })), /void/);
    assert.equal(at((await answerRound(url, round, { key: bob })).error, 'code'), 1404);
    assert.equal(executions(params), 1, 'none of it got there');

    const going = answerRound(url, round, { key: ann });
    const second = await modern.take('tools/call');
    assert.equal(at(second.message, 'params', 'requestState'), 'of-the-server', 'the server gets its own state back');
    assert.deepEqual(at(second.message, 'params', 'inputResponses', 'sure'), YES);
    second.result({ resultType: 'input_required', inputRequests: { again: FORM } });
    const next = roundIn(params, await going);

    const replays = await Promise.all(Array.from({ length: 6 }, () => answerRound(url, round, { key: ann })));
    for (const replay of replays) assert.match(said(replay), /was used/);
    const ending = Promise.all(Array.from({ length: 6 }, () => answerRound(url, next, { key: ann })));
    const third = await modern.take('tools/call');
    assert.equal(at(third.message, 'params', 'requestState'), undefined);
    third.result({ resultType: 'complete', ...DONE });
    const ended = await ending;
    assert.equal(ended.filter((answer) => said(answer) === 'paid').length, 1, 'of many at once, on both workers, one');
    assert.equal(executions(params), 3);
    isAskedAnew(await call(params), '');
  });

  test('at a server of an older revision as well', async () => {
    const params = fresh();
    await approved(params, { server: 'old' });
    const calling = call(params, { server: 'old', capabilities: ASKABLE });
    const exchange = await legacy.take('tools/call');
    exchange.event(legacyQuestion('q'));
    const round = roundIn(params, await calling);
    const going = answerRound(gateway.url('old'), round, { key: ann });
    (await legacy.take('response')).reply(202);
    exchange.endWith(DONE);
    assert.equal(said(await going), 'paid');
    const replay = await answerRound(gateway.url('old'), round, { key: ann });
    assert.notEqual(said(replay), 'paid');
    assert.equal(executions(params, legacy), 1);
  });

  test('of an agent of an older revision as well', async () => {
    const params = fresh();
    const session = await LegacySession.open(gateway.url('bank'), { key: ann, capabilities: { elicitation: {} } });
    const id = approvalIn(said(await session.request('tools/call', params)));
    await approve(id);
    const stream = await session.stream('tools/call', params);
    const first = await modern.take('tools/call');
    first.result({ resultType: 'input_required', inputRequests: { sure: FORM }, requestState: 'of-the-server' });
    let asked: unknown;
    while (textAt(asked, 'method') !== 'elicitation/create') asked = (await stream.next())?.json;
    await session.respond(at(asked, 'id'), YES);
    const second = await modern.take('tools/call');
    assert.equal(at(second.message, 'params', 'requestState'), 'of-the-server');
    second.result({ resultType: 'complete', ...DONE });
    let last: unknown;
    while (at(last, 'result') === undefined) last = (await stream.next())?.json;
    assert.equal(textAt(last, 'result', 'content', 0, 'text'), 'paid');
    assert.equal(executions(params), 2);
    assert.equal(at((await session.request('tools/call', params)).result, 'isError'), true, 'asked anew');
  });
});

describe('T27: wearing people out', () => {
  test('an agent cannot fill the list: beyond its share it is refused, and others are not', async () => {
    const flood = await gateway.addAgent('flood', ['staff']);
    const answers = await Promise.all(Array.from({ length: 30 }, () => call(fresh(), { key: flood })));
    const refused = answers.filter((answer) => /as many calls waiting/.test(said(answer)));
    assert.equal(refused.length, 10);
    assert.equal((await person.waiting()).filter(({ agent }) => agent === 'flood').length, 20);
    const other = await gateway.addAgent('other', ['staff']);
    assert.notEqual(approvalIn(said(await call(fresh(), { key: other }))), '');
  });

  test('a rejected call cannot be asked about again and again', async () => {
    const params = fresh();
    const id = approvalIn(said(await call(params, { key: bob })));
    await person.decide('reject', id);
    for (let again = 0; again < 3; again++) assert.match(said(await call(params, { key: bob })), new RegExp(`rejected.*${id}`));
    assert.ok(!(await person.waiting()).some((one) => one.id === id));
  });

  test('what cannot be undone stands first, and is approved one by one; different things are not approved together', async () => {
    const risky = await Promise.all([call(fresh(), { server: 'hot', key: bob }), call(fresh(), { server: 'hot', key: bob })]);
    const waiting = await person.waiting();
    assert.deepEqual([...new Set(waiting.map(({ risk }) => risk))].toSorted(), ['high', 'medium']);
    const together = await person.tryToDecide(
      'approve',
      risky.map((answer) => approvalIn(said(answer))),
    );
    assert.notEqual(together.code, 0);
    assert.match(together.stderr, /one by one/);
    const plain = approvalIn(said(await call(fresh(), { key: bob })));
    const mixed = await person.tryToDecide('approve', [
      plain,
      ...waiting
        .filter(({ agent }) => agent === 'flood')
        .map(({ id }) => id)
        .slice(0, 1),
    ]);
    assert.match(mixed.stderr, /another agent or another tool/);
  });

  test('several alike are approved with one command; who approves too often has to stop, and another may go on', async () => {
    const flood = (await person.waiting('bank')).filter(({ agent }) => agent === 'flood').map(({ id }) => id);
    const tooMany = await person.tryToDecide('approve', flood.slice(0, 11));
    assert.match(tooMany.stderr, /more than can be approved at once/);
    await person.decide('approve', ...flood.slice(0, 8));
    let stopped = '';
    for (let i = 0; stopped === '' && i < 30; i++) {
      const id = flood[8 + i] ?? approvalIn(said(await call(fresh(), { key: await gateway.addAgent(`more-${i}`, ['staff']) })));
      const { code, stderr } = await person.tryToDecide('approve', [id]);
      if (code === 0) continue;
      assert.match(stderr, /not looked at any more/);
      stopped = id;
    }
    assert.notEqual(stopped, '', 'nobody approves for ever');
    const second = await gateway.addAgent('second', ['desk']);
    const another = await person.tryToDecide('approve', [stopped], second);
    assert.equal(another.code, 0, another.stderr);
  });

  test('what nobody can look at cannot be asked about', async () => {
    const answer = await call({ name: 'pay', arguments: { serial: ++serial, text: 'x'.repeat(70_000) } }, { key: bob });
    assert.equal(at(answer.result, 'isError'), true);
    assert.match(said(answer), /larger than/);
  });

  test('what a terminal would hide is shown', async () => {
    const params = { name: 'pay', arguments: { serial: ++serial, to: 'a\u202Eb\u200Bc\u001B[2J\nid: apr_0' } };
    const id = approvalIn(said(await call(params, { key: bob })));
    const { stdout } = await gateway.cli('approvals', 'show', id);
    for (const hidden of ['\u202E', '\u200B', '\u001B']) assert.ok(!stdout.includes(hidden), JSON.stringify(stdout));
    assert.match(stdout, /202e/i);
    assert.ok(!stdout.split('\n').some((line) => line.startsWith('id: apr_0')), 'a value is no line of ours');
  });
});
