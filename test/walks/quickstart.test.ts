// The config that a newcomer starts with does what its comments say. It runs as it stands, except for the port, the data folder and
// where its relative paths begin.

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { LegacySession, modernCall, repositoryRoot, startGateway, startProgram, textAt, until } from '../harness/index.ts';
import type { Gateway, Program } from '../harness/index.ts';

const QUICKSTART = join(repositoryRoot, 'examples', 'quickstart');

let folder: string;
let tickets: Program;
let gateway: Gateway;
let key: string;

before(async () => {
  // Two folders below the checkout, like the original, so that `../../node_modules` and `./files` mean the same.
  mkdirSync(join(repositoryRoot, '.sallyport'), { recursive: true });
  folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'quickstart-'));
  cpSync(QUICKSTART, folder, { recursive: true });
  tickets = await startProgram('examples/tickets-server/main.ts', ['--port', '0']);
  const config = readFileSync(join(QUICKSTART, 'sallyport.yaml'), 'utf8')
    .replace('data: ../../.sallyport', 'data: .sallyport')
    .replace('listen: 127.0.0.1:7625', 'listen: 127.0.0.1:0');
  gateway = await startGateway({ config, folder, env: { SALLYPORT_TICKETS_PORT: new URL(tickets.url).port } });
  key = await gateway.addAgent('newcomer');
});
after(async () => {
  await gateway?.stop();
  await tickets?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('all three servers answer', async () => {
  const ticketList = await modernCall(gateway.url('tickets'), 'tools/call', { name: 'list_tickets', arguments: {} }, { key });
  assert.match(textAt(ticketList.result, 'content', 0, 'text'), /Invoice 2071/);
  assert.match(await call('everything', 'echo', { message: 'ahoy' }), /ahoy/);
  assert.match(await call('files', 'read_text_file', { path: join(gateway.folder, 'files', 'welcome.txt') }), /files-are-read-only/);
});

test('an agent that writes a file is told which rule forbids it, and no file appears', async () => {
  const path = join(gateway.folder, 'files', 'new.txt');
  assert.match(await call('files', 'write_file', { path, content: 'x' }), /files-are-read-only/);
  assert(!existsSync(path));
});

test('an agent cannot lead the file server out of its folder by naming roots: it is not asked for them', async () => {
  const session = await LegacySession.open(gateway.url('files'), { key, capabilities: { roots: { listChanged: true } } });
  const stream = await session.listen();
  await session.notify('notifications/roots/list_changed');
  assert.equal((await session.respond(1, { roots: [{ uri: `file://${repositoryRoot}`, name: 'everything' }] })).status >= 400, true);
  await until(async () => (await read(session, join(gateway.folder, 'files', 'stock.csv'))).includes('flour'), 'the file server to settle');
  assert.doesNotMatch(await read(session, join(repositoryRoot, 'package.json')), /"name"/);
  stream.close();
  await session.end();
});

async function call(server: string, tool: string, args: Readonly<Record<string, unknown>>): Promise<string> {
  const session = await LegacySession.open(gateway.url(server), { key });
  const { result, http } = await session.request('tools/call', { name: tool, arguments: args });
  await session.end();
  return textAt(result, 'content', 0, 'text') || http.body;
}

async function read(session: LegacySession, path: string): Promise<string> {
  const { result, http } = await session.request('tools/call', { name: 'read_text_file', arguments: { path } });
  return textAt(result, 'content', 0, 'text') || http.body;
}
