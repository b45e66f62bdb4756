import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeaderList } from '../../http/index.ts';
import { bed, modern, rule, useRoad } from '../fakes.fixture.ts';
import type { Call, Inbound } from '../exchange.ts';
import { carry } from '../pipeline.ts';
import { createModernAnswer } from './modern-answer.ts';

/** The call and the request of a modern message, as the road makes them. */
function callOf(method: string): { readonly call: Call; readonly inbound: Extract<Inbound, { kind: 'modern' }> } {
  const road = bed([rule('all', 'allow')]);
  let made: Call | undefined;
  useRoad((arrival, ports) => carry(arrival, { ...ports, metrics: { ...ports.metrics, verdict: (call) => void (made = call) } }));
  road.arrive(...modern(method, method === 'tools/call' ? { name: 'x', arguments: {} } : { notifications: {} }));
  if (made?.inbound.kind !== 'modern') return assert.fail('no modern call was made');
  return { call: made, inbound: made.inbound };
}

for (const [method, ends] of [
  ['tools/call', true],
  ['subscriptions/listen', false],
] as const) {
  test(`an answer that only trickles ${ends ? 'has an end' : 'is what a listen stream is'}: ${method}`, (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { call, inbound } = callOf(method);
    const failed: string[] = [];
    const hearing = {
      full: false,
      note: () => {},
      final: () => {},
      fail: ({ code }: { readonly code: string }, outcome: string) => void failed.push(`${code} ${outcome}`),
    };
    const { ports } = bed([]);
    const answer = createModernAnswer({ call, message: inbound.message, request: inbound.request, scope: '' }, hearing, ports);
    let aborted = 0;
    answer.attach({ pause: () => {}, resume: () => {}, abort: () => void aborted++ });
    answer.onHead(200, createHeaderList(['content-type'], ['text/event-stream']));
    for (let waited = 0; waited < 6; waited++) {
      answer.onBody(Buffer.from(':\n\n'));
      t.mock.timers.tick(10_000);
    }
    assert.deepEqual(failed, ends ? ['upstream_timeout unknown'] : []);
    assert.equal(aborted, ends ? 1 : 0);
  });
}
