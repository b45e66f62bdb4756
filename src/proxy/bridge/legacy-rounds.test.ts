import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../mcp/index.ts';
import { ANN, rule, snapshotWith } from '../fakes.fixture.ts';
import { BOB, legacyBed, settled } from './legacy.fixture.ts';
import type { AskOptions, Heard, LegacyBed, LegacyBedOptions } from './legacy.fixture.ts';

const CALL = { name: 'add', arguments: { a: 1 } };
const ALL: AskOptions = { capabilities: { elicitation: {}, sampling: {}, roots: {} } };
const FORM = { message: 'Sure?', requestedSchema: { type: 'object', properties: {} } };
const YES = { action: 'accept', content: { ok: true } };

interface Round {
  readonly bed: LegacyBed;
  /** The id of the call on the link. */
  readonly id: number;
  readonly heard: Heard;
  readonly inputs: JsonObject;
  readonly state: string;
  retry(changes?: object, options?: AskOptions): Heard;
}

/** A call whose server asks for these, of an agent that has been told. */
async function park(questions: readonly object[], options: LegacyBedOptions & { readonly bed?: LegacyBed } = {}): Promise<Round> {
  const bed = options.bed ?? legacyBed(options);
  const heard = bed.ask('tools/call', CALL, ALL);
  await settled();
  const id = Number(bed.link().request('tools/call')['id']);
  for (const question of questions) bed.link().say({ ...question }, options.hasStreams === false ? undefined : id);
  const { inputs, state } = roundOf(await heard.end());
  const retry = (changes: object = {}, asked: AskOptions = {}): Heard =>
    bed.ask('tools/call', { ...CALL, inputResponses: answersTo(inputs), requestState: state, ...changes }, { ...ALL, id: 2, ...asked });
  return { bed, id, heard, inputs, state, retry };
}

function roundOf(answer: JsonObject | undefined): { readonly inputs: JsonObject; readonly state: string } {
  const result = Object(answer?.['result']);
  assert.equal(result.resultType, 'input_required', JSON.stringify(answer));
  return { inputs: result.inputRequests, state: result.requestState };
}

function answersTo(inputs: JsonObject): object {
  return Object.fromEntries(Object.keys(inputs).map((key) => [key, YES]));
}

const elicit = (id: string | number, params: object = FORM): object => ({ id, method: 'elicitation/create', params });

test('what the server asks becomes a round, and the answer goes back under its own id', async () => {
  const leaky = { ...FORM, _meta: { progressToken: 7 }, task: {} };
  const round = await park([elicit('q', leaky)]);
  assert.deepEqual(round.inputs, { 'elicitation-1': { method: 'elicitation/create', params: FORM } });
  assert.equal(round.bed.inFlight(), 0, 'a parked call is not under way');
  assert.deepEqual(round.bed.legacy.counts()('tickets'), { sessions: 1, parked: 1 });
  const heard = round.retry();
  assert.deepEqual(round.bed.link().sent.at(-1), { jsonrpc: '2.0', id: 'q', result: YES });
  assert.equal(round.bed.inFlight(), 1);
  round.bed.link().answer('tools/call', { content: [] });
  assert.equal((await heard.end())?.['id'], 2, 'the retry has an id of its own');
  assert.equal(round.bed.legacy.counts()('tickets').parked, 0);
});

test('questions that come together are one round, with keys that differ', async () => {
  const round = await park([elicit(1), { id: 2, method: 'roots/list' }, elicit(3)]);
  assert.deepEqual(Object.keys(round.inputs), ['elicitation-1', 'roots-2', 'elicitation-3']);
  assert.deepEqual(round.inputs['roots-2'], { method: 'roots/list', params: {} });
});

test('what is not answered is asked again, with what is new; what was not asked is ignored', async () => {
  const round = await park([elicit(1), elicit(2)]);
  round.bed.link().say(elicit(3), round.id);
  const heard = round.retry({ inputResponses: { 'elicitation-1': YES, 'elicitation-3': YES, other: 1 } });
  const again = roundOf(await heard.end());
  assert.deepEqual(Object.keys(again.inputs), ['elicitation-2', 'elicitation-3']);
  assert.equal(round.bed.link().sent.filter((one) => 'result' in one).length, 1, 'what was not shown cannot be answered');
  assert.notEqual(again.state, round.state);
});

