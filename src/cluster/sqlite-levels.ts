// How full the buckets of limits are, in the embedded store.

import { GatewayError } from '../base/index.ts';
import type { WrittenAccount } from '../policies/index.ts';
import type { LevelStore } from './levels.ts';
import type { Database } from './sqlite-definitions.ts';
import { text } from './sqlite-rows.ts';
import type { Row } from './sqlite-rows.ts';

/** The table of levels. */
export function createSqliteLevels(database: Database): LevelStore {
  return {
    levels: async () => database.all('SELECT * FROM limit_levels').map(toLevel),
    write: async (levels, dropped) =>
      database.write(() => {
        for (const { tenant, limit, key } of dropped)
          database.run('DELETE FROM limit_levels WHERE tenant = ? AND name = ? AND key = ?', tenant, limit, key);
        for (const { tenant, limit, key, meaning, capacity, amount, periodMs, level, room, atMs } of levels)
          database.run(
            'INSERT OR REPLACE INTO limit_levels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
            tenant,
            limit,
            key,
            meaning,
            capacity,
            amount,
            periodMs,
            level,
            room,
            atMs,
          );
      }),
  };
}

function toLevel(row: Row): WrittenAccount {
  return {
    tenant: text(row, 'tenant'),
    limit: text(row, 'name'),
    key: text(row, 'key'),
    meaning: text(row, 'meaning'),
    capacity: number(row, 'capacity'),
    amount: number(row, 'amount'),
    periodMs: number(row, 'period_ms'),
    level: number(row, 'level'),
    room: number(row, 'room'),
    atMs: number(row, 'at_ms'),
  };
}

function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'number') return value;
  throw new GatewayError('internal', { say: `The store holds the level of a limit whose ${column} cannot be read.` });
}
