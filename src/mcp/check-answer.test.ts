// What a server may say, by era, by the kind of stream, and by what was asked.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkAnswer, parseJson, readAnswerMessage } from './index.ts';
import type { AnswerKind, Asked, JsonObject, Message } from './index.ts';

function message(body: JsonObject): Message {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...body })));
  assert.ok(document.ok);
  const read = readAnswerMessage(document.value);
  assert.ok(read.ok);
  return read.value;
}

const modern = (method: string, clientCapabilities?: JsonObject): Asked =>
  clientCapabilities === undefined ? { id: 1, method, era: 'modern' } : { id: 1, method, era: 'modern', clientCapabilities };
const legacy = (method: string): Asked => ({ id: 1, method, era: 'legacy' });
const getStream: Asked = { id: undefined, method: '', era: 'legacy' };

const result = (members: JsonObject, id: string | number = 1): JsonObject => ({ id, result: members });
const note = (method: string, subscriptionId?: string | number): JsonObject =>
  subscriptionId === undefined ? { method } : { method, params: { _meta: { 'io.modelcontextprotocol/subscriptionId': subscriptionId } } };
const elicit = { inputRequests: { q: { method: 'elicitation/create', params: {} } } };
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };

describe('allowed', () => {
  const cases: readonly (readonly [string, Asked, JsonObject, AnswerKind])[] = [
    ['a complete result', modern('tools/call'), result({ resultType: 'complete', content: [] }), 'complete'],
    ['a result of an older server', modern('tools/call'), result({ content: [] }), 'complete'],
    ['a legacy result whose members happen to be called so', legacy('tools/call'), result({ resultType: 'mine' }), 'complete'],
    ['a list', modern('tools/list'), result({ resultType: 'complete', tools: [] }), 'complete'],
    ['a legacy list', legacy('resources/templates/list'), result({ resourceTemplates: [] }), 'complete'],
    ['a result for a method without a rule', legacy('unknown'), result({}), 'complete'],
    ['input for a call', modern('tools/call'), result({ resultType: 'input_required', ...elicit }), 'input_required'],
    ['input for a prompt', modern('prompts/get'), result({ resultType: 'input_required', ...elicit, requestState: 's' }), 'input_required'],
    ['only a state', modern('resources/read'), result({ resultType: 'input_required', requestState: '' }), 'input_required'],
    [
      'input that was offered',
      modern('tools/call', { elicitation: {} }),
      result({ resultType: 'input_required', ...elicit }),
      'input_required',
    ],
    ['a task that was offered', modern('tools/call', TASKS), result({ resultType: 'task', taskId: 't', status: 'working' }), 'task'],
    ['an error', modern('tools/call'), { id: 1, error: { code: -32602, message: '' } }, 'error'],
    ['an error without an id', modern('tools/call'), { error: { code: -32600, message: '' } }, 'error'],
    ['an error with a null id', legacy('tools/call'), { id: null, error: { code: -32000, message: '' } }, 'error'],
    ['progress', modern('tools/call'), note('notifications/progress'), 'notification'],
    ['a log message', modern('tools/call'), note('notifications/message'), 'notification'],
    ['the acknowledgement', modern('subscriptions/listen'), note('notifications/subscriptions/acknowledged', 1), 'notification'],
    ['a change', modern('subscriptions/listen'), note('notifications/tools/list_changed', 1), 'notification'],
    ['a change without a tag', modern('subscriptions/listen'), note('notifications/resources/updated'), 'notification'],
    ['the end of a subscription', modern('subscriptions/listen'), result({ resultType: 'complete' }), 'complete'],
    ['a legacy change on a call', legacy('tools/call'), note('notifications/tools/list_changed'), 'notification'],
    ['a legacy request on a call', legacy('tools/call'), { id: 's1', method: 'sampling/createMessage' }, 'request'],
    ['a legacy request on a GET stream', getStream, { id: 's1', method: 'ping' }, 'request'],
    ['a legacy notification on a GET stream', getStream, note('notifications/message'), 'notification'],
  ];
  for (const [name, asked, body, kind] of cases) {
    test(name, () => {
      assert.deepEqual(checkAnswer(message(body), asked), { ok: true, value: kind });
    });
  }
});

