// For tests only: the sessions of a worker over links whose every word the test says, and listeners that write down what they hear.

import assert from 'node:assert/strict';
import { checkModernRequest, parseJson, readMessage } from '../../mcp/index.ts';
import type { JsonObject, Message, MessageId } from '../../mcp/index.ts';
import type { Caller } from '../../agents/index.ts';
import { beginCall } from '../call.ts';
import type { Call, Ports } from '../exchange.ts';
import { ANN, bed, fakeReply, fakeServer, modern, NOTHING_FOUND, rule, snapshotWith } from '../fakes.fixture.ts';
import type { Refused } from '../rescue.ts';
import { createHeaderList } from '../../http/index.ts';
import { createLegacyServers } from './legacy-servers.ts';
import type { LegacyServers } from './legacy-servers.ts';
import type { Ask, Asking, Hearing, LegacyLinkEvents } from './party.ts';

export const BOB: Caller = { ...ANN, agent: 'bob', keyId: 'k2' };

/** A link whose other end is the test. */
export interface ScriptedLink {
  /** What was sent, as values. */
  readonly sent: JsonObject[];
  readonly calls: string[];
  /** Answers `listen`; undefined: it stays open. */
  offered: ((yes: boolean) => void) | undefined;
  revision: string;
  /** Says something: a JSON-RPC message without its version. */
  say(message: object, on?: MessageId): void;
  lose(id: MessageId, refused: Refused, state: 'delivered' | 'not-delivered' | 'expired'): void;
  end(): void;
  /** The newest request of this method. */
  request(method: string): JsonObject;
  /** Answers the newest request of this method. */
  answer(method: string, result: object, streamed?: boolean): void;
}

/** What an asker heard. */
export interface Heard {
  readonly asking: Asking;
  readonly notes: JsonObject[];
  readonly finals: JsonObject[];
  readonly failures: { readonly code: string; readonly say: string | undefined; readonly data: unknown; readonly outcome: string }[];
  full: boolean;
  /** Waits for the end, whichever it is; gives the final answer. */
  end(): Promise<JsonObject | undefined>;
}

export interface AskOptions {
  readonly id?: MessageId;
  readonly capabilities?: object;
  readonly meta?: object;
  readonly principal?: Caller;
  readonly scope?: string;
}

export interface LegacyBedOptions {
  /** Of the server, in initialize. */
  readonly capabilities?: object;
  readonly hasStreams?: boolean;
  /** The test answers initialize itself. */
  readonly isSlow?: boolean;
  /** The name of the worker. */
  readonly self?: string;
  /** The server is a program, and so many of it may run. */
  readonly programs?: number;
}

export interface LegacyBed {
  readonly legacy: LegacyServers;
  readonly links: ScriptedLink[];
  readonly ports: Ports;
  nowMs: number;
  ask(method: string, params?: object, options?: AskOptions): Heard;
  /** The newest link. */
  link(): ScriptedLink;
  inFlight(): number;
}

const SERVER_INFO = { name: 'old', version: '9' };

/** Sessions with the server `tickets`, which can do everything unless the test says else. */
export function legacyBed(options: LegacyBedOptions = {}): LegacyBed {
  const { hasStreams = true } = options;
  const links: ScriptedLink[] = [];
  const { server } = fakeServer('tickets', { revisions: ['2025-11-25'], modern: false, legacy: true });
  const { ports } = bed([rule('all', 'allow')]);
  const snapshot = snapshotWith([rule('all', 'allow')], ['tickets'], ['ann', 'bob']);
  const readiness = server.readiness;
  assert.ok(readiness?.kind === 'ready');
  const openLink = (events: LegacyLinkEvents) => {
    const { link, scripted } = scriptedLink(events, hasStreams, options);
    links.push(scripted);
    return link;
  };
  const state: LegacyBed = {
    links,
    ports,
    nowMs: 1_000,
    legacy: createLegacyServers({
      self: options.self ?? 'worker-0.1',
      keys: () => [{ kid: 'k', key: new Uint8Array(32).fill(7) }],
      nowMs: () => state.nowMs,
      linkTo: () => {
        const running = links.filter(({ calls }) => !calls.includes('close')).length;
        return running < (options.programs ?? Infinity) ? openLink : { code: 'too_many' };
      },
      onSessionEnd: () => {},
    }),
    ask: (method, params = {}, asked = {}) => {
      const wanted = askFor(method, params, asked, server, snapshot);
      const how = options.programs === undefined ? readiness : { ...readiness, http: undefined };
      return hear((hearing) => state.legacy.ask(wanted, how, hearing, ports));
    },
    link: () => {
      const last = links.at(-1);
      assert.ok(last !== undefined, 'no link was opened');
      return last;
    },
    inFlight: () => server.inFlight,
  };
  return state;
}

