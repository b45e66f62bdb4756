import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeaderList } from '../http/index.ts';
import { parseJson, readMessage } from '../mcp/index.ts';
import type { Message } from '../mcp/index.ts';
import { beginCall } from './call.ts';
import type { Call } from './exchange.ts';
import { ANN, bed, fakeReply, rule, snapshotWith } from './fakes.fixture.ts';
import { declaredBy, insteadOfAnswer, refusedInTask, refusedQuestions } from './server-questions.ts';

const message = (value: object): Message => {
  const parsed = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...value })));
  assert.ok(parsed.ok);
  const read = readMessage(parsed.value);
  assert.ok(read.ok);
  return read.value;
};
const request = (method: string, params: object): Extract<Message, { kind: 'request' }> => {
  const made = message({ id: 'q', method, params });
  assert.ok(made.kind === 'request');
  return made;
};
const final = (value: object): Extract<Message, { kind: 'result' | 'error' }> => {
  const made = message({ id: 1, ...value });
  assert.ok(made.kind === 'result' || made.kind === 'error');
  return made;
};

/** A call at a server whose config says nothing of what it may ask. */
function callOf(inbound: Call['inbound'], declared?: readonly string[]): Call {
  const road = bed([rule('all', 'allow')]);
  const snapshot = snapshotWith([rule('all', 'allow')], ['tickets'], ['ann']);
  const strict = [...snapshot.servers].map(([name, { asks: _anything, ...config }]) => [name, config] as const);
  const call = beginCall(
    {
      id: 'c',
      arrival: {
        method: 'POST',
        headers: createHeaderList([], []),
        body: new Uint8Array(0),
        peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
        route: { kind: 'server', path: '/mcp/tickets', key: 'tickets' },
        relayed: false,
        principal: ANN,
        snapshot: { ...snapshot, servers: new Map(strict) },
        reply: fakeReply(),
        arrivedUs: 0,
      },
      inbound,
      question: { era: 'legacy', revision: '2025-11-25', method: 'tools/call', rule: undefined, subject: { kind: 'tool', name: 'x' } },
      server: road.server.server,
      members: undefined,
    },
    road.ports,
  );
  call.declared = declared;
  return call;
}

const call = (declared?: readonly string[]): Call => {
  const said = request('tools/call', { name: 'x' });
  return callOf({ kind: 'legacy', message: said, rule: undefined, token: 't', subject: { kind: 'tool', name: 'x' } }, declared);
};
const secret = { message: 'm', requestedSchema: { type: 'object', properties: { password: { type: 'string' } } } };
const plain = { message: 'm', requestedSchema: { type: 'object', properties: { city: { type: 'string' } } } };
const text = (said: Message | undefined): unknown =>
  said === undefined ? undefined : JSON.parse(Buffer.from(said.document.bytes).toString());

test('an older server that asks for a secret is declined, and the others are told that there is no such thing', () => {
  const one = call();
  assert.deepEqual(text(insteadOfAnswer(one, request('elicitation/create', secret))), {
    jsonrpc: '2.0',
    id: 'q',
    result: { action: 'decline' },
  });
  assert.partialDeepStrictEqual(text(insteadOfAnswer(one, request('roots/list', {}))), { id: 'q', error: { code: -32601 } });
  assert.deepEqual(one.refusedQuestions, ['secret', 'roots']);
  assert.equal(insteadOfAnswer(one, request('elicitation/create', plain)), undefined);
  assert.equal(insteadOfAnswer(one, request('ping', {})), undefined);
});

test('what was not declared is not offered, whatever it is', () => {
  const one = call(['roots']);
  assert.partialDeepStrictEqual(text(insteadOfAnswer(one, request('elicitation/create', plain))), { error: { code: -32601 } });
  assert.deepEqual(one.refusedQuestions, ['undeclared']);
});

test('questions of a task are held against the same, in its result and in what is said of it', () => {
  const inputRequests = { q: { method: 'elicitation/create', params: secret } };
  const one = call();
  assert.match(refusedQuestions(one, final({ result: { taskId: 't', status: 'input_required', inputRequests } })) ?? '', /password/);
  assert.match(refusedInTask(one, { taskId: 't', inputRequests }) ?? '', /password/);
  assert.equal(refusedInTask(one, { taskId: 't', inputRequests: { q: { method: 'elicitation/create', params: plain } } }), undefined);
  assert.equal(refusedInTask(one, undefined), undefined);
});

test('a question of no form that is known is none that may be asked', () => {
  for (const inputRequests of [{ q: 7 }, { q: {} }, { q: { method: 7 } }, { q: { method: 'shell/run', params: {} } }])
    assert.notEqual(refusedQuestions(call(), final({ result: { resultType: 'input_required', inputRequests } })), undefined);
});

test('pages that an error names, and errors that name none', () => {
  const error = (data: unknown): string | undefined => refusedQuestions(call(), final({ error: { code: -32042, message: 'm', data } }));
  assert.match(error({ elicitations: [{ url: 'https://evil.example/' }] }) ?? '', /page/);
  assert.match(error({ elicitations: [{}] }) ?? '', /page/);
  assert.match(error({ elicitations: [7] }) ?? '', /page/);
  assert.equal(error({}), undefined);
  assert.equal(refusedQuestions(call(), final({ error: { code: -32603, message: 'm' } })), undefined);
});

test('whoever asks for ever is on record with the first few', () => {
  const one = call();
  for (let i = 0; i < 100; i++) insteadOfAnswer(one, request('roots/list', {}));
  assert.equal(one.refusedQuestions?.length, 8);
});

test('what an agent declares is read from its initialize', () => {
  const said = request('initialize', { capabilities: { elicitation: {}, sampling: {} } });
  const subject = { kind: 'server' } as const;
  assert.deepEqual(declaredBy(callOf({ kind: 'legacy', message: said, rule: undefined, token: undefined, subject })), [
    'elicitation',
    'sampling',
  ]);
});
