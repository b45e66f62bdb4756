// A PostgreSQL table that takes checkpoints: an anchor, on a host where whoever could change the record here has no say. All that it needs is a role that
// may insert into the table and do nothing else to it: what is in it can then be read by others and changed by nobody who has the gateway.

import type { Secret } from '../base/index.ts';

/** A checkpoint as the table has it. */
export interface CheckpointRow {
  readonly origin: string;
  readonly size: number;
  /** base64. */
  readonly root: string;
  readonly signedAt: Date;
  /** The whole signed note. */
  readonly note: string;
}

export interface CheckpointTable {
  /** Adds rows; those that are there already stay as they are. Rejects with a reason that may be written to a log. */
  add(rows: readonly CheckpointRow[]): Promise<void>;
}

const CONNECT_MS = 5_000;
const STATEMENT_MS = 10_000;

// The role may have no right to make tables; then somebody else has made this one.
const IS_THERE = `SELECT to_regclass('sallyport_checkpoints') IS NOT NULL AS there`;
const CREATE = `CREATE TABLE IF NOT EXISTS sallyport_checkpoints (
  origin text NOT NULL,
  size bigint NOT NULL,
  root text NOT NULL,
  signed_at timestamptz NOT NULL,
  note text NOT NULL,
  added_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (origin, size, root)
)`;
// Without a target for the conflict the right to insert is enough.
const INSERT = `INSERT INTO sallyport_checkpoints (origin, size, root, signed_at, note)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::timestamptz[], $5::text[]) ON CONFLICT DO NOTHING`;

/** The table in the database of this URL. Every call has a connection of its own: there are few, and none is left to go stale. */
export function createCheckpointTable(url: () => Secret): CheckpointTable {
  let isMade = false;
  return {
    async add(rows) {
      const { Client } = await import('pg'); // Loaded where there is such an anchor, and by no command.
      const client = new Client({
        connectionString: url().reveal(), // From here it goes to the library that opens the connection.
        application_name: 'sallyport',
        connectionTimeoutMillis: CONNECT_MS,
        query_timeout: STATEMENT_MS,
        statement_timeout: STATEMENT_MS,
      });
      client.on('error', () => {}); // A connection that breaks fails the query that runs; this event says it a second time.
      try {
        await client.connect();
        if (!isMade && (await client.query<{ there: boolean }>(IS_THERE)).rows[0]?.there !== true) await client.query(CREATE);
        isMade = true;
        await client.query(INSERT, [
          rows.map(({ origin }) => origin),
          rows.map(({ size }) => size),
          rows.map(({ root }) => root),
          rows.map(({ signedAt }) => signedAt),
          rows.map(({ note }) => note),
        ]);
      } catch (error) {
        isMade = false; // It may have been dropped.
        throw new Error(reasonOf(error));
      } finally {
        void client.end().catch(() => {});
      }
    },
  };
}

/** The system's word for it, or the database's (SQLSTATE); their sentences may name users, hosts and values. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined)
    return error instanceof Error && /time/i.test(error.message) ? 'the database does not answer' : 'the database cannot be used';
  return /^[0-9A-Z]{5}$/.test(code) ? `the database refuses with SQLSTATE ${code}` : `the database cannot be reached (${code})`;
}
