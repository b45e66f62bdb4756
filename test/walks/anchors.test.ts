// Checkpoints are noted down outside the data folder: in a file, by a program, and in a real PostgreSQL. An anchor that is away is late, says so, and holds
// up no call.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  at,
  modernCall,
  postgresMissing,
  readRecords,
  readStatus,
  startEchoServer,
  startGateway,
  startPostgres,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway, Postgres } from '../harness/index.ts';

const PASSWORD = 'an0ther-passw0rd';
/** What an operator makes first: a table, and a role that may only add to it. */
const PREPARE = `
  CREATE TABLE sallyport_checkpoints (
    origin text NOT NULL, size bigint NOT NULL, root text NOT NULL, signed_at timestamptz NOT NULL, note text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (origin, size, root));
  CREATE ROLE anchor LOGIN PASSWORD '${PASSWORD}';
  GRANT INSERT ON sallyport_checkpoints TO anchor;`;

const missing = postgresMissing();
const folder = mkdtempSync(join(tmpdir(), 'sp-anchors-'));
const files = { file: join(folder, 'file.notes'), program: join(folder, 'program.notes') };
let database: Postgres;
let echo: EchoServer;
let gateway: Gateway;
let key: string;

before(async () => {
  if (missing !== undefined) return;
  database = await startPostgres();
  await database.sql(PREPARE);
  echo = await startEchoServer({ tools: ['a'] });
  const anchors = {
    file: { file: files.file },
    program: { command: ['/bin/sh', '-c', `cat >> '${files.program}'`] },
    database: { postgres: { env: 'ANCHOR_URL' } },
  };
  const home = join(folder, 'gateway');
  mkdirSync(home);
  gateway = await startGateway({
    folder: home,
    config: testConfig({ servers: { echo: { url: echo.url } }, extra: { audit: { anchorSeconds: 1, anchors } } }),
    env: { ANCHOR_URL: database.url('anchor', PASSWORD) },
  });
  key = await gateway.addAgent('laptop');
});
after(async () => {
  if (missing !== undefined) return;
  await gateway[Symbol.asyncDispose]();
  await echo.close();
  await database.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function call(): Promise<void> {
  const { result } = await modernCall(gateway.url('echo'), 'tools/call', { name: 'a', arguments: {} }, { key });
  assert.ok(result !== undefined);
}

/** Calls until every worker has carried one. */
async function callAll(): Promise<void> {
  await until(async () => {
    await call();
    const slots = readRecords(gateway.dataFolder)
      .filter(({ value }) => textAt(value, 'kind') === 'decision')
      .map(({ slot }) => slot);
    return slots.includes('worker-0') && slots.includes('worker-1');
  }, 'a call in each worker');
}

/** The notes that lie beside the logs: what was signed last. */
function published(): readonly string[] {
  return ['control', 'worker-0', 'worker-1'].map((slot) => readFileSync(join(gateway.dataFolder, 'audit', slot, 'checkpoint'), 'utf8'));
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

async function tableHas(note: string): Promise<boolean> {
  const rows = await database.sql('SELECT origin, size, root, note FROM sallyport_checkpoints');
  const row = rows.find((one) => one['note'] === note);
  if (row === undefined) return false;
  assert.deepEqual([row['origin'], row['size'], row['root']], note.split('\n').slice(0, 3));
  return true;
}

async function faults(): Promise<readonly string[]> {
  const said = at(await readStatus(gateway.dataFolder), 'faults');
  return Array.isArray(said) ? said.map(String) : [];
}

const skip = (t: TestContext): boolean => {
  if (missing !== undefined) t.skip(missing);
  return missing !== undefined;
};

test('what was signed is noted down in every anchor', async (t) => {
  if (skip(t)) return;
  await callAll();
  await until(async () => {
    const notes = published();
    const there = await Promise.all(notes.map(tableHas));
    return there.every(Boolean) && notes.every((note) => textOf(files.file).includes(note) && textOf(files.program).includes(note));
  }, 'the last notes in all anchors');
  const { stdout } = await gateway.cli('audit', 'checkpoints', '--output', 'json');
  const said: unknown = JSON.parse(stdout);
  assert.equal(`${textAt(said, 'key')}\n`, readFileSync(join(gateway.dataFolder, 'audit', 'checkpoint.key'), 'utf8'));
});

test('a database that is away is late and said to be, and no call waits for it', async (t) => {
  if (skip(t)) return;
  await database.stop();
  await callAll();
  await until(async () => (await faults()).some((fault) => fault.startsWith("The anchor 'database'")), 'the fault in the status');
  await call();
  const before = published();
  await until(() => before.every((note) => textOf(files.file).includes(note)), 'the notes in the anchor that is there');
  const metrics = await gateway.cli('audit', 'checkpoints', '--output', 'json');
  const anchors: unknown = at(JSON.parse(metrics.stdout), 'anchors');
  assert.ok(Array.isArray(anchors));
  for (const anchor of anchors) assert.equal(at(anchor, 'fault') !== null, textAt(anchor, 'name') === 'database', JSON.stringify(anchor));
  await database.start();
  await until(async () => (await faults()).length === 0, 'the end of the fault');
  await until(async () => (await Promise.all(published().map(tableHas))).every(Boolean), 'the last notes in the table');
});

test('the password of an anchor is in no log, no answer and no file', async (t) => {
  if (skip(t)) return;
  const { stdout } = await gateway.cli('audit', 'checkpoints');
  for (const text of [stdout, gateway.logs(), textOf(files.file), JSON.stringify(readRecords(gateway.dataFolder))])
    assert.ok(!text.includes(PASSWORD));
});

test('a database without the table gets one, where the role may make it', async (t) => {
  if (skip(t)) return;
  await database.sql('DROP TABLE sallyport_checkpoints; GRANT CREATE ON SCHEMA public TO anchor');
  await call();
  await until(async () => {
    const [row] = await database.sql("SELECT to_regclass('sallyport_checkpoints') IS NOT NULL AS there");
    return row?.['there'] === true && (await Promise.all(published().map(tableHas))).some(Boolean);
  }, 'a new table');
});

test('what was signed at the end is noted down before the gateway is gone', async (t) => {
  if (skip(t)) return;
  await call();
  await gateway.stop();
  const ends = readRecords(gateway.dataFolder).filter(({ value }) => textAt(value, 'event') === 'closed');
  for (const { slot, value } of ends) {
    const note = readFileSync(join(gateway.dataFolder, 'audit', slot, 'checkpoint'), 'utf8');
    assert.equal(note.split('\n')[1], String(at(value, 'seq')), `${slot} is signed to its end`);
    assert.ok(await tableHas(note));
    assert.ok(textOf(files.file).includes(note));
  }
});
