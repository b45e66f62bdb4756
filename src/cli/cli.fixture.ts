// Runs a command line in a test: a folder of its own, what it printed as text, and either a fake gateway or none.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AdminPorts, AdminProblem } from '../admin/index.ts';
import { createAgentsPort, createLockdownPort } from '../admin/index.ts';
import type { AgentsPort, LockdownPort } from '../admin/index.ts';
import { DEFAULT_TENANT } from '../agents/index.ts';
import { openActLog } from '../audit/index.ts';
import type { ActLog } from '../audit/index.ts';
import { fail } from '../base/index.ts';
import { openStore } from '../cluster/index.ts';
import type { CliDeps, ServeOptions } from './command.ts';
import type { Terminal } from './terminal.ts';
import { runCli } from './run.ts';

export const FAKE_NOW = new Date('2026-11-22T10:00:00.000Z');

/** What a command did. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A place to run commands in. */
export interface CliFixture {
  readonly cwd: string;
  /** What `serve` was last called with. */
  readonly served: readonly ServeOptions[];
  /** What commands are given, without anybody to read what they print. */
  readonly deps: CliDeps;
  readonly run: (...argv: readonly string[]) => Promise<CliResult>;
}

export interface FixtureOptions {
  /** The running gateway; without one every question to it is answered as when none runs. */
  readonly ports?: AdminPorts;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly terminal?: Terminal;
  /** Told each data folder whose gateway is asked. */
  readonly asked?: (dataFolder: string) => void;
}

/** Makes a folder and the means to run commands in it; both go when the test ends. */
export function cliFixture(t: TestContext, options: FixtureOptions = {}): CliFixture {
  const cwd = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
  t.after(() => {
    process.seteuid?.(process.getuid?.() ?? 0);
    rmSync(cwd, { recursive: true, force: true });
  });
  const served: ServeOptions[] = [];
  const deps: CliDeps = {
    version: '1.2.3',
    cwd,
    env: options.env ?? {},
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    readStdin: async () => options.stdin ?? '',
    openTerminal: () => options.terminal,
    now: () => FAKE_NOW,
    interrupted: new AbortController().signal,
    serve: async (wanted) => served.push(wanted) - 1,
    admin: (dataFolder) => {
      options.asked?.(dataFolder);
      return options.ports ?? notRunning;
    },
    openActs,
    openAgents,
    openLockdown,
  };
  const run = async (...argv: readonly string[]): Promise<CliResult> => {
    let stdout = '';
    let stderr = '';
    const printed = { stdout: { write: (text: string) => (stdout += text) }, stderr: { write: (text: string) => (stderr += text) } };
    return { code: await runCli(argv, { ...deps, ...printed }), stdout, stderr };
  };
  return { cwd, served, deps, run };
}

function openAgents(folder: string): { agents: AgentsPort; close: () => Promise<void> } {
  const store = openStore(folder);
  const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
  const agents = createAgentsPort({ store, tenant: DEFAULT_TENANT, randomBytes, now: () => FAKE_NOW, changed: async () => {} });
  return { agents, close: () => store.close() };
}

function openActs(folder: string): Promise<ActLog> {
  return openActLog({
    node: 'node-1',
    directory: join(folder, 'audit', 'cli'),
    writer: 'test',
    nowMs: () => FAKE_NOW.getTime(),
    onFault: () => {},
    takeOver: true,
  });
}

function openLockdown(folder: string): LockdownPort {
  return createLockdownPort({
    dataFolder: folder,
    tenant: DEFAULT_TENANT,
    now: () => FAKE_NOW,
    enforce: async () => ({ workers: 0, confirmed: 0, silent: [] }),
    isKnown: async () => null,
  });
}

const absent: AdminProblem = { code: 'gateway_not_running', detail: 'No gateway is running on this data folder.' };
const refuse = async (): Promise<{ readonly ok: false; readonly error: AdminProblem }> => fail(absent);

const notRunning: AdminPorts = {
  acts: { record: refuse },
  operators: { list: refuse, add: refuse, change: refuse, remove: refuse, link: refuse, endSessions: refuse },
  status: refuse,
  servers: refuse,
  reload: refuse,
  limits: refuse,
  policy: { explain: refuse, argumentTypes: refuse, world: refuse },
  policyDocument: {
    read: refuse,
    write: refuse,
    proposals: refuse,
    readProposal: refuse,
    decide: refuse,
    history: refuse,
    readRevision: refuse,
  },
  approvals: { list: refuse, read: refuse, decide: refuse },
  holds: { list: refuse, add: refuse, lift: refuse },
  vault: { list: refuse, request: refuse, decide: refuse, open: refuse },
  checkpoints: { read: refuse, accept: refuse },
  overview: { read: refuse, capacity: refuse, server: refuse, probe: refuse },
  removeOld: refuse,
  catalogue: { withheld: refuse, approved: refuse, lookAlikes: refuse, decide: refuse },
  lockdown: { read: refuse, lock: refuse, lift: refuse },
  flow: { read: refuse, clear: refuse },
  subjects: { find: refuse, whois: refuse, erase: refuse, match: refuse },
  agents: { list: refuse, add: refuse, change: refuse, remove: refuse, addKey: refuse, revokeKeys: refuse },
};

/** Root may read everything: it takes off its rights until the test ends. */
export function actAsNobody(t: TestContext): void {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.(65_534);
  t.after(() => process.seteuid?.(0));
}
