// Fakes for tests of the road: a reply that remembers, a log that is durable when the test says so, a server whose answer the test
// writes. No sockets.

import { createSubject } from '../audit/index.ts';
import type { AuditLog, CallRecord, OnDurable, Subject } from '../audit/index.ts';
import type { Caller } from '../agents/index.ts';
import { compileSnapshot } from '../config/index.ts';
import type { Limits, Snapshot } from '../config/index.ts';
import { createHeaderList } from '../http/index.ts';
import type { UpstreamHandler, UpstreamPool, UpstreamRequest } from '../http/index.ts';
import type { Rule } from '../policies/index.ts';
import type { EraVerdict, Server, Servers } from '../servers/index.ts';
import { createLog } from '../telemetry/index.ts';
import { createCatalogue, createHeaderCatalogue, createToolContracts, createToolFinder } from '../tools/index.ts';
import type { Catalogue } from '../tools/index.ts';
import { createApprovalStates } from './approvals/states.ts';
import {
  createAggregates,
  createLegacyServers,
  createPlacement,
  createProcesses,
  createSessions,
  createSharedListens,
  createTaskIds,
} from './bridge/index.ts';
import type { Arrival, Ports, Reply } from './exchange.ts';
import { createGate } from './gate.ts';
import type { InspectingPorts } from './inspection/answer-treatment.ts';
import { NO_TOKENS } from './inspection/tokens.ts';
import { createOpenExchanges } from './open-exchanges.ts';
import { NO_TRACING } from './tracing.ts';

export interface SeenReply extends Reply {
  readonly seen: string[];
  status: number;
  headers: readonly string[];
  body: string;
  ended: 'no' | 'end' | 'abort';
  full: boolean;
}

export function fakeReply(): SeenReply {
  const reply: SeenReply = {
    seen: [],
    status: 0,
    headers: [],
    body: '',
    ended: 'no',
    full: false,
    get done() {
      return reply.ended !== 'no';
    },
    respond: (status, headers, body) => {
      Object.assign(reply, { status, headers, body: Buffer.from(body ?? []).toString(), ended: 'end' });
      reply.seen.push(`respond ${status}`);
    },
    start: (status, headers) => {
      Object.assign(reply, { status, headers });
      reply.seen.push(`start ${status}`);
    },
    write: (bytes) => {
      reply.body += Buffer.from(bytes).toString();
      reply.seen.push('write');
      return !reply.full;
    },
    end: () => {
      reply.ended = 'end';
      reply.seen.push('end');
    },
    abort: () => {
      reply.ended = 'abort';
      reply.seen.push('abort');
    },
    onDrain: undefined,
    onHangup: undefined,
  };
  return reply;
}

export interface FakeAudit {
  readonly log: AuditLog;
  readonly records: CallRecord[];
  /** False: `whenDurable` waits until `settle` is called. */
  durable: boolean;
  takes: boolean;
  settle(fault?: Error): void;
}

export function fakeAudit(): FakeAudit {
  const waiting: OnDurable[] = [];
  /** Records that got to the disk while it took everything at once. */
  let onDisk = 0;
  const audit: Omit<FakeAudit, 'log'> = {
    records: [],
    durable: true,
    takes: true,
    settle: (fault) => {
      if (fault === undefined) onDisk = audit.records.length;
      for (const callback of waiting.splice(0)) Reflect.apply(callback, undefined, [fault]);
    },
  };
  const log = {
    append: (record: CallRecord) => {
      const seq = audit.takes ? audit.records.push(record) : 0;
      if (audit.durable) onDisk = seq;
      return seq;
    },
    isDurable: (seq: number) => audit.durable || seq <= onDisk,
    whenDurable: (seq: number, callback: OnDurable) => {
      if (audit.durable || seq <= onDisk) callback(undefined);
      else waiting.push(callback);
    },
  };
  // The road uses two methods of the log; a test needs no disk.
  return Object.assign(audit, { log: Object.assign(Object.create(null), log) });
}

export interface FakeServer {
  readonly requests: UpstreamRequest[];
  /** The handler of the newest exchange. */
  handler: UpstreamHandler | undefined;
  aborted: number;
  paused: number;
  readonly server: Server;
}

/** These tests are about something else. */
const ANYTHING = { forms: 'any', urls: ['*'], sampling: true, roots: true } as const;