describe('refused', () => {
  const required = (members: JsonObject) => result({ resultType: 'input_required', ...members });
  const cases: readonly (readonly [string, Asked, JsonObject, RegExp])[] = [
    ['the answer to another request', modern('tools/call'), result({}, 2), /another request/],
    ['an id of another type', modern('tools/call'), result({}, '1'), /another request/],
    ['the error of another request', modern('tools/call'), { id: 2, error: { code: 1 } }, /another request/],
    ['a result on a GET stream', getStream, result({}), /another request/],
    ['an error on a GET stream', getStream, { id: 1, error: { code: 1 } }, /another request/],
    ['an error without an id on a GET stream', getStream, { error: { code: 1 } }, /another request/],
    ['a result that is no object', modern('tools/call'), { id: 1, result: [] }, /no object/],
    ['a legacy result that is no object', legacy('tools/call'), { id: 1, result: 'x' }, /no object/],
    ['a list that is none', modern('tools/list'), result({ tools: {} }), /no list/],
    ['a list that is absent', legacy('resources/list'), result({ tools: [] }), /no list/],
    ['an unknown type of result', modern('tools/call'), result({ resultType: 'partial' }), /unknown type/],
    ['a type that is no string', modern('tools/call'), result({ resultType: null }), /no object|unknown type/],
    ['input for a list', modern('tools/list'), required(elicit), /where it may not/],
    ['input for a completion', modern('completion/complete'), required(elicit), /where it may not/],
    ['input for an unknown method', modern('unknown'), required(elicit), /where it may not/],
    ['input that is not named', modern('tools/call'), required({}), /says not which/],
    ['a state that is no string', modern('tools/call'), required({ ...elicit, requestState: 1 }), /requestState/],
    ['requests that are no object', modern('tools/call'), required({ inputRequests: [] }), /no object/],
    ['input of an unknown kind', modern('tools/call'), required({ inputRequests: { a: { method: 'tools/call' } } }), /unknown kind/],
    ['input without a kind', modern('tools/call'), required({ inputRequests: { a: {} } }), /unknown kind/],
    ['input that is no object', modern('tools/call'), required({ inputRequests: { a: 'elicitation/create' } }), /unknown kind/],
    [
      'input that was not offered',
      modern('tools/call', { elicitation: {} }),
      required({ inputRequests: { a: { method: 'roots/list' } } }),
      /does not offer/,
    ],
    ['a task that was not offered', modern('tools/call', { extensions: {} }), result({ resultType: 'task' }), /task/],
    ['a task for one who offers nothing', modern('tools/call'), result({ resultType: 'task' }), /task/],
    ['a task for a prompt', modern('prompts/get', TASKS), result({ resultType: 'task' }), /task/],
    ['a request on the modern era', modern('tools/call'), { id: 's1', method: 'elicitation/create' }, /may not send/],
    ['a ping on the modern era', modern('subscriptions/listen'), { id: 's1', method: 'ping' }, /may not send/],
    ['an unknown request', legacy('tools/call'), { id: 's1', method: 'tools/call' }, /may not send/],
    ['a request without an id', legacy('tools/call'), { method: 'sampling/createMessage' }, /may not send/],
    ['a notification with an id', legacy('tools/call'), { id: 1, method: 'notifications/message' }, /may not send/],
    ['an unknown notification', modern('tools/call'), note('notifications/unknown'), /may not send/],
    ['a notification of the other era', modern('tools/call'), note('notifications/elicitation/complete'), /may not send/],
    ['an acknowledgement on the legacy era', legacy('tools/call'), note('notifications/subscriptions/acknowledged'), /may not send/],
    ['a change on a call', modern('tools/call'), note('notifications/tools/list_changed', 1), /wrong kind of stream/],
    ['progress on a subscription', modern('subscriptions/listen'), note('notifications/progress'), /wrong kind of stream/],
    [
      'a change of another subscription',
      modern('subscriptions/listen'),
      note('notifications/tools/list_changed', 2),
      /another subscription/,
    ],
  ];
  for (const [name, asked, body, say] of cases) {
    test(name, () => {
      const checked = checkAnswer(message(body), asked);
      assert.ok(!checked.ok);
      assert.equal(checked.error.code, 'upstream_malformed');
      assert.match(checked.error.say, say);
    });
  }
});