test('a server may ask again after it was answered', async () => {
  const round = await park([elicit(1)]);
  const heard = round.retry();
  round.bed.link().say(elicit(1), round.id);
  const again = roundOf(await heard.end());
  assert.deepEqual(Object.keys(again.inputs), ['elicitation-2']);
  const last = round.retry({ requestState: again.state, inputResponses: answersTo(again.inputs) });
  round.bed.link().answer('tools/call', { content: [] });
  assert.equal(Object((await last.end())?.['result']).resultType, 'complete');
});

const malformed: readonly (readonly [string, object])[] = [
  ['no object', { inputResponses: 7 }],
  ['an answer that is no object', { inputResponses: { 'elicitation-1': 'yes' } }],
  ['an answer without an action', { inputResponses: { 'elicitation-1': {} } }],
  ['content that is no object', { inputResponses: { 'elicitation-1': { action: 'accept', content: [] } } }],
  ['a state that is no string', { requestState: 1 }],
  ['other arguments', { arguments: { a: 2 } }],
  ['another tool', { name: 'delete' }],
];
for (const [name, changes] of malformed) {
  test(`a malformed retry is refused and costs nothing: ${name}`, async () => {
    const round = await park([elicit(1)]);
    const heard = round.retry(changes);
    await heard.end();
    assert.equal(heard.failures[0]?.code, 'params_malformed');
    assert.ok(!round.bed.link().sent.some((one) => 'result' in one), 'the server hears nothing of it');
    round.retry();
    assert.deepEqual(round.bed.link().sent.at(-1), { jsonrpc: '2.0', id: 1, result: YES });
  });
}

test('a state is worth nothing to another agent, altered, on another method, used again or too late', async () => {
  const round = await park([elicit(1)]);
  const codes: (string | undefined)[] = [];
  const attempt = async (changes: object, options: AskOptions = {}): Promise<void> => {
    const heard = round.retry(changes, options);
    await heard.end();
    codes.push(heard.failures[0]?.code);
  };
  await attempt({}, { principal: BOB });
  await attempt({ requestState: `${round.state}A` });
  await attempt({ requestState: round.state.replace('r1.', 's2.') });
  await attempt({ requestState: '' });
  const prompt = round.bed.ask('prompts/get', { ...CALL, requestState: round.state }, ALL);
  await prompt.end();
  codes.push(prompt.failures[0]?.code);
  const taken = round.retry();
  await attempt({});
  round.bed.link().answer('tools/call', { content: [] });
  await taken.end();
  await attempt({});
  assert.deepEqual(
    codes,
    Array.from({ length: 7 }, () => 'state_unknown'),
  );
});

test('two agents cannot answer each other’s rounds', async () => {
  const ann = await park([elicit('ann')]);
  const bob = ann.bed.ask('tools/call', CALL, { ...ALL, principal: BOB });
  await settled();
  const [, second] = ann.bed.links;
  second?.say(elicit('bob'), Number(second.request('tools/call')['id']));
  const bobs = roundOf(await bob.end());
  const crossed = [ann.retry({ requestState: bobs.state }), ann.retry({}, { principal: BOB })];
  for (const heard of crossed) {
    await heard.end();
    assert.equal(heard.failures[0]?.code, 'state_unknown');
  }
  for (const link of ann.bed.links) assert.ok(!link.sent.some((one) => 'result' in one), 'neither server was answered');
});

test('the worker that parked a round is named in its state, for its agent and nobody else', async () => {
  const { bed, state } = await park([elicit(1)]);
  const elsewhere = legacyBed({ self: 'worker-1.1' });
  assert.equal(bed.legacy.ownerElsewhere(state, ANN), undefined, 'it is this one');
  assert.equal(elsewhere.legacy.ownerElsewhere(state, ANN), 'worker-0.1');
  assert.equal(elsewhere.legacy.ownerElsewhere(state, BOB), undefined);
  assert.equal(elsewhere.legacy.ownerElsewhere('r1.k.x', ANN), undefined);
  const heard = elsewhere.ask('tools/call', { ...CALL, requestState: state }, ALL);
  await heard.end();
  assert.equal(heard.failures[0]?.code, 'state_unknown');
});

