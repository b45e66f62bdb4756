// A call for tests of what is done about its answer, and findings that somebody else claims to have made.

import { createHeaderList } from '../../http/index.ts';
import type { Found } from '../../inspection/index.ts';
import { beginCall } from '../call.ts';
import type { Call } from '../exchange.ts';
import { ANN, bed, fakeReply, NOTHING_FOUND, rule, snapshotWith } from '../fakes.fixture.ts';
import type { Inspector } from './inspector.ts';

const RULES = [rule('all', 'allow')];

/** A modern agent's call of the tool `x`, looked into as the test says. */
export function inspectedCall(inspector: Partial<Inspector>): Call {
  const road = bed(RULES);
  return beginCall(
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
        snapshot: snapshotWith(RULES, ['tickets'], ['ann']),
        reply: fakeReply(),
        arrivedUs: 0,
      },
      inbound: { kind: 'stream', token: undefined },
      question: { era: 'modern', revision: '2026-07-28', method: 'tools/call', rule: undefined, subject: { kind: 'tool', name: 'x' } },
      server: road.server.server,
      members: undefined,
    },
    { ...NOTHING_FOUND, inspector: { ...NOTHING_FOUND.inspector, ...inspector } },
  );
}

/** A secret in a text. */
export function foundAt(start: number, end: number, more: Partial<Found> = {}): Found {
  return {
    type: 'aws',
    class: 'secret',
    confidence: 'high',
    kind: 'string',
    start,
    end,
    path: '$.result.content[0].text',
    layers: [],
    ...more,
  };
}
