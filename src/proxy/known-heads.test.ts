import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileAgents, createKey } from '../agents/index.ts';
import type { ListenerConfig, Snapshot } from '../config/index.ts';
import { createHeaderList } from '../http/index.ts';
import type { Peer, ServerRequest } from '../http/index.ts';
import { createDoor } from './door.ts';
import type { Admitted } from './arrival-of.ts';
import { bed, fakeReply, rule, snapshotWith } from './fakes.fixture.ts';
import { createTurns } from './turns.ts';

const LISTENER: ListenerConfig = {
  name: 'main',
  address: { host: '127.0.0.1', port: 1 },
  tls: { kind: 'off' },
  trustedProxies: [],
  hosts: [],
  origins: [],
};
const KEYS = [1, 2].map((seed) => createKey(new Uint8Array(32).fill(seed)));
const bearer = (n: number): string => `Bearer ${KEYS[n]?.text.reveal() ?? ''}`;
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: bearer(0) };
const END_MS = 5_000;

interface Knock {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A door whose agents count how often a key is shown to them. `ann` has a key that ends, `bob` one that does not. */
function doorOf() {
  const index = compileAgents(
    ['ann', 'bob'].map((name, n) => ({
      tenant: 'default',
      name,
      groups: [],
      attributes: {},
      priority: 'interactive',
      keys: [
        {
          id: KEYS[n]?.id ?? '',
          sha256: KEYS[n]?.sha256 ?? '',
          createdAt: '2026-01-01T00:00:00Z',
          expiresAt: n === 0 ? new Date(END_MS).toISOString() : null,
          label: '',
        },
      ],
    })),
  );
  const state = { shown: 0, nowMs: 1_000, listener: LISTENER, snapshot: snapshotWith([rule('all', 'allow')], ['tickets']) };
  const withAgents = (agents: Snapshot['agents']): void => {
    state.snapshot = {
      ...state.snapshot,
      agents: {
        ...agents,
        authenticate: (authorization, nowMs) => {
          state.shown++;
          return agents.authenticate(authorization, nowMs);
        },
      },
    };
  };
  withAgents(index);
  const { ports } = bed([rule('all', 'allow')], {}, { nowMs: () => state.nowMs });
  const door = createDoor({
    ports,
    snapshot: () => state.snapshot,
    listener: () => state.listener,
    readiness: () => ({ ready: true, body: new Uint8Array(0) }),
    onTurnedAway: () => {},
    turns: createTurns({ ports, snapshot: () => state.snapshot, onTurnedAway: () => {} }),
    relayed: false,
  });
  const peer: Peer = { address: '127.0.0.1', port: 9, tls: false, listener: 'main' };
  const knock = ({ method = 'POST', path = '/mcp/tickets', query = '', host = 'localhost', headers = {} }: Knock = {}): string => {
    const reply = fakeReply();
    const all = { ...HEADERS, ...headers };
    const list = createHeaderList(Object.keys(all), Object.values(all));
    const request: ServerRequest<Admitted> = Object.assign(reply, {
      head: { method, path, query, host, headers: list, contentLength: 2, chunked: false },
      peer,
      context: undefined,
      streamBody: () => {},
      resumeBody: () => {},
      pass: (bytes: Uint8Array) => reply.write(bytes),
    });
    const said = door.onHead(request);
    return typeof said === 'number' ? (request.context?.principal.agent ?? 'nobody') : String(reply.status);
  };
  return { state, knock, withAgents };
}

test('the same head on the same connection is decided once', () => {
  const { state, knock } = doorOf();
  assert.deepEqual([knock(), knock(), knock({ headers: { 'content-length': '7' } })], ['ann', 'ann', 'ann']);
  assert.equal(state.shown, 1);
});

const others: readonly (readonly [string, Knock, string])[] = [
  ['another key', { headers: { authorization: bearer(1) } }, 'bob'],
  ['a wrong key', { headers: { authorization: `${bearer(0)}x` } }, '401'],
  ['a foreign Host', { host: 'evil.example' }, '403'],
  ['a foreign Origin', { headers: { origin: 'https://evil.example' } }, '403'],
  ['another route', { path: '/mcp/nothing' }, '404'],
  ['another type', { headers: { 'content-type': 'text/plain' } }, '415'],
  ['another Accept', { headers: { accept: 'text/html' } }, '406'],
  ['another Accept, of who posts to an endpoint', { query: 'sessionId=x', headers: { accept: 'text/html' } }, '406'],
  ['another method', { method: 'PUT' }, '405'],
];
for (const [name, second, expected] of others) {
  test(`${name} on the same connection is decided anew`, () => {
    const { knock } = doorOf();
    assert.deepEqual([knock(), knock(second), knock()], ['ann', expected, 'ann']);
  });
}

test('a key that has ended is not known any more', () => {
  const { state, knock } = doorOf();
  assert.equal(knock(), 'ann');
  state.nowMs = END_MS;
  assert.equal(knock(), '401');
});

test('a new snapshot and another listener are asked anew', () => {
  const { state, knock, withAgents } = doorOf();
  assert.equal(knock(), 'ann');
  state.listener = { ...LISTENER, tls: { kind: 'external' } };
  assert.equal(knock(), '403');
  state.listener = LISTENER;
  withAgents(compileAgents([]));
  assert.equal(knock(), '401');
});
