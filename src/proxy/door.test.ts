import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListenerConfig } from '../config/index.ts';
import { createHeaderList } from '../http/index.ts';
import type { ServerRequest } from '../http/index.ts';
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
  anonymous: 'visitor',
};
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

interface Knock {
  readonly method?: string;
  readonly path?: string;
  readonly host?: string;
  readonly tls?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly listener?: Partial<ListenerConfig>;
}

/** What the door does with a head: the status of its refusal, or how much body it lets in. */
function knock({
  method = 'POST',
  path = '/mcp/tickets',
  host = '127.0.0.1:7625',
  tls = false,
  headers = {},
  listener = {},
}: Knock): number {
  const { ports } = bed([rule('all', 'allow')]);
  const snapshot = snapshotWith([rule('all', 'allow')], ['tickets']);
  const door = createDoor({
    ports,
    snapshot: () => snapshot,
    listener: () => ({ ...LISTENER, ...listener }),
    readiness: () => ({ ready: true, body: new Uint8Array(0) }),
    onTurnedAway: () => {},
    turns: createTurns({ ports, snapshot: () => snapshot, onTurnedAway: () => {} }),
    relayed: false,
  });
  const reply = fakeReply();
  const all = { ...HEADERS, ...headers };
  const request: ServerRequest<Admitted> = Object.assign(reply, {
    head: {
      method,
      path,
      query: '',
      host,
      headers: createHeaderList(Object.keys(all), Object.values(all)),
      contentLength: 2,
      chunked: false,
    },
    peer: { address: '127.0.0.1', port: 9, tls, listener: 'main' },
    context: undefined,
    streamBody: () => {},
    resumeBody: () => {},
    pass: (bytes: Uint8Array) => reply.write(bytes),
  });
  const answer = door.onHead(request);
  return typeof answer === 'number' ? answer : reply.status;
}

const ADMITTED = 1_000_000;
const WILD = { address: { host: '0.0.0.0', port: 1 } };
const heads: readonly (readonly [string, Knock, number])[] = [
  ['a call', {}, ADMITTED],
  ['Host localhost', { host: 'localhost:7625' }, ADMITTED],
  ['Host [::1]', { host: '[::1]:7625' }, ADMITTED],
  ['Host LOCALHOST', { host: 'LOCALHOST' }, ADMITTED],
  ['a foreign Host', { host: 'evil.example' }, 403],
  ['a Host that begins like ours', { host: '127.0.0.1.evil.example' }, 403],
  ['another address as Host, on loopback', { host: '10.0.0.1' }, 403],
  ['an address as Host, on all addresses', { host: '10.0.0.1:7625', listener: WILD }, ADMITTED],
  ['an IPv6 address as Host, on all addresses', { host: '[fd00::1]:7625', listener: WILD }, ADMITTED],
  ['a name as Host, on all addresses', { host: 'gateway.example', listener: WILD }, 403],
  ['localhost as Host, on all addresses', { host: 'localhost', listener: WILD }, 403],
  ['a caller around the proxy that ends TLS', { listener: { tls: { kind: 'external' } } }, 403],
  ['a health check around that proxy', { method: 'GET', path: '/livez', listener: { tls: { kind: 'external' } } }, 200],
  ['a caller through that proxy', { tls: true, listener: { tls: { kind: 'external' } } }, ADMITTED],
  ['a configured name as Host', { host: 'gateway.example', listener: { ...WILD, hosts: ['gateway.example'] } }, ADMITTED],
  ['a foreign Origin', { headers: { origin: 'https://evil.example' } }, 403],
  ['the null Origin', { headers: { origin: 'null' } }, 403],
  ['a loopback Origin', { headers: { origin: 'http://localhost:3000' } }, ADMITTED],
  ['a configured Origin', { headers: { origin: 'https://app.example' }, listener: { origins: ['https://app.example'] } }, ADMITTED],
  ['no key', { listener: { anonymous: undefined } }, 401],
  ['a wrong key', { headers: { authorization: 'Bearer spk_wrong' } }, 401],
  ['an unknown route', { path: '/mcp/nothing' }, 404],
  ['text/plain', { headers: { 'content-type': 'text/plain' } }, 415],
  ['another charset', { headers: { 'content-type': 'application/json; charset=utf-16' } }, 415],
  ['UTF-8 said aloud', { headers: { 'content-type': 'application/json; charset=UTF-8' } }, ADMITTED],
  ['Accept without streams', { headers: { accept: 'application/json' } }, 406],
  ['Accept anything', { headers: { accept: '*/*' } }, ADMITTED],
  ['Accept with weights', { headers: { accept: 'text/*;q=0.1, application/json;q=1' } }, ADMITTED],
  ['PUT', { method: 'PUT' }, 405],
  ['a GET that wants no stream', { method: 'GET', headers: { accept: 'text/html' } }, 406],
  ['a GET for a stream', { method: 'GET', headers: { accept: 'text/event-stream' } }, ADMITTED],
  ['/livez', { method: 'GET', path: '/livez' }, 200],
  ['/readyz', { method: 'GET', path: '/readyz' }, 200],
  ['/readyz with a foreign Host', { method: 'GET', path: '/readyz', host: 'evil.example' }, 403],
  ['a preflight of a foreign page', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } }, 403],
  [
    'a preflight of a configured page',
    { method: 'OPTIONS', headers: { origin: 'https://app.example' }, listener: { origins: ['https://app.example'] } },
    204,
  ],
];
for (const [name, given, expected] of heads) {
  test(`${name}: ${expected === ADMITTED ? 'may send a body' : expected}`, () => assert.equal(knock(given), expected));
}
