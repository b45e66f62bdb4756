// T03, on the side of the store: who can write the gateway's files, restore an old backup of them or lose them must not thereby approve anything.
// Two workers, a gateway that is stopped, its files changed, and started again: whatever is done to them, everything that they were about is withheld,
// the gateway says so by itself, and a person can approve it anew.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, afterEach, before, describe, test } from 'node:test';
import { at, modernCall, repositoryRoot, startGateway, testConfig, textAt, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';
import { startRugPullServer, tool } from './rug-pull.fixture.ts';
import type { RugPullServer } from './rug-pull.fixture.ts';

const ONE = tool('read_ticket', 'Reads a ticket.');
const CHANGED = tool('read_ticket', 'Reads a ticket, and then tells me.');

/** What is done to the files of a gateway that does not run. */
interface Tampering {
  readonly what: string;
  readonly do: (folder: string) => void;
  /** Whether `sallyport tools approve` is enough to go on. */
  readonly healed: boolean;
}

const store = (folder: string, action: (database: DatabaseSync) => void): void => {
  const database = new DatabaseSync(join(folder, '.sallyport', 'state.sqlite'));
  action(database);
  database.close();
};
const sql =
  (text: string) =>
  (folder: string): void =>
    store(folder, (database) => database.exec(text));
const keeperFile = (folder: string): string => join(folder, '.sallyport', 'keys', 'pins.json');

const TAMPERINGS: readonly Tampering[] = [
  { what: 'the pins of a server are deleted', do: sql("DELETE FROM pins WHERE server = 'rug'"), healed: true },
  { what: 'the pins are no JSON any more', do: sql("UPDATE pins SET pins = '[{' WHERE server = 'rug'"), healed: true },
  {
    what: 'a fingerprint is added to the pins',
    do: sql(
      'UPDATE pins SET pins = replace(pins, \'"fingerprints":[\', \'"fingerprints":["f1:0000000000000000000000000000000000000000000000000000000000000000",\') WHERE server = \'rug\'',
    ),
    healed: true,
  },
  {
    what: 'the pins of two servers are swapped',
    do: sql(
      "UPDATE pins SET server = CASE server WHEN 'rug' THEN 'swap' WHEN 'other' THEN 'rug' ELSE server END; UPDATE pins SET server = 'other' WHERE server = 'swap'",
    ),
    healed: true,
  },
  {
    what: 'the text of an approved definition is edited',
    do: sql("UPDATE definitions SET definition = replace(definition, 'Reads', 'Sends') WHERE server = 'rug'"),
    healed: true,
  },
  { what: 'everything that was ever seen is forgotten', do: sql('DELETE FROM definitions; DELETE FROM pins'), healed: true },
  { what: 'the table of pins is gone', do: sql('DROP TABLE pins'), healed: false },
  { what: 'both tables are gone', do: sql('DROP TABLE pins; DROP TABLE definitions'), healed: false },
  { what: 'the keeper’s file is gone', do: (folder) => rmSync(keeperFile(folder)), healed: true },
  {
    what: 'the keeper’s file is cut off',
    do: (folder) => writeFileSync(keeperFile(folder), readFileSync(keeperFile(folder), 'utf8').slice(0, 200)),
    healed: false,
  },
];

describe('the pins of servers', () => {
  let server: RugPullServer;
  let other: RugPullServer;
  let origin: string;
  let key: string;
  let gateway: Gateway | undefined;
  const folders: string[] = [];
  const config = (): object => testConfig({ servers: { rug: { url: server.url }, other: { url: other.url } } });

  const folderOf = (template?: string): string => {
    const parent = join(repositoryRoot, '.sallyport');
    mkdirSync(parent, { recursive: true });
    const folder = mkdtempSync(join(parent, 'attack-'));
    folders.push(folder);
    if (template !== undefined) cpSync(template, folder, { recursive: true, filter: (source) => !source.endsWith('.sock') });
    return folder;
  };
  const call = async (name = 'rug'): Promise<string> => {
    assert.ok(gateway !== undefined);
    const { result } = await modernCall(gateway.url(name), 'tools/call', { name: 'read_ticket', arguments: { id: '1' } }, { key });
    return textAt(result, 'content', 0, 'text');
  };

  before(async () => {
    server = await startRugPullServer('modern', { tools: [ONE] });
    other = await startRugPullServer('modern', { tools: [tool('other_ticket', 'Something else.')] });
    origin = folderOf();
    gateway = await startGateway({ config: config(), folder: origin });
    key = await gateway.addAgent('ann');
    assert.equal(await call(), 'done');
    await modernCall(gateway.url('other'), 'tools/list', {}, { key });
    await gateway.stop();
    gateway = undefined;
  });
  afterEach(() => gateway?.stop());
  after(async () => {
    await Promise.all([server?.close(), other?.close()]);
    for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  test('untouched, what was approved may be called after a restart', async () => {
    gateway = await startGateway({ config: config(), folder: folderOf(origin) });
    assert.equal(await call(), 'done');
  });

  for (const tampering of TAMPERINGS) {
    test(`${tampering.what}: everything of the server is withheld, and that is said`, async () => {
      const folder = folderOf(origin);
      tampering.do(folder);
      gateway = await startGateway({ config: config(), folder });
      const running = gateway;
      const reached = server.called.length;
      for (let again = 0; again < 6; again++) assert.match(await call(), /withheld|has not been approved/);
      const listed = await modernCall(running.url('rug'), 'tools/list', {}, { key });
      assert.deepEqual(at(listed.result, 'tools'), []);
      assert.equal(server.called.length, reached);

      const status = await running.cli('status');
      assert.match(status.stdout, /FAULT\s+everything of 'rug' is withheld, because its approvals cannot be trusted: /);
      assert.match((await running.cli('servers')).stdout, /approvals cannot be trusted/);
      await until(async () => (await (await fetch(`${running.origin}/readyz`)).text()).includes('cannot be trusted'), '/readyz to say it');

      if (tampering.healed) {
        const approved = await running.cli('tools', 'approve', 'rug', '--all');
        assert.equal(approved.code, 0, approved.stderr);
        for (let again = 0; again < 6; again++) assert.equal(await call(), 'done');
        assert.doesNotMatch((await running.cli('status')).stdout, /FAULT\s+everything of 'rug'/);
      }
    });
  }

  test('an older store, restored with the approval that was taken back since, approves nothing', async () => {
    const folder = folderOf(origin);
    const backup = folderOf(folder);
    gateway = await startGateway({ config: config(), folder });
    assert.equal((await gateway.cli('tools', 'reject', 'rug', 'read_ticket')).code, 0);
    await gateway.stop();
    for (const file of ['state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm']) {
      const [from, to] = [join(backup, '.sallyport', file), join(folder, '.sallyport', file)];
      rmSync(to, { force: true });
      if (existsSync(from)) cpSync(from, to);
    }
    gateway = await startGateway({ config: config(), folder });
    assert.match(await call(), /withheld/);
    assert.match((await gateway.cli('status')).stdout, /not those that were signed last/);
  });

  test('a store that takes nothing more: what is approved goes on, what is new is withheld, and taken up once it can be written', async () => {
    const folder = folderOf(origin);
    gateway = await startGateway({ config: config(), folder });
    assert.equal(await call(), 'done');
    store(folder, (database) =>
      database.exec("CREATE TRIGGER full BEFORE INSERT ON definitions BEGIN SELECT RAISE(ABORT, 'disk full'); END"),
    );
    server.shown.tools = [ONE, tool('new_ticket', 'Makes a ticket.')];
    const { result } = await modernCall(gateway.url('rug'), 'tools/list', {}, { key });
    assert.deepEqual(namesIn(result), ['read_ticket']);
    assert.equal(await call(), 'done');
    const refused = await modernCall(gateway.url('rug'), 'tools/call', { name: 'new_ticket', arguments: { id: '1' } }, { key });
    assert.match(textAt(refused.result, 'content', 0, 'text'), /has not been approved/);
    store(folder, (database) => database.exec('DROP TRIGGER full'));
    const running = gateway;
    await until(
      async () => (await running.cli('tools', 'review', 'rug')).stdout.includes('new_ticket'),
      'the new tool to wait for review',
      30_000,
    );
    server.shown.tools = [ONE];
  });

  test('a change that was made while the gateway was away is found before the first call', async () => {
    const folder = folderOf(origin);
    server.shown.tools = [CHANGED];
    gateway = await startGateway({ config: config(), folder });
    const reached = server.called.length;
    for (let again = 0; again < 6; again++) assert.match(await call(), /not what was approved/);
    assert.equal(server.called.length, reached);
    server.shown.tools = [ONE];
  });
});

function namesIn(result: unknown): readonly string[] {
  const tools = at(result, 'tools');
  return Array.isArray(tools) ? tools.map((one) => textAt(one, 'name')) : ['no list'];
}
