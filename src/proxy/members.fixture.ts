// Servers of a route as a test plays them: what is asked waits until the test answers it. No policy, no record: those are ask.ts's.

import { METHODS, writeError, writeNotification, writeResult } from '../mcp/index.ts';
import type { JsonObject } from '../mcp/index.ts';
import type { Hearing } from './bridge/index.ts';
import type { Arrival } from './exchange.ts';
import { ANN, fakeReply, snapshotWith } from './fakes.fixture.ts';
import { createHeaderList } from '../http/index.ts';
import type { Asker } from './member-lists.ts';
import type { Refused } from './rescue.ts';

/** Something that was asked of a server. */
export interface Asked {
  readonly server: string;
  readonly method: string;
  readonly params: JsonObject;
  readonly given: { up: boolean };
  result(result: JsonObject): void;
  error(code: number): void;
  note(method: string, params: JsonObject): void;
  fail(refused: Refused, outcome?: 'refused' | 'failed' | 'unknown'): void;
}

export interface FakeMembers {
  readonly asker: Asker;
  readonly asked: Asked[];
  /** The newest. */
  readonly last: () => Asked;
}

/** Servers that say what the test says. */
export function fakeMembers(): FakeMembers {
  const asked: Asked[] = [];
  const rule = METHODS.get('tools/list');
  if (rule === undefined) throw new Error('there is no tools/list');
  const arrival: Arrival = {
    method: 'POST',
    headers: createHeaderList([], []),
    body: new Uint8Array(0),
    peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
    route: { kind: 'aggregate', path: '/mcp', key: '/mcp', members: ['tickets'], names: 'prefixed', waitMs: 1_000 },
    principal: ANN,
    snapshot: snapshotWith([], ['tickets']),
    reply: fakeReply(),
    endpoint: undefined,
    relayed: false,
    arrivedUs: 0,
  };
  return {
    asked,
    last: () => {
      const newest = asked.at(-1);
      if (newest === undefined) throw new Error('nothing was asked');
      return newest;
    },
    asker: {
      arrival,
      scope: '',
      request: {
        id: 7,
        method: 'tools/list',
        rule,
        name: undefined,
        params: { cursor: 'ours', _meta: { progressToken: 'p', 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
        revision: '2026-07-28',
        clientCapabilities: {},
        clientInfo: undefined,
        logLevel: undefined,
        progressToken: 'p',
        traceparent: undefined,
        tracestate: undefined,
        baggage: undefined,
      },
      askMember: (_arrival, server, { message }, hearing) => {
        const one = askedOf(server.name, message.method, message.params ?? {}, hearing);
        asked.push(one);
        return { giveUp: () => (one.given.up = true), resume: () => {} };
      },
    },
  };
}

function askedOf(server: string, method: string, params: JsonObject, hearing: Hearing): Asked {
  return {
    server,
    method,
    params,
    given: { up: false },
    result: (result) => hearing.final(writeResult(7, result)),
    error: (code) => hearing.final(writeError(7, code, 'No.')),
    note: (said, with_) => hearing.note(writeNotification(said, with_)),
    fail: (refused, outcome = 'failed') => hearing.fail(refused, outcome),
  };
}