const undeclared: readonly (readonly [string, object, object, object])[] = [
  ['elicitation', {}, elicit(1), { elicitation: {} }],
  ['sampling', { elicitation: {} }, { id: 1, method: 'sampling/createMessage', params: {} }, { sampling: {} }],
  ['roots', {}, { id: 1, method: 'roots/list' }, { roots: {} }],
  ['url elicitation', { elicitation: {} }, elicit(1, { mode: 'url', url: 'https://a.example', message: '' }), { elicitation: { url: {} } }],
  ['form elicitation', { elicitation: { url: {} } }, elicit(1), { elicitation: { form: {} } }],
  [
    'sampling with tools',
    { sampling: {} },
    { id: 1, method: 'sampling/createMessage', params: { tools: [] } },
    { sampling: { tools: {} } },
  ],
];
for (const [name, capabilities, question, requiredCapabilities] of undeclared) {
  test(`an agent that does not offer it is never asked: ${name}`, async () => {
    const bed = legacyBed();
    const heard = bed.ask('tools/call', CALL, { capabilities });
    await settled();
    const id = Number(bed.link().request('tools/call')['id']);
    bed.link().say(question, id);
    await heard.end();
    assert.equal(heard.failures[0]?.code, 'capability_missing');
    assert.deepEqual(heard.failures[0]?.data, { requiredCapabilities });
    assert.equal(Object(bed.link().sent.find((one) => 'error' in one)?.['error']).code, -32601);
    assert.equal(Object(bed.link().request('notifications/cancelled')['params']).requestId, id);
  });
}

test('a list cannot ask anything', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/list', {}, ALL);
  await settled();
  bed.link().say(elicit(1), Number(bed.link().request('tools/list')['id']));
  assert.equal(Object(bed.link().sent.at(-1)?.['error']).code, -32601);
  bed.link().answer('tools/list', { tools: [] });
  assert.equal(heard.failures.length, 0);
  await heard.end();
});

test('an agent that hangs up between two rounds keeps its call, one that hangs up while it waits loses it', async () => {
  const round = await park([elicit(1)]);
  round.heard.asking.giveUp();
  assert.throws(() => round.bed.link().request('notifications/cancelled'));
  const heard = round.retry();
  heard.asking.giveUp();
  assert.equal(Object(round.bed.link().request('notifications/cancelled')['params']).requestId, round.id);
  assert.deepEqual(round.bed.link().calls.at(-1), `forget ${round.id}`);
  assert.equal(round.bed.inFlight(), 0);
});

test('an answer that comes while the call is parked waits for the agent', async () => {
  const round = await park([elicit(1)]);
  round.bed.link().answer('tools/call', { content: ['early'] });
  const heard = round.retry();
  assert.deepEqual(Object((await heard.end())?.['result']).content, ['early']);
  assert.ok(!round.bed.link().sent.some((one) => 'result' in one), 'nobody waits for the answers any more');
  assert.equal(round.bed.legacy.counts()('tickets').parked, 0);
});

test('an answer that is too large to wait ends the round', async () => {
  const round = await park([elicit(1)]);
  round.bed.link().answer('tools/call', { content: ['x'.repeat(4 * 1024 * 1024)] });
  const heard = round.retry();
  await heard.end();
  assert.equal(heard.failures[0]?.code, 'state_unknown');
});

test('a question that the server takes back is not asked', async () => {
  const round = await park([elicit(1), elicit(2)]);
  round.bed.link().say({ method: 'notifications/cancelled', params: { requestId: 1 } }, round.id);
  round.retry();
  assert.deepEqual(
    round.bed
      .link()
      .sent.filter((one) => 'result' in one)
      .map(({ id }) => id),
    [2],
  );
});

test('a server that ends in the middle of a round takes the round with it', async () => {
  const round = await park([elicit(1)]);
  round.bed.link().lose(round.id, { code: 'outcome_unknown' }, 'delivered');
  round.bed.link().end();
  assert.deepEqual(round.bed.legacy.counts()('tickets'), { sessions: 0, parked: 0 });
  const heard = round.retry();
  await heard.end();
  assert.equal(heard.failures[0]?.code, 'state_unknown');
});

test('a round that nobody answers expires, and the server is told', async () => {
  const round = await park([elicit('q')]);
  const snapshot = snapshotWith([rule('all', 'allow')], ['tickets'], ['ann']);
  round.bed.nowMs += 600_000;
  round.bed.legacy.sweep(snapshot, round.bed.nowMs);
  const { sent } = round.bed.link();
  assert.equal(Object(sent.find(({ id }) => id === 'q')?.['error']).code, -32603);
  assert.equal(Object(round.bed.link().request('notifications/cancelled')['params']).requestId, round.id);
  const heard = round.retry();
  await heard.end();
  assert.equal(heard.failures[0]?.code, 'state_unknown');
});

