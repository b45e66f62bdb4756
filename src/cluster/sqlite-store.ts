// The embedded store: one SQLite file in the data folder. WAL so that readers never wait for the writer, synchronous=FULL because an
// acknowledged revocation must survive a power cut (measured: NORMAL loses acknowledged writes). Several processes may have the file
// open at once, the command line beside control; each write takes the write lock before it reads what it decides on.

import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type { AgentKey, AgentRecord } from '../agents/index.ts';
import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ApprovalStore } from './approvals.ts';
import type { DefinitionStore } from './definitions.ts';
import type { HoldStore } from './holds.ts';
import type { LevelStore } from './levels.ts';
import type { OperatorStore } from './operators.ts';
import type { PolicyStore } from './policies.ts';
import { createSqliteApprovals } from './sqlite-approvals.ts';
import { createSqliteDefinitions } from './sqlite-definitions.ts';
import type { Database } from './sqlite-definitions.ts';
import { createSqliteHolds } from './sqlite-holds.ts';
import { readAgentPage } from './sqlite-agent-pages.ts';
import { createSqliteOperators } from './sqlite-operators.ts';
import { createSqlitePolicies } from './sqlite-policies.ts';
import { createSqliteTaint } from './sqlite-taint.ts';
import { createSqliteLevels } from './sqlite-levels.ts';
import { text, toAgent, toKey } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';
import { migrate, SCHEMA_VERSION } from './sqlite-schema.ts';
import type { AgentList, AgentPage, AgentPageQuery, ConfigRevision, Store, StoreRefusal, WriteScope } from './store.ts';
import type { TaintStore } from './taint.ts';

const STORE_FILE = 'state.sqlite';
/** How long a write waits for another process's write. Writes take milliseconds; longer means that somebody hangs. */
const BUSY_TIMEOUT_MS = 5_000;
const BUSY_PAUSE_MS = 20;
/** Primary result code; extended codes carry it in their low byte (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;

/** Whether a data folder has a store. Creates nothing. */
export function lookForStore(dataFolder: string): 'there' | 'absent' | 'unreadable' {
  try {
    return statSync(join(dataFolder, STORE_FILE), { throwIfNoEntry: false }) === undefined ? 'absent' : 'there';
  } catch {
    return 'unreadable';
  }
}

/** Opens the store of a data folder, creating both when they are not there. Throws a GatewayError whose text says what to do. */
export function openStore(dataFolder: string): Store {
  const path = join(dataFolder, STORE_FILE);
  let database: DatabaseSync;
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    // SQLite would create the file by the umask; its -wal and -shm files then copy the mode of the file.
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, enableForeignKeyConstraints: true });
  } catch (cause) {
    throw new GatewayError('internal', {
      say: `The store ${path} cannot be opened: ${textOf(cause)}. Make the folder readable and writable for this user, or name another one with --data.`,
      cause,
    });
  }
  try {
    const refused = whenFree(() => {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;');
      return migrate(database);
    });
    if (refused !== undefined) {
      throw new GatewayError('internal', {
        say: `The store ${path} was written by a newer Sallyport (format ${refused.newer}; this one knows ${SCHEMA_VERSION}). Use that version, or another data folder.`,
      });
    }
    return new SqliteStore(database);
  } catch (cause) {
    database.close();
    if (cause instanceof GatewayError) throw cause;
    throw new GatewayError('internal', {
      say: `The store ${path} cannot be read: ${textOf(cause)}. Restore it from a backup, or move it away to begin with an empty one.`,
      cause,
    });
  }
}

