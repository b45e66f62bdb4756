// The tables of the embedded store and how an older file becomes the current one. A migration, once released, is never edited:
// the next change is the next entry. A file from a newer Sallyport is refused, because guessing at its meaning could lose a revocation.

import type { DatabaseSync } from 'node:sqlite';

/** Each entry lifts a file from the version of its index to the next; `user_version` says where a file stands. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE counters (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE agents (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    groups TEXT NOT NULL,
    attributes TEXT NOT NULL,
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE agent_keys (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    id TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, agent) REFERENCES agents (tenant, name) ON DELETE CASCADE
  ) STRICT;
  CREATE INDEX agent_keys_by_agent ON agent_keys (tenant, agent);

  CREATE TABLE config_revisions (
    tenant TEXT NOT NULL,
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    created_at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('accepted', 'refused')),
    reason TEXT NOT NULL,
    PRIMARY KEY (tenant, number)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE definitions (
    tenant TEXT NOT NULL,
    server TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    definition TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pinned', 'quarantined', 'rejected')),
    current INTEGER NOT NULL,
    decided_by TEXT,
    decided_at TEXT,
    server_version TEXT NOT NULL,
    PRIMARY KEY (tenant, server, kind, name, fingerprint)
  ) STRICT;

  CREATE TABLE pins (
    tenant TEXT NOT NULL,
    server TEXT NOT NULL,
    version INTEGER NOT NULL,
    pins TEXT NOT NULL,
    digest TEXT NOT NULL,
    signature TEXT NOT NULL,
    PRIMARY KEY (tenant, server)
  ) STRICT;
  `,
  `
  CREATE TABLE approvals (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    agent TEXT NOT NULL,
    user TEXT,
    server TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('tool', 'prompt', 'resource')),
    name TEXT NOT NULL,
    fingerprint TEXT,
    rule TEXT NOT NULL,
    terms TEXT NOT NULL,
    risk TEXT NOT NULL CHECK (risk IN ('high', 'medium', 'low')),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'used')),
    decided_by TEXT,
    decided_at INTEGER,
    act TEXT,
    used_by TEXT,
    rounds INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  CREATE INDEX approvals_by_digest ON approvals (tenant, digest);
  CREATE INDEX approvals_by_agent ON approvals (tenant, agent, created_at);
  CREATE INDEX approvals_by_decision ON approvals (tenant, decided_by, decided_at);
  `,
  `
  CREATE TABLE taint (
    tenant TEXT NOT NULL,
    agent TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('agent', 'session', 'trace', 'rest')),
    key TEXT NOT NULL,
    label TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, agent, kind, key, label)
  ) STRICT;
  CREATE INDEX taint_by_time ON taint (until_ms);
  `,
  `
  CREATE TABLE limit_levels (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    key TEXT NOT NULL,
    meaning TEXT NOT NULL,
    capacity REAL NOT NULL,
    amount REAL NOT NULL,
    period_ms REAL NOT NULL,
    level REAL NOT NULL,
    room REAL NOT NULL,
    at_ms REAL NOT NULL,
    PRIMARY KEY (tenant, name, key)
  ) STRICT;
  `,
  `
  CREATE TABLE begun_lists (
    tenant TEXT NOT NULL,
    server TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (tenant, server, kind)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE holds (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    server TEXT,
    agent TEXT,
    subject TEXT,
    from_ms INTEGER,
    to_ms INTEGER,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    since_ms INTEGER NOT NULL,
    lifted_by TEXT,
    lifted_reason TEXT,
    lifted_ms INTEGER,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  `,
  `
  CREATE TABLE operators (
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'approver', 'auditor', 'admin')),
    groups TEXT NOT NULL,
    agents TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER,
    PRIMARY KEY (tenant, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE operator_links (
    tenant TEXT NOT NULL,
    operator TEXT NOT NULL,
    sha256 TEXT NOT NULL UNIQUE,
    made_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    PRIMARY KEY (tenant, operator),
    FOREIGN KEY (tenant, operator) REFERENCES operators (tenant, name) ON DELETE CASCADE
  ) STRICT;

  CREATE TABLE operator_sessions (
    sha256 TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    operator TEXT NOT NULL,
    link_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    FOREIGN KEY (tenant, operator) REFERENCES operators (tenant, name) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX operator_sessions_by_operator ON operator_sessions (tenant, operator);
  `,
  `
  CREATE TABLE policy_revisions (
    tenant TEXT NOT NULL,
    number INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT,
    via TEXT NOT NULL,
    reason TEXT NOT NULL,
    accepted_by TEXT,
    restores INTEGER,
    tag TEXT NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (tenant, number)
  ) STRICT;

  CREATE TABLE policy_proposals (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    via TEXT NOT NULL,
    reason TEXT NOT NULL,
    restores INTEGER,
    base TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'rejected', 'withdrawn')),
    decided_by TEXT,
    decided_ms INTEGER,
    decided_reason TEXT,
    revision INTEGER,
    text TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT;
  `,
  `
  ALTER TABLE agents ADD COLUMN priority TEXT NOT NULL DEFAULT 'interactive' CHECK (priority IN ('critical', 'interactive', 'batch'));
  `,
];

/** The version that this program writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings an open file to the current version; returns the version found when it is newer than this program knows. */
export function migrate(database: DatabaseSync): { readonly newer: number } | undefined {
  // The lock comes first: two processes that open a new file at once must not both create its tables.
  database.exec('BEGIN IMMEDIATE');
  try {
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (found > SCHEMA_VERSION) {
      database.exec('ROLLBACK');
      return { newer: found };
    }
    for (const migration of MIGRATIONS.slice(found)) database.exec(migration);
    if (found < SCHEMA_VERSION) database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    database.exec('COMMIT');
    return undefined;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
