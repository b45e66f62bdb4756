import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answerInstead, knowsServerMethod, parseJson, readAnswerMessage, shapeSaid } from './index.ts';
import type { Message } from './types.ts';

function said(method: string, params: object, id?: string): Extract<Message, { kind: 'notification' | 'request' }> {
  const parsed = parseJson(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...(id !== undefined && { id }), method, params })));
  const message = parsed.ok ? readAnswerMessage(parsed.value) : parsed;
  if (!message.ok || (message.value.kind !== 'notification' && message.value.kind !== 'request')) throw new Error('no such message');
  return message.value;
}

describe('a question that a revision has no words for is answered in the place of the agent', () => {
  const FORM = { message: 'Who?', requestedSchema: {} };
  const URL_MODE = { mode: 'url', message: 'Here', url: 'https://example.com/', elicitationId: 'e' };
  const cases: readonly (readonly [string, object, string, number | undefined])[] = [
    ['elicitation/create', FORM, '2024-11-05', -32601],
    ['elicitation/create', FORM, '2025-03-26', -32601],
    ['elicitation/create', FORM, '2025-06-18', undefined],
    ['elicitation/create', URL_MODE, '2025-03-26', -32601],
    ['elicitation/create', URL_MODE, '2025-06-18', -32602],
    ['elicitation/create', URL_MODE, '2025-11-25', undefined],
    ['sampling/createMessage', {}, '2024-11-05', undefined],
    ['roots/list', {}, '2024-11-05', undefined],
    ['ping', {}, '2024-11-05', undefined],
    ['elicitation/create', URL_MODE, '', undefined],
  ];
  for (const [method, params, revision, code] of cases) {
    const mode = 'mode' in params ? ' by URL' : '';
    test(`${method}${mode} in ${revision === '' ? 'a session that is not known' : revision}`, () => {
      const request = said(method, params, 'q');
      assert(request.kind === 'request');
      const answer = answerInstead(request, revision);
      if (code === undefined) return assert.equal(answer, undefined);
      const { id, error } = JSON.parse(Buffer.from(answer ?? []).toString());
      assert.deepEqual([id, error.code], ['q', code]);
      assert.match(error.message, new RegExp(revision));
    });
  }
});

test('a notification is known from the revision on that brought it', () => {
  assert.equal(knowsServerMethod('notifications/elicitation/complete', '2025-06-18'), false);
  assert.equal(knowsServerMethod('notifications/elicitation/complete', '2025-11-25'), true);
  assert.equal(knowsServerMethod('notifications/progress', '2024-11-05'), true);
  assert.equal(knowsServerMethod('made/up', '2024-11-05'), true, 'others refuse what nobody knows');
});

describe('what is said in the words of an older revision', () => {
  const shaped = (message: Parameters<typeof shapeSaid>[0], revision: string): unknown =>
    JSON.parse(Buffer.from(shapeSaid(message, revision)).toString()).params;

  test('sampling: sound becomes a note, the rest stays', () => {
    const text = { role: 'user', content: { type: 'text', text: 'hi' } };
    const sound = { role: 'user', content: { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' } };
    const message = said('sampling/createMessage', { messages: [text, sound], maxTokens: 9 }, 'q');
    const params = shaped(message, '2024-11-05');
    assert.match(JSON.stringify(params), /"type":"text","text":"\[audio/);
    assert.match(JSON.stringify(params), /"maxTokens":9/);
    assert.equal(shapeSaid(message, '2025-03-26'), message.document.bytes, 'untouched where it is known');
  });

  test('progress: no words beside the number before 2025-03-26', () => {
    const message = said('notifications/progress', { progressToken: 't', progress: 1, message: 'half' });
    assert.deepEqual(shaped(message, '2024-11-05'), { progressToken: 't', progress: 1 });
    assert.deepEqual(shaped(message, '2025-03-26'), { progressToken: 't', progress: 1, message: 'half' });
  });
});
