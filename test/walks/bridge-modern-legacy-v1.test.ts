// A modern agent in front of the reference server on SDK v1, over each transport of the legacy era. It asks its questions over the stream
// that belongs to no request where there is one, as that SDK does by default: they still become rounds of the call that caused them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, modernCall, startGateway, testConfig, textAt } from '../harness/index.ts';
import type { Gateway, Program, RpcAnswer } from '../harness/index.ts';
import { EVERYTHING, startEverything } from './bridge-matrix/programs.ts';

const CAPABILITIES = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const ANSWERS: Readonly<Record<string, object>> = {
  'elicitation/create': { action: 'accept', content: { name: 'Ann', check: true } },
  'sampling/createMessage': { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' },
  'roots/list': { roots: [{ uri: 'file:///work' }] },
};
const QUESTIONS: readonly (readonly [tool: string, args: object, method: string])[] = [
  ['trigger-elicitation-request', {}, 'elicitation/create'],
  ['trigger-url-elicitation', { url: 'https://pay.example', message: 'Pay' }, 'elicitation/create'],
  ['trigger-sampling-request', { prompt: 'Where?', maxTokens: 10 }, 'sampling/createMessage'],
];

let programs: readonly Program[] = [];
let gateway: Gateway;
let key: string;

before(async () => {
  const [http, sse] = (programs = await Promise.all([startEverything('streamableHttp'), startEverything('sse')]));
  gateway = await startGateway({
    config: testConfig({
      servers: {
        http: { url: http?.url ?? '' },
        sse: { url: sse?.url ?? '' },
        stdio: { command: process.execPath, args: [EVERYTHING, 'stdio'] },
      },
    }),
  });
  key = await gateway.addAgent('ann');
});
after(async () => {
  await gateway?.stop();
  await Promise.all(programs.map((program) => program.stop()));
});

for (const server of ['http', 'sse', 'stdio']) {
  const call = (params: object): Promise<RpcAnswer> =>
    modernCall(gateway.url(server), 'tools/call', { ...params }, { key, capabilities: CAPABILITIES });

  test(`${server}: every kind of question becomes a round`, async () => {
    // What it asks of its own accord after initialize, it asks in the first call that can be asked.
    const asked = new Set<string>();
    for (const [name, args, method] of QUESTIONS) {
      const params = { name, arguments: args };
      let answer = await call(params);
      while (at(answer.result, 'resultType') === 'input_required') {
        const inputs: [string, unknown][] = Object.entries(Object(at(answer.result, 'inputRequests')));
        for (const [, input] of inputs) asked.add(textAt(input, 'method'));
        const inputResponses = Object.fromEntries(inputs.map(([name_, input]) => [name_, ANSWERS[textAt(input, 'method')]]));
        answer = await call({ ...params, inputResponses, requestState: at(answer.result, 'requestState') });
      }
      assert.equal(at(answer.result, 'resultType'), 'complete', answer.http.body);
      assert.ok(asked.has(method), `${name} asked ${[...asked].join()}`);
    }
  });

  test(`${server}: progress comes under the token of its call`, async () => {
    const params = { name: 'trigger-long-running-operation', arguments: { duration: 0.1, steps: 2 } };
    // Offered nothing, it asks nothing: a call that is parked hears of no progress.
    const { notifications } = await modernCall(gateway.url(server), 'tools/call', params, { key, meta: { progressToken: 'mine' } });
    assert.deepEqual(
      notifications.map((said) => at(said, 'params', 'progressToken')),
      ['mine', 'mine'],
    );
  });
}