export function fakeServer(name: string, verdict: Partial<EraVerdict> = {}): FakeServer {
  const fake: Omit<FakeServer, 'server'> = { requests: [], handler: undefined, aborted: 0, paused: 0 };
  const pool: UpstreamPool = {
    open: 0,
    idle: 0,
    send: (request, handler) => {
      fake.requests.push(request);
      fake.handler = handler;
      return { pause: () => void fake.paused++, resume: () => void fake.paused--, abort: () => void fake.aborted++ };
    },
    close: () => {},
  };
  const full: EraVerdict = {
    revisions: ['2026-07-28'],
    modern: true,
    legacy: false,
    transport: 'streamable',
    decidedAtMs: 0,
    staleAtMs: 1e15,
    ...verdict,
  };
  const readiness = {
    kind: 'ready',
    verdict: full,
    http: { pool, origin: 'http://127.0.0.1', path: '/mcp', headers: ['Authorization', 'Bearer of-the-gateway'] },
  } as const;
  const server: Server = {
    name,
    config: {
      kind: 'http',
      name,
      url: 'http://127.0.0.1:1/mcp',
      headers: {},
      tls: { minVersion: 'TLSv1.2' },
      trust: 'first-use',
      asks: ANYTHING,
    },
    readiness,
    inFlight: 0,
    heldBytes: 0,
    doubt: () => {},
    prepare: (callback) => callback(readiness),
    close: () => {},
  };
  return Object.assign(fake, { server });
}

export const ANN: Caller = {
  tenant: 'default',
  agent: 'ann',
  user: undefined,
  groups: [],
  attributes: {},
  keyId: 'k1',
  priority: 'interactive',
};

/** Whom the records of her calls are about. */
export const ANNS: Subject = createSubject({
  pseudonym: 'sub_00112233445566778899aabb',
  keyName: 'sub_00112233445566778899aabb.2026-01',
  commitmentKey: new Uint8Array(32).fill(1),
  vaultKey: new Uint8Array(32).fill(2),
});

const LIMITS: Limits = {
  maxHeadBytes: 16_384,
  maxHeaders: 100,
  maxBodyBytes: 1_000_000,
  maxListBytes: 4_000,
  maxConnections: 100,
  maxConnectionsPerAddress: 100,
  maxPipelined: 8,
  maxRequestsPerConnection: 1_000,
  maxStreamsPerAgent: 2,
  maxSessionsPerAgent: 2,
  maxInFlightPerServer: 3,
  maxProcesses: 4,
  maxProcessesPerAgent: 2,
  maxProcessesPerServer: 3,
  highWaterBytes: 65_536,
  headTimeoutMs: 1_000,
  bodyTimeoutMs: 1_000,
  queueTimeoutMs: 250,
  keepAliveTimeoutMs: 1_000,
  writeTimeoutMs: 1_000,
  connectTimeoutMs: 1_000,
  answerTimeoutMs: 1_000,
  streamIdleTimeoutMs: 1_000,
  callTimeoutMs: 60_000,
  approvalWaitMs: 45_000,
  sessionIdleMs: 1_000,
  drainGraceMs: 1_000,
};

export function snapshotWith(rules: readonly Rule[], servers: readonly string[], agents: readonly string[] = []): Snapshot {
  const compiled = compileSnapshot({
    format: 1,
    revision: 7,
    digests: { config: JSON.stringify(rules), agents: agents.join() },
    shards: {
      config: {
        dataFolder: '/nowhere',
        workers: 1,
        listeners: [],
        servers: servers.map((name) => fakeServer(name).server.config),
        routes: [],
        limits: LIMITS,
        policy: { rules },
      },
      agents: {
        agents: agents.map((name) => ({
          tenant: 'default',
          name,
          groups: [],
          attributes: {},
          priority: 'interactive',
          keys: [{ id: 'k1', sha256: '0'.repeat(64), createdAt: '2026-01-01T00:00:00Z', expiresAt: null, label: '' }],
        })),
      },
    },
  });
  if (!compiled.ok) throw new Error(compiled.error.join());
  return compiled.value;
}

/** A catalogue in which everything is approved: these tests are about something else. */
function openCatalogue(): Catalogue {
  const catalogue = createCatalogue({ nowMs: () => 1_000, verify: () => true });
  return {
    ...catalogue,
    standing: () => 'approved',
    isApproved: () => true,
    isNews: () => false,
    hasBegun: () => true,
    isFresh: () => true,
    fingerprints: (_server, _kind, name) => [name],
    approved: (_server, _kind, name) => [{ fingerprint: name, definition: { inputSchema: { additionalProperties: true } } }],
  };
}

const NO_METRICS: Ports['metrics'] = {
  verdict: () => {},
  outcome: () => {},
  refused: () => {},
  findings: () => {},
  limit: () => {},
  authenticated: () => {},
  turnedAway: () => {},
};

/** Looks into nothing. */
export const NOTHING_FOUND: InspectingPorts = {
  inspector: {
    look: (_, __, done) => done([]),
    lookNow: () => [],
    open: () => {
      let pushed = 0;
      return {
        push: (chunk, progressed) => progressed({ decided: (pushed += chunk.length), found: [] }),
        end: (ended) => ended({ decided: pushed, found: [] }),
        abandon: () => {},
      };
    },
  },
  tokens: NO_TOKENS,
  metrics: NO_METRICS,
  taint: { isNoted: () => false, note: async () => true, read: async () => [] },
  approvals: {
    ask: (_, __, heard) => {
      queueMicrotask(() => heard({ kind: 'refused', why: 'unavailable' }));
      return { drop: () => {} };
    },
    take: (_, done) => queueMicrotask(() => done(undefined)),
    takeRound: (_, __, done) => queueMicrotask(() => done(undefined)),
    states: createApprovalStates(() => [{ kid: 'k', key: new Uint8Array(32).fill(7) }]),
    waited: () => {},
  },
  nowMs: () => 1_000,
  nowUs: () => 1_000_000,
  log: createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' }),
};

