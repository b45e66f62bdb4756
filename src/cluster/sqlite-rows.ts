// From rows of the embedded store to what they mean. The columns are ours, but the file lies on a disk that others can reach: a row of
// another shape is a fault, never a guess.

import type { SQLOutputValue } from 'node:sqlite';
import { AGENT_PRIORITIES } from '../agents/index.ts';
import type { AgentKey, AgentPriority, AgentRecord } from '../agents/index.ts';
import { GatewayError } from '../base/index.ts';

/** A row as SQLite gives it. */
export type Row = Record<string, SQLOutputValue>;

/** An agent, with the keys that belong to it. */
export function toAgent(row: Row, keys: readonly AgentKey[]): AgentRecord {
  return {
    tenant: text(row, 'tenant'),
    name: text(row, 'name'),
    groups: readGroups(text(row, 'groups')),
    attributes: readAttributes(text(row, 'attributes')),
    priority: readPriority(text(row, 'priority')),
    keys,
  };
}

/** A key. */
export function toKey(row: Row): AgentKey {
  const expiresAt = row['expires_at'];
  return {
    id: text(row, 'id'),
    sha256: text(row, 'sha256'),
    createdAt: text(row, 'created_at'),
    expiresAt: typeof expiresAt === 'string' ? expiresAt : null,
    label: text(row, 'label'),
  };
}

function readGroups(json: string): readonly string[] {
  const value: unknown = JSON.parse(json);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new GatewayError('internal', { say: 'The store holds an agent whose groups cannot be read.' });
}

function readAttributes(json: string): Readonly<Record<string, string>> {
  const value: unknown = JSON.parse(json);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return Object.fromEntries(entries);
  }
  throw new GatewayError('internal', { say: 'The store holds an agent whose attributes cannot be read.' });
}

function readPriority(word: string): AgentPriority {
  const priority = AGENT_PRIORITIES.find((one) => one === word);
  if (priority !== undefined) return priority;
  throw new GatewayError('internal', { say: 'The store holds an agent whose priority cannot be read.' });
}

/** A column that holds text. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === 'string') return value;
  throw new GatewayError('internal', { say: `The store holds a row whose ${column} cannot be read.` });
}
