// The gateway as commands see it through the admin API, with fixed answers, so that a test says what it expects in literals.

import type { AdminPorts, AgentsPort, ConfigStatus, GatewayStatus, ServerStatus } from '../admin/index.ts';
import { ok } from '../base/index.ts';

export const FAKE_CONFIG: ConfigStatus = {
  file: '/etc/sallyport/sallyport.yaml',
  revision: 7,
  digest: 'ab'.repeat(32),
  loadedAt: '2026-11-22T10:00:00.000Z',
  refusal: null,
  warnings: [],
};

export const FAKE_STATUS: GatewayStatus = {
  version: '0.1.0',
  pid: 4711,
  startedAt: '2026-11-22T09:00:00.000Z',
  dataFolder: '/var/lib/sallyport',
  ready: true,
  listeners: [{ name: 'main', url: 'http://127.0.0.1:7625' }],
  agents: 2,
  servers: 2,
  config: FAKE_CONFIG,
  workers: [{ slot: 0, pid: 4712, state: 'serving', startedAt: '2026-11-22T09:00:01.000Z', revision: 7 }],
};

export const FAKE_SERVERS: readonly ServerStatus[] = [
  {
    name: 'tickets',
    kind: 'http',
    target: 'http://127.0.0.1:7627/mcp',
    state: 'ready',
    eras: ['modern'],
    revisions: ['2026-07-28'],
    transport: 'streamable',
    problem: null,
    checkedAt: '2026-11-22T10:00:00.000Z',
    holds: { sessions: 2, bridgeSessions: 1, parkedRounds: 3, processes: 0 },
  },
  {
    name: 'files',
    kind: 'stdio',
    target: 'node server.js',
    state: 'failed',
    eras: [],
    revisions: [],
    transport: null,
    problem: 'It ended with code 1. Check the command.',
    checkedAt: '2026-11-22T10:00:00.000Z',
    holds: { sessions: 0, bridgeSessions: 0, parkedRounds: 0, processes: 0 },
  },
];

/** Ports with the given agents behind them; everything else is fixed. */
export function fakePorts(agents: AgentsPort, change: Partial<AdminPorts> = {}): AdminPorts {
  return {
    acts: { record: async () => ok({ act: 'act_0123456789abcdef' }) },
    agents,
    operators: { list: nothing, add: nothing, change: nothing, remove: nothing, link: nothing, endSessions: nothing },
    approvals: { list: async () => ok([]), read: nothing, decide: nothing },
    holds: { list: async () => ok([]), add: nothing, lift: nothing },
    vault: { list: async () => ok([]), request: nothing, decide: nothing, open: nothing },
    checkpoints: { read: nothing, accept: nothing },
    removeOld: nothing,
    lockdown: { read: nothing, lock: nothing, lift: nothing },
    overview: { read: nothing, capacity: nothing, server: nothing, probe: nothing },
    catalogue: {
      withheld: async () => ok({ faults: [], counts: [], withheld: [], omitted: 0 }),
      approved: async (server) => ok({ server, fault: null, approved: [] }),
      lookAlikes: async () => ok({ lookAlikes: [], packages: [] }),
      decide: async () => ok({ decided: [] }),
    },
    subjects: { find: nothing, whois: nothing, erase: nothing, match: nothing },
    flow: { read: async () => ok({ fault: null, hidden: false, agents: [] }), clear: async () => ok({ cleared: false }) },
    status: async () => ok(FAKE_STATUS),
    servers: async () => ok(FAKE_SERVERS),
    reload: async () => ok(FAKE_CONFIG),
    limits: async () => ok({ limits: [] }),
    policy: { explain: nothing, argumentTypes: nothing, world: nothing },
    policyDocument: {
      read: nothing,
      write: nothing,
      proposals: nothing,
      readProposal: nothing,
      decide: nothing,
      history: nothing,
      readRevision: nothing,
    },
    ...change,
  };
}

const nothing = async (): Promise<never> => {
  throw new Error('not asked for in this test');
};

/** Agents that nobody is expected to ask for. */
export const fakeAgents: AgentsPort = {
  list: nothing,
  add: nothing,
  change: nothing,
  remove: nothing,
  addKey: nothing,
  revokeKeys: nothing,
};