function askFor(method: string, params: object, asked: AskOptions, server: Call['server'], snapshot: Call['arrival']['snapshot']): Ask {
  const [value, headers] = modern(method, { ...params });
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': asked.capabilities ?? {},
    ...asked.meta,
  };
  const body = { ...value, id: asked.id ?? 1, params: { ...params, _meta: meta } };
  const document = parseJson(Buffer.from(JSON.stringify(body)));
  assert.ok(document.ok);
  const message = readMessage(document.value);
  assert.ok(message.ok && message.value.kind === 'request');
  const request = checkModernRequest(message.value, {
    protocolVersion: headers['mcp-protocol-version'],
    method: headers['mcp-method'],
    name: headers['mcp-name'],
  });
  assert.ok(request.ok);
  const subject = { kind: 'server' } as const;
  const call = beginCall(
    {
      id: 'call',
      arrival: {
        method: 'POST',
        headers: createHeaderList([], []),
        body: document.value.bytes,
        peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
        route: { kind: 'server', path: '/mcp/tickets', key: 'tickets' },
        relayed: false,
        principal: asked.principal ?? ANN,
        snapshot,
        reply: fakeReply(),
        arrivedUs: 0,
      },
      inbound: { kind: 'modern', message: message.value, request: request.value, subject },
      question: { era: 'modern', revision: '2026-07-28', method, rule: request.value.rule, subject },
      server,
      members: undefined,
    },
    NOTHING_FOUND,
  );
  return { call, message: message.value, request: request.value, scope: asked.scope ?? '' };
}

function hear(begin: (hearing: Hearing) => Asking): Heard {
  let over: () => void = () => {};
  const ended = new Promise<void>((resolve) => (over = resolve));
  const said: Omit<Heard, 'asking'> = {
    notes: [],
    finals: [],
    failures: [],
    full: false,
    end: async () => {
      await ended;
      return said.finals[0];
    },
  };
  const asking = begin({
    get full() {
      return said.full;
    },
    note: (note) => void said.notes.push(valueOf(note)),
    final: (final) => {
      said.finals.push(valueOf(final));
      over();
    },
    fail: ({ code, say, data }, outcome) => {
      said.failures.push({ code, say, data, outcome });
      over();
    },
  });
  return Object.assign(said, { asking });
}

function scriptedLink(events: LegacyLinkEvents, hasStreams: boolean, options: LegacyBedOptions) {
  const capabilities = options.capabilities ?? {
    logging: {},
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    tasks: {},
  };
  const scripted: ScriptedLink = {
    sent: [],
    calls: [],
    offered: undefined,
    revision: '',
    say: (value, on) => events.onMessage(toMessage({ jsonrpc: '2.0', ...value }), on),
    lose: (id, refused, state) => events.onLost(id, refused, state),
    end: () => events.onEnd('It is gone.'),
    request: (method) => {
      const found = scripted.sent.findLast((one) => one['method'] === method);
      if (found !== undefined) return found;
      throw new Error(`${method} was not sent; there were ${JSON.stringify(scripted.sent.map((one) => one['method']))}`);
    },
    answer: (method, result, streamed = hasStreams) => {
      const id = scripted.request(method)['id'];
      assert.ok(typeof id === 'number');
      scripted.say({ id, result }, streamed ? id : undefined);
    },
  };
  const link = {
    hasStreams,
    send: (message: Message) => {
      const value = valueOf(message);
      scripted.sent.push(value);
      const { id, method } = value;
      if (options.isSlow === true || typeof id !== 'number') return;
      const on = hasStreams ? id : undefined;
      if (method === 'initialize')
        setImmediate(() =>
          scripted.say(
            { id, result: { protocolVersion: '2025-11-25', capabilities, serverInfo: SERVER_INFO, instructions: 'Be kind.' } },
            on,
          ),
        );
      else if (method === 'logging/setLevel' || method === 'resources/subscribe' || method === 'resources/unsubscribe')
        setImmediate(() => scripted.say({ id, result: {} }, on));
    },
    agree: (revision: string) => {
      scripted.revision = revision;
    },
    listen: (offered: (yes: boolean) => void) => {
      scripted.calls.push('listen');
      if (hasStreams) scripted.offered = offered;
      else offered(true);
    },
    unlisten: () => void scripted.calls.push('unlisten'),
    forget: (id: MessageId) => void scripted.calls.push(`forget ${id}`),
    pause: () => void scripted.calls.push('pause'),
    resume: () => void scripted.calls.push('resume'),
    close: () => void scripted.calls.push('close'),
  };
  return { link, scripted };
}

/** As it would have been read from a server. */
function toMessage(value: object): Message {
  const document = parseJson(Buffer.from(JSON.stringify(value)));
  assert.ok(document.ok);
  const message = readMessage(document.value);
  assert.ok(message.ok);
  return message.value;
}

function valueOf({ document }: Message): JsonObject {
  const { value } = document;
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value));
  return Object.fromEntries(Object.entries(value));
}

/** A few turns of the event loop: whatever is answered at once has been. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}
