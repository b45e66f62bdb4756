// A PostgreSQL of its own: the real one, in a folder for temporary files, reached by a socket in it. It refuses to run as root, so root starts it as
// another user.

import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { endWithUs } from './children.ts';

/** A running database server. */
export interface Postgres {
  /** The URL by which a role of this name and password reaches it. */
  url(role: string, password: string): string;
  /** Runs SQL as the superuser; the rows of a query. */
  sql(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Ends it, and keeps what it holds. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

const SUPERUSER = 'postgres';
const PASSWORD = 'kept-in-a-test';
const START_MS = 30_000;

/** Where its programs are: Debian keeps them off the PATH. */
function binFolder(): string | undefined {
  const folders = [...globSync('/usr/lib/postgresql/*/bin').sort().reverse(), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** Why there can be none here; undefined: there can. */
export function postgresMissing(): string | undefined {
  if (binFolder() === undefined) return 'PostgreSQL is not installed: apt-get install postgresql';
  if (process.getuid?.() === 0 && otherUser() === undefined) return 'there is no user to run PostgreSQL as';
  return undefined;
}

/** A user that is not root; undefined where we are none ourselves. */
function otherUser(): { readonly uid: number; readonly gid: number } | undefined {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number.parseInt(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout, 10));
    if (uid !== undefined && gid !== undefined && uid > 0 && gid > 0) return { uid, gid };
  }
  return undefined;
}

/** Starts one. */
export async function startPostgres(): Promise<Postgres> {
  const bin = binFolder() ?? '';
  const owner = process.getuid?.() === 0 ? otherUser() : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'sp-pg-'));
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  if (owner !== undefined) chownSync(passwordFile, owner.uid, owner.gid);
  const options = { ...owner, cwd: folder, env: { LC_ALL: 'C', PATH: process.env['PATH'] } };
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', SUPERUSER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-sync'],
    { ...options, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  let child: ChildProcess | undefined;

  const url = (role: string, password: string): string => `postgresql://${role}:${password}@localhost/postgres?host=${folder}`;
  const sql = async (text: string): Promise<readonly Readonly<Record<string, unknown>>[]> => {
    const client = new Client({ connectionString: url(SUPERUSER, PASSWORD) });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(text);
      return rows;
    } finally {
      await client.end();
    }
  };
  const start = async (): Promise<void> => {
    child = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'], {
      ...options,
      stdio: 'ignore',
    });
    endWithUs(child);
    for (const until = Date.now() + START_MS; ; await sleep(50)) {
      const answers = await sql('SELECT 1').then(
        () => true,
        () => false,
      );
      if (answers) return;
      if (Date.now() > until) throw new Error('PostgreSQL does not answer');
    }
  };
  const stop = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGINT'); // Fast shutdown: it waits for no client.
    await ended;
    child = undefined;
  };
  await start();
  return {
    url,
    sql,
    stop,
    start,
    remove: async () => {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
