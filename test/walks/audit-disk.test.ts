// The disk of the record runs full, and stops answering: nothing is done that is not on record, nothing is lost without a word, and when there is a disk again
// everything goes on by itself.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  callOnce,
  numbered,
  readRecords,
  repositoryRoot,
  send,
  startEchoServer,
  startGateway,
  testConfig,
  until,
  modernRequest,
} from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';
import { diskMissing, mountDisk } from '../harness/disk.ts';
import type { Disk } from '../harness/disk.ts';

const MIB = 1024 * 1024;
/** Room for a worker's segment, which has 16 MiB, and for most of its next; all that there is when the disk is free. */
const DISK_BYTES = 96 * MIB;
const REQUESTS_AT_ONCE = 250;
const MANY = 40_000;

const missing = diskMissing();
const folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'disk-'));
let disk: Disk | undefined;
let echo: EchoServer;
let gateway: Gateway;
let key: string;

before(async () => {
  if (missing !== undefined) return;
  const path = join(folder, '.sallyport', 'audit');
  mkdirSync(path, { recursive: true });
  disk = mountDisk(join(folder, 'disk.img'), path, DISK_BYTES);
  echo = await startEchoServer({ tools: [...numbered('full', 10), ...numbered('frozen', 10), 'pay', 'before', 'after'] });
  gateway = await startGateway({
    folder,
    config: testConfig({
      servers: { echo: { url: echo.url } },
      rules: [
        { name: 'payments', effect: 'allow', agents: ['*'], servers: ['*'], tools: ['pay'], class: 'critical' },
        { name: 'all', effect: 'allow', agents: ['*'], servers: ['*'] },
        { name: 'none-of-these', effect: 'deny', agents: ['*'], servers: ['*'], tools: ['never-*'] },
      ],
      extra: { workers: 1 },
    }),
  });
  key = await gateway.addAgent('caller');
  assert.equal(await callOnce(gateway.url('echo'), key)('before'), true);
});
after(async () => {
  await disk?.thaw();
  await gateway?.stop();
  await echo?.close();
  disk?.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const isReady = async (): Promise<boolean> => (await send(`${gateway.origin}/readyz`, { method: 'GET' })).status === 200;
/** The status, once it says so. */
async function said(what: string): Promise<string> {
  let status = '';
  await until(async () => (status = (await gateway.cli('status')).stdout).includes(what), `the status to say '${what}'`);
  return status;
}
const call = (tool: string): Promise<unknown> => callOnce(gateway.url('echo'), key)(tool);

test('a disk that runs full: calls are refused before they are made, and the gap is on record', async (t) => {
  if (disk === undefined) return t.skip(missing);
  disk.fill(4 * MIB);
  let sent = 0;
  while (sent < MANY && (await isReady())) sent += await denied(REQUESTS_AT_ONCE);
  assert.equal(await isReady(), false, `${sent} records fit`);
  for (const tool of numbered('full', 5)) assert.match(String(await call(tool)), /^503 .*record/);
  const status = await said('cannot write the audit log');
  assert.match(status, /^ready +no$/m);
  disk.free();
  await until(isReady, 'the log to take records again');
  assert.equal(await call('after'), true);
  const known = new Set(readRecords(gateway.dataFolder).map(({ value }) => String(Reflect.get(Object(value), 'tool'))));
  for (const tool of numbered('full', 5)) assert.ok(!echo.calls.has(tool), `${tool} was made`);
  for (const tool of echo.calls.keys()) assert.ok(known.has(tool), `${tool} is not on record`);
  const verified = await gateway.cli('audit', 'verify');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /could not be taken .*ENOSPC/);
});

test('a disk that stops answering: what is not on record is not answered, and what is critical not even made', async (t) => {
  if (disk === undefined) return t.skip(missing);
  await disk.freeze();
  const settled: string[] = [];
  const calls = ['frozen-0', 'pay'].map((tool) => call(tool).then((said) => (settled.push(tool), said)));
  await until(() => echo.calls.has('frozen-0'), 'the call to be made');
  await sleep(500);
  // It is alive meanwhile, for whoever asks.
  assert.equal((await send(`${gateway.origin}/livez`, { method: 'GET' })).status, 200);
  assert.deepEqual(settled, []);
  assert.ok(!echo.calls.has('pay'));
  await disk.thaw();
  assert.deepEqual(await Promise.all(calls), [true, true]);
  assert.equal((await gateway.cli('audit', 'verify')).code, 0);
});

/** So many calls that policy denies, one behind the other on one connection: a record each, and no server. */
async function denied(count: number): Promise<number> {
  const { headers, body } = modernRequest('tools/call', { name: `never-${'x'.repeat(110)}`, arguments: {} }, { key });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const one = `POST /mcp/echo HTTP/1.1\r\nHost: localhost\r\n${lines.join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${String(body)}`;
  const socket = connect(gateway.port, '127.0.0.1');
  socket.on('error', () => undefined);
  let answers = 0;
  socket.setEncoding('latin1').on('data', (text: string) => {
    answers += text.split('HTTP/1.1 ').length - 1;
    if (answers >= count) socket.destroy();
  });
  const closed = once(socket, 'close');
  socket.write(one.repeat(count));
  await closed;
  return answers;
}
