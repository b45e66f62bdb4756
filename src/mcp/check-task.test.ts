import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkAnswer } from './check-answer.ts';
import type { Asked } from './check-answer.ts';
import { parseJson } from './parse-json.ts';
import { readAnswerMessage } from './read-message.ts';

const DECLARED = { elicitation: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } };
const QUESTION = { method: 'elicitation/create', params: { mode: 'form', message: '?', requestedSchema: {} } };

function judged(message: object, asked: Partial<Asked>): boolean {
  const document = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })));
  assert.ok(document.ok);
  const read = readAnswerMessage(document.value);
  assert.ok(read.ok);
  return checkAnswer(read.value, { id: 1, method: 'tasks/get', era: 'modern', clientCapabilities: DECLARED, ...asked }).ok;
}

const tasks: readonly (readonly [what: string, task: object, good: boolean])[] = [
  ['at work', { taskId: 't', status: 'working' }, true],
  ['cancelled', { taskId: 't', status: 'cancelled' }, true],
  ['without an id', { status: 'working' }, false],
  ['with an empty id', { taskId: '', status: 'working' }, false],
  ['with a number as its id', { taskId: 7, status: 'working' }, false],
  ['of an unknown status', { taskId: 't', status: 'resting' }, false],
  ['that asks', { taskId: 't', status: 'input_required', inputRequests: { a: QUESTION } }, true],
  ['that asks nothing', { taskId: 't', status: 'input_required' }, false],
  [
    'that asks what the agent does not take',
    { taskId: 't', status: 'input_required', inputRequests: { a: { method: 'roots/list' } } },
    false,
  ],
  ['that asks while it works', { taskId: 't', status: 'working', inputRequests: { a: { method: 'roots/list' } } }, false],
  ['that asks something unknown', { taskId: 't', status: 'input_required', inputRequests: { a: { method: 'tools/call' } } }, false],
  ['completed', { taskId: 't', status: 'completed', result: { content: [] } }, true],
  ['completed without a result', { taskId: 't', status: 'completed' }, false],
  ['completed with a question', { taskId: 't', status: 'completed', result: { resultType: 'input_required' } }, false],
  ['completed, with a question beside it', { taskId: 't', status: 'completed', inputRequests: { a: QUESTION } }, false],
  ['failed', { taskId: 't', status: 'failed', error: { code: 1, message: 'no' } }, true],
  ['failed without an error', { taskId: 't', status: 'failed' }, false],
];

describe('a task', () => {
  for (const [what, task, good] of tasks) {
    test(what, () => {
      assert.equal(judged({ id: 1, result: { resultType: 'complete', ...task } }, {}), good, 'the answer to tasks/get');
      assert.equal(judged({ method: 'notifications/tasks', params: task }, { method: 'subscriptions/listen' }), good, 'a notification');
    });
  }

  test('is made only by a call whose agent takes tasks', () => {
    const made = { id: 1, result: { resultType: 'task', taskId: 't', status: 'working' } };
    assert.equal(judged(made, { method: 'tools/call' }), true);
    assert.equal(judged(made, { method: 'tools/call', clientCapabilities: {} }), false);
    assert.equal(judged(made, { method: 'prompts/get' }), false);
    assert.equal(judged({ id: 1, result: { resultType: 'task', status: 'working' } }, { method: 'tools/call' }), false);
  });

  test('is no news on the stream of a call', () => {
    assert.equal(judged({ method: 'notifications/tasks', params: { taskId: 't', status: 'working' } }, { method: 'tools/call' }), false);
  });
});