test('a round ends with its agent’s right', async () => {
  const round = await park([elicit('q')]);
  round.bed.legacy.sweep(snapshotWith([], ['tickets'], ['ann']), round.bed.nowMs);
  assert.deepEqual(round.bed.legacy.counts()('tickets'), { sessions: 0, parked: 0 });
});

test('ten thousand questions: few are kept, the rest is refused and cancelled at the server', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const bed = legacyBed();
  bed.ask('tools/list', {}, ALL);
  await settled();
  const heard: Heard[] = [];
  for (let number = 0; number < 10_000; number++) {
    heard.push(bed.ask('tools/call', CALL, ALL));
    bed.link().say(elicit(number), Number(bed.link().request('tools/call')['id']));
  }
  t.mock.timers.tick(5);
  const parked = heard.filter(({ finals }) => finals.length > 0).length;
  assert.equal(parked, 32);
  assert.equal(bed.legacy.counts()('tickets').parked, 32);
  assert.equal(heard.filter(({ failures }) => failures[0]?.code === 'overloaded').length, 10_000 - 32);
  assert.equal(bed.link().sent.filter(({ method }) => method === 'notifications/cancelled').length, 10_000 - 32);
  assert.equal(bed.inFlight(), 1);
});

test('one call asks so much at once and no more', async () => {
  const round = await park(Array.from({ length: 17 }, (_, id) => elicit(id)));
  assert.equal(Object.keys(round.inputs).length, 16);
  assert.equal(round.bed.link().sent.find(({ id }) => id === 16)?.['error'] === undefined, false);
  const large = await park([
    elicit(1, { ...FORM, message: 'x'.repeat(3_000_000) }),
    elicit(2, { ...FORM, message: 'x'.repeat(3_000_000) }),
  ]);
  assert.deepEqual(Object.keys(large.inputs), ['elicitation-1']);
});

test('a page to visit first, in the way of 2025-11-25, is a round without a state', async () => {
  const bed = legacyBed();
  const capabilities = { elicitation: { form: {}, url: {} } };
  const heard = bed.ask('tools/call', CALL, { capabilities });
  await settled();
  const elicitations = [{ mode: 'url', elicitationId: 'e', url: 'https://pay.example', message: 'Pay' }];
  bed.link().say({ id: bed.link().request('tools/call')['id'], error: { code: -32042, message: 'Visit', data: { elicitations } } });
  const result = Object((await heard.end())?.['result']);
  const params = { mode: 'url', message: 'Pay', url: 'https://pay.example' };
  assert.deepEqual(result.inputRequests, { 'elicitation-1': { method: 'elicitation/create', params } });
  assert.equal(result.requestState, undefined);
  bed.ask('tools/call', { ...CALL, inputResponses: { 'elicitation-1': { action: 'accept' } } }, { capabilities });
  assert.deepEqual(bed.link().request('tools/call')['params'], { ...CALL, _meta: {} });
});

test('an agent that visits no pages is told what it lacks', async () => {
  const bed = legacyBed();
  const heard = bed.ask('tools/call', CALL, ALL);
  await settled();
  const elicitations = [{ url: 'https://pay.example', message: 'Pay' }];
  bed.link().say({ id: bed.link().request('tools/call')['id'], error: { code: -32042, message: 'Visit', data: { elicitations } } });
  await heard.end();
  assert.deepEqual(heard.failures[0]?.data, { requiredCapabilities: { elicitation: { url: {} } } });
});

test('what comes on no call’s stream belongs to the newest call that can be asked', async () => {
  for (const hasStreams of [true, false]) {
    const bed = legacyBed({ hasStreams });
    const [older, newer, list] = [bed.ask('tools/call', CALL, ALL), bed.ask('tools/call', CALL, ALL), bed.ask('tools/list', {}, ALL)];
    await settled();
    assert.ok(bed.link().calls.includes('listen') === hasStreams, 'where there is a stream for it, it is opened');
    bed.link().say(elicit('q'));
    roundOf(await newer.end());
    assert.equal(older.finals.length + list.finals.length, 0);
    older.asking.giveUp();
    list.asking.giveUp();
  }
});

test('where it is not certain who is meant, nobody fails for what it does not offer', async () => {
  const bed = legacyBed({ hasStreams: false });
  const heard = [bed.ask('tools/call', CALL), bed.ask('tools/call', CALL)];
  await settled();
  bed.link().say({ id: 'q', method: 'roots/list' });
  assert.equal(Object(bed.link().sent.at(-1)?.['error']).code, -32601);
  for (const one of heard) assert.equal(one.failures.length, 0);
  for (const one of heard) one.asking.giveUp();
});