export interface Bed {
  readonly ports: Ports;
  readonly audit: FakeAudit;
  readonly server: FakeServer;
  arrive(body: unknown, headers?: Readonly<Record<string, string>>, method?: string, inForce?: Partial<Snapshot>): SeenReply;
}

/** A road with one server, `tickets`. */
export function bed(rules: readonly Rule[], verdict: Partial<EraVerdict> = {}, own: Partial<Ports> = {}): Bed {
  const audit = fakeAudit();
  const server = fakeServer('tickets', verdict);
  const snapshot = snapshotWith(rules, ['tickets'], ['ann']);
  const servers: Servers = {
    get: (name) => (name === 'tickets' ? server.server : undefined),
    all: () => [server.server],
    update: () => {},
    close: () => {},
  };
  let ids = 0;
  let nowUs = 1_000;
  const catalogue = openCatalogue();
  const ports: Ports = {
    audit: audit.log,
    subjects: { know: (_, done) => done(ANNS) },
    vault: { seal: () => undefined, reserve: () => false, free: () => {} },
    servers,
    sessions: createSessions({
      self: 'worker-0.1',
      keys: () => [{ kid: 'k', key: new Uint8Array(32).fill(7) }],
      processes: createProcesses({ open: () => ({ send: () => {}, pause: () => {}, resume: () => {}, close: () => {} }) }),
      nowMs: () => 1_000,
      onEnded: () => {},
      onSessionEnd: () => {},
      onNoise: () => {},
    }),
    headerCatalogue: createHeaderCatalogue(catalogue),
    catalogue,
    gate: createGate(),
    contracts: createToolContracts(catalogue),
    finder: createToolFinder({ catalogue, yield: (next) => next() }),
    reportSightings: () => Promise.resolve(),
    taint: { isNoted: () => false, note: async () => true, read: async () => [] },
    taskIds: createTaskIds(() => [{ kid: 'k', key: new Uint8Array(32).fill(7) }]),
    approvals: NOTHING_FOUND.approvals,
    open: createOpenExchanges(),
    metrics: NO_METRICS,
    tracing: NO_TRACING,
    inspector: NOTHING_FOUND.inspector,
    tokens: NOTHING_FOUND.tokens,
    limits: { take: (charges) => ({ kind: 'receipt', charges }), abandon: () => {}, end: () => {}, undo: () => {} },
    log: createLog({ process: 'test', level: 'error', write: () => {}, clock: () => 0, format: 'json' }),
    newId: () => `call-${++ids}`,
    nowMs: () => 1_000,
    nowUs: () => (nowUs += 10),
    snapshot: () => snapshot,
    legacyServers: createLegacyServers({
      self: 'worker-0.1',
      keys: () => [],
      nowMs: () => 1_000,
      linkTo: () => () => {
        throw new Error('no link is made in these tests');
      },
      onSessionEnd: () => {},
    }),
    listens: createSharedListens(),
    aggregates: createAggregates({ keys: () => [{ kid: 'k', key: new Uint8Array(32).fill(7) }], nowMs: () => 1_000 }),
    placement: createPlacement('worker-0.1'),
    relayToOwner: (arrival) => arrival.reply.respond(299, []),
    ...own,
  };
  return {
    ports,
    audit,
    server,
    arrive: (body, headers = {}, method = 'POST', inForce = {}) => {
      const reply = fakeReply();
      const arrival: Arrival = {
        method,
        headers: createHeaderList(Object.keys(headers), Object.values(headers)),
        body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
        peer: { address: '127.0.0.1', port: 1, tls: false, listener: 'main' },
        route: { kind: 'server', path: '/mcp/tickets', key: 'tickets' },
        relayed: false,
        principal: ANN,
        snapshot: { ...snapshot, ...inForce },
        reply,
        arrivedUs: nowUs,
      };
      carryFor(arrival, ports);
      return reply;
    },
  };
}

let carryFor: (arrival: Arrival, ports: Ports) => void = () => {
  throw new Error('call useRoad first');
};
/** The fixture must not import what it stands under. */
export function useRoad(carry: (arrival: Arrival, ports: Ports) => void): void {
  carryFor = carry;
}

export function rule(name: string, effect: Rule['effect'], tools?: readonly string[]): Rule {
  return { name, effect, agents: ['*'], groups: [], servers: ['*'], ...(tools === undefined ? {} : { tools }) };
}

export const MODERN_META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

/** A modern request and its headers. */
export function modern(
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  id: string | number = 1,
): readonly [object, Record<string, string>] {
  const name = params['name'] ?? params['uri'] ?? params['taskId'];
  return [
    { jsonrpc: '2.0', id, method, params: { ...params, _meta: MODERN_META } },
    { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(typeof name === 'string' ? { 'mcp-name': name } : {}) },
  ];
}