/** SQLite's own waiting does not cover the switch to WAL and the recovery of a log: two processes that open at once need this. */
function whenFree<T>(action: () => T): T {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waitedMs = 0; ; waitedMs += BUSY_PAUSE_MS) {
    try {
      return action();
    } catch (error) {
      if (!isBusy(error) || waitedMs >= BUSY_TIMEOUT_MS) throw error;
      Atomics.wait(pause, 0, 0, BUSY_PAUSE_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === SQLITE_BUSY;
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly catalogue: DefinitionStore;
  readonly limits: LevelStore;
  readonly approvals: ApprovalStore;
  readonly taint: TaintStore;
  readonly holds: HoldStore;
  readonly policies: PolicyStore;
  readonly operators: OperatorStore;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const part: Database = {
      run: (sql, ...values) => this.#run(sql, ...values),
      all: (sql, ...values) => this.#all(sql, ...values),
      write: (action) => this.#transaction('IMMEDIATE', action),
      rehearse: (action) => this.#transaction('IMMEDIATE', action, 'ROLLBACK'),
    };
    this.catalogue = createSqliteDefinitions(part);
    this.approvals = createSqliteApprovals(part);
    this.taint = createSqliteTaint(part);
    this.holds = createSqliteHolds(part);
    this.policies = createSqlitePolicies(part);
    this.operators = createSqliteOperators(part);
    this.limits = createSqliteLevels(part);
  }

  async agents(tenant: string): Promise<AgentList> {
    return this.#transaction('DEFERRED', () => ({ version: this.#version(tenant), agents: this.#readAgents(tenant) }));
  }

  async agentPage(tenant: string, query: AgentPageQuery): Promise<AgentPage & { readonly version: number }> {
    const database = { all: (sql: string, ...values: SQLInputValue[]): Row[] => this.#all(sql, ...values) };
    return this.#transaction('DEFERRED', () => ({ version: this.#version(tenant), ...readAgentPage(database, tenant, query) }));
  }

  async agent(tenant: string, name: string): Promise<{ readonly version: number; readonly agent: AgentRecord | undefined }> {
    return this.#transaction('DEFERRED', () => ({ version: this.#version(tenant), agent: this.#readAgent(tenant, name) }));
  }

  async agentsVersion(tenant: string): Promise<number> {
    return this.#version(tenant);
  }

  async agentsShard(): Promise<{ readonly agents: readonly AgentRecord[] }> {
    return { agents: this.#transaction('DEFERRED', () => this.#readAgents(undefined)) };
  }

  async addAgent(agent: AgentRecord, scope: Omit<WriteScope, 'tenant'> = {}): Promise<Result<AgentRecord, StoreRefusal>> {
    return this.#write({ ...scope, tenant: agent.tenant }, (tenant) => {
      if (this.#readAgent(tenant, agent.name) !== undefined) return fail({ kind: 'agent_exists', agent: agent.name });
      for (const key of agent.keys) if (this.#keyTaken(tenant, key)) return fail({ kind: 'key_exists', key: key.id });
      this.#run(
        'INSERT INTO agents (tenant, name, groups, attributes, priority) VALUES (?, ?, ?, ?, ?)',
        tenant,
        agent.name,
        JSON.stringify(agent.groups),
        JSON.stringify(agent.attributes),
        agent.priority,
      );
      for (const key of agent.keys) this.#insertKey(tenant, agent.name, key);
      return ok(agent);
    });
  }

  async changeAgent(
    name: string,
    change: Parameters<Store['changeAgent']>[1],
    scope: WriteScope,
  ): Promise<Result<AgentRecord, StoreRefusal>> {
    return this.#write(scope, (tenant) => {
      const before = this.#readAgent(tenant, name);
      if (before === undefined) return fail({ kind: 'agent_unknown', agent: name });
      const { groups = before.groups, attributes = before.attributes, priority = before.priority } = change;
      const after = { ...before, groups, attributes, priority };
      this.#run(
        'UPDATE agents SET groups = ?, attributes = ?, priority = ? WHERE tenant = ? AND name = ?',
        JSON.stringify(groups),
        JSON.stringify(attributes),
        priority,
        tenant,
        name,
      );
      return ok(after);
    });
  }

  async removeAgent(name: string, scope: WriteScope): Promise<Result<AgentRecord, StoreRefusal>> {
    return this.#write(scope, (tenant) => {
      const before = this.#readAgent(tenant, name);
      if (before === undefined) return fail({ kind: 'agent_unknown', agent: name });
      this.#run('DELETE FROM agents WHERE tenant = ? AND name = ?', tenant, name);
      return ok(before);
    });
  }

  async addKey(agent: string, key: AgentKey, scope: WriteScope): Promise<Result<AgentRecord, StoreRefusal>> {
    return this.#write(scope, (tenant) => {
      const before = this.#readAgent(tenant, agent);
      if (before === undefined) return fail({ kind: 'agent_unknown', agent });
      if (this.#keyTaken(tenant, key)) return fail({ kind: 'key_exists', key: key.id });
      this.#insertKey(tenant, agent, key);
      return ok({ ...before, keys: [...before.keys, key] });
    });
  }

  async revokeKeys(agent: string, id: string | undefined, now: Date, scope: WriteScope): Promise<Result<readonly string[], StoreRefusal>> {
    return this.#write(scope, (tenant) => {
      const before = this.#readAgent(tenant, agent);
      if (before === undefined) return fail({ kind: 'agent_unknown', agent });
      const ids = before.keys.map((key) => key.id).filter((known) => id === undefined || known === id);
      if (id !== undefined && ids.length === 0) return fail({ kind: 'key_unknown', agent, key: id });
      for (const one of ids) this.#run('UPDATE agent_keys SET revoked_at = ? WHERE tenant = ? AND id = ?', now.toISOString(), tenant, one);
      return ok(ids);
    });
  }

  async recordRevision(revision: Omit<ConfigRevision, 'number'>, tenant: string): Promise<ConfigRevision> {
    const { digest, createdAt, outcome, reason } = revision;
    return this.#transaction('IMMEDIATE', () => {
      const last = this.#all('SELECT max(number) AS last FROM config_revisions WHERE tenant = ?', tenant)[0]?.['last'];
      const number = Number(last ?? 0) + 1;
      this.#run('INSERT INTO config_revisions VALUES (?, ?, ?, ?, ?, ?)', tenant, number, digest, createdAt, outcome, reason);
      return { number, digest, createdAt, outcome, reason };
    });
  }

  async revisions(limit: number, tenant: string): Promise<readonly ConfigRevision[]> {
    const rows = this.#all('SELECT * FROM config_revisions WHERE tenant = ? ORDER BY number DESC LIMIT ?', tenant, limit);
    return rows.map((row) => ({
      number: Number(row['number']),
      digest: text(row, 'digest'),
      createdAt: text(row, 'created_at'),
      outcome: text(row, 'outcome') === 'accepted' ? 'accepted' : 'refused',
      reason: text(row, 'reason'),
    }));
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One write: locked, checked against the version the caller has seen, counted when it was made, undone when it was refused. */
  #write<T>(scope: WriteScope, action: (tenant: string) => Result<T, StoreRefusal>): Result<T, StoreRefusal> {
    const { tenant, expectedVersion, isDryRun = false } = scope;
    const attempt = (): Result<T, StoreRefusal> => {
      const version = this.#version(tenant);
      if (expectedVersion !== undefined && expectedVersion !== version) return fail({ kind: 'version_changed', version });
      const result = action(tenant);
      if (result.ok) this.#run("INSERT OR REPLACE INTO counters VALUES (?, 'agents', ?)", tenant, version + 1);
      return result;
    };
    return this.#transaction('IMMEDIATE', attempt, isDryRun ? 'ROLLBACK' : 'COMMIT');
  }

  #transaction<T>(mode: 'DEFERRED' | 'IMMEDIATE', action: () => T, end: 'COMMIT' | 'ROLLBACK' = 'COMMIT'): T {
    this.#database.exec(`BEGIN ${mode}`);
    try {
      const value = action();
      this.#database.exec(end);
      return value;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #version(tenant: string): number {
    return Number(this.#all("SELECT value FROM counters WHERE tenant = ? AND name = 'agents'", tenant)[0]?.['value'] ?? 0);
  }

  #readAgent(tenant: string, name: string): AgentRecord | undefined {
    const row = this.#all('SELECT * FROM agents WHERE tenant = ? AND name = ?', tenant, name)[0];
    if (row === undefined) return undefined;
    const keys = this.#all(
      'SELECT * FROM agent_keys WHERE tenant = ? AND agent = ? AND revoked_at IS NULL ORDER BY created_at, id',
      tenant,
      name,
    );
    return toAgent(row, keys.map(toKey));
  }

  /** All agents of one tenant, or of all; two queries however many there are. */
  #readAgents(tenant: string | undefined): AgentRecord[] {
    const where = tenant === undefined ? '' : 'AND tenant = ?';
    const values = tenant === undefined ? [] : [tenant];
    const keys = new Map<string, AgentKey[]>();
    for (const row of this.#all(`SELECT * FROM agent_keys WHERE revoked_at IS NULL ${where} ORDER BY created_at, id`, ...values)) {
      const owner = `${text(row, 'tenant')}\0${text(row, 'agent')}`;
      const list = keys.get(owner);
      if (list === undefined) keys.set(owner, [toKey(row)]);
      else list.push(toKey(row));
    }
    const agents = this.#all(`SELECT * FROM agents WHERE true ${where} ORDER BY tenant, name`, ...values);
    return agents.map((row) => toAgent(row, keys.get(`${text(row, 'tenant')}\0${text(row, 'name')}`) ?? []));
  }

  #keyTaken(tenant: string, key: AgentKey): boolean {
    return this.#all('SELECT 1 FROM agent_keys WHERE (tenant = ? AND id = ?) OR sha256 = ?', tenant, key.id, key.sha256).length > 0;
  }

  #insertKey(tenant: string, agent: string, key: AgentKey): void {
    this.#run(
      'INSERT INTO agent_keys (tenant, agent, id, sha256, label, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      tenant,
      agent,
      key.id,
      key.sha256,
      key.label,
      key.createdAt,
      key.expiresAt,
    );
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  #all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values);
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
