// The catalogue in the embedded store.

import type { SQLInputValue } from 'node:sqlite';
import { GatewayError } from '../base/index.ts';
import { DEFINITION_KINDS } from '../tools/index.ts';
import type { DefinitionKind, Pin, PinSet } from '../tools/index.ts';
import type { CatalogueChange, DefinitionState, DefinitionStore, SeenDefinition } from './definitions.ts';
import { text } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';

/** The open file, as its owner lets it be used. */
export interface Database {
  run(sql: string, ...values: SQLInputValue[]): void;
  all(sql: string, ...values: SQLInputValue[]): Row[];
  write<T>(action: () => T): T;
  /** The same, and undone whatever comes of it. */
  rehearse<T>(action: () => T): T;
}

const STATES: readonly DefinitionState[] = ['pinned', 'quarantined', 'rejected'];

/** The catalogue's tables. */
export function createSqliteDefinitions(database: Database): DefinitionStore {
  const put = (row: SeenDefinition, tenant: string): void =>
    database.run(
      'INSERT OR REPLACE INTO definitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      tenant,
      row.server,
      row.kind,
      row.name,
      row.fingerprint,
      row.definition,
      row.firstSeen,
      row.lastSeen,
      row.state,
      row.current ? 1 : 0,
      row.decidedBy,
      row.decidedAt,
      row.serverVersion,
    );
  const write = ({ server, definitions, dropped, pins, begun }: CatalogueChange, tenant: string): void => {
    for (const { kind, name, fingerprint } of dropped)
      database.run(
        'DELETE FROM definitions WHERE tenant = ? AND server = ? AND kind = ? AND name = ? AND fingerprint = ?',
        tenant,
        server,
        kind,
        name,
        fingerprint,
      );
    for (const row of definitions) put(row, tenant);
    if (begun !== undefined) database.run('INSERT OR IGNORE INTO begun_lists VALUES (?, ?, ?)', tenant, server, begun);
    if (pins === undefined) return;
    const rows = JSON.stringify(pins.pins);
    database.run('INSERT OR REPLACE INTO pins VALUES (?, ?, ?, ?, ?, ?)', tenant, server, pins.version, rows, pins.digest, pins.signature);
  };
  return {
    definitions: async (tenant, server) =>
      database.all('SELECT * FROM definitions WHERE tenant = ? AND server = ? ORDER BY kind, name, first_seen', tenant, server).map(toSeen),
    servers: async (tenant) =>
      database
        .all(
          'SELECT server FROM definitions WHERE tenant = ? UNION SELECT server FROM pins WHERE tenant = ? ORDER BY server',
          tenant,
          tenant,
        )
        .map((row) => text(row, 'server')),
    pins: async (tenant, server) => {
      const row = database.all('SELECT * FROM pins WHERE tenant = ? AND server = ?', tenant, server)[0];
      return row === undefined ? undefined : toPins(row);
    },
    begun: async (tenant, server) =>
      new Set(database.all('SELECT kind FROM begun_lists WHERE tenant = ? AND server = ?', tenant, server).map(kindOf)),
    change: async (change, tenant) => database.write(() => write(change, tenant)),
  };
}

function toSeen(row: Row): SeenDefinition {
  return {
    server: text(row, 'server'),
    kind: kindOf(row),
    name: text(row, 'name'),
    fingerprint: text(row, 'fingerprint'),
    definition: text(row, 'definition'),
    firstSeen: text(row, 'first_seen'),
    lastSeen: text(row, 'last_seen'),
    state: stateOf(row),
    current: row['current'] === 1,
    decidedBy: textOrNull(row, 'decided_by'),
    decidedAt: textOrNull(row, 'decided_at'),
    serverVersion: text(row, 'server_version'),
  };
}

function toPins(row: Row): PinSet {
  const pins: unknown = JSON.parse(text(row, 'pins'));
  if (!Array.isArray(pins) || !pins.every(isPin)) throw unreadable('pins');
  return {
    server: text(row, 'server'),
    version: Number(row['version']),
    pins,
    digest: text(row, 'digest'),
    signature: text(row, 'signature'),
  };
}

function isPin(value: unknown): value is Pin {
  return typeof value === 'object' && value !== null && 'kind' in value && 'name' in value && 'fingerprints' in value;
}

function kindOf(row: Row): DefinitionKind {
  const found = DEFINITION_KINDS.find((kind) => kind === row['kind']);
  if (found === undefined) throw unreadable('kind');
  return found;
}

function stateOf(row: Row): DefinitionState {
  const found = STATES.find((state) => state === row['state']);
  if (found === undefined) throw unreadable('state');
  return found;
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

function unreadable(column: string): GatewayError {
  return new GatewayError('internal', { say: `The store holds a definition whose ${column} cannot be read.` });
}
