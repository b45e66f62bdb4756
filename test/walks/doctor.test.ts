// Faults, one at a time and all at once: the doctor names each with the step and the figure that shows it, and so does the overview; what is in order is
// not blamed. Two workers, servers that are down, slow, shut, late or have a certificate that is over.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createAdminClient } from '../../src/admin/index.ts';
import type { AdminPorts, Warning } from '../../src/admin/index.ts';
import { createCa, createLeaf } from '../../src/tls/certificates.fixture.ts';
import { at, modernCall, repositoryRoot, startGateway, testConfig, until } from '../harness/index.ts';
import type { Gateway } from '../harness/index.ts';

interface Found {
  readonly area: string;
  readonly about: string | null;
  readonly verdict: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly text: string;
  readonly remedy: string | null;
}

const HOUR_MS = 3_600_000;
const SLOW_MS = 1_300;
const servers: Server[] = [];
let folder: string;
let gateway: Gateway;
let admin: AdminPorts;
let key: string;

/** Answers MCP; `slow` is how long it takes, `date` what its clock says. */
function answering({ slowMs = 0, date }: { readonly slowMs?: number; readonly date?: () => string } = {}): RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString() || '{}');
      const results: Readonly<Record<string, object>> = {
        'server/discover': { supportedVersions: ['2026-07-28'], capabilities: { tools: {} } },
        'tools/list': { tools: [{ name: 'find', inputSchema: { type: 'object' } }] },
        'tools/call': { resultType: 'complete', content: [{ type: 'text', text: 'found' }] },
      };
      setTimeout(() => {
        if (date !== undefined) response.setHeader('date', date());
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} }));
      }, slowMs);
    });
  };
}

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

before(async () => {
  folder = mkdtempSync(join(repositoryRoot, '.sallyport', 'doctor-'));
  const ca = createCa('CA of the test');
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca.certificate);
  const url = (port: number, scheme = 'http'): string => `${scheme}://127.0.0.1:${port}/mcp`;
  const inAnHour = (): string => new Date(Date.now() + HOUR_MS).toUTCString();
  const shut: RequestListener = (_, response) => void response.writeHead(401).end();
  gateway = await startGateway({
    folder,
    config: testConfig({
      servers: {
        fine: { url: url(await listen(createServer(answering()))) },
        fast: { url: url(await listen(createServer(answering()))) },
        down: { url: 'http://127.0.0.1:9/mcp' },
        slow: { url: url(await listen(createServer(answering({ slowMs: SLOW_MS })))) },
        late: { url: url(await listen(createServer(answering({ date: inAnHour })))) },
        shut: { url: url(await listen(createServer(shut))) },
        expired: {
          url: url(await listen(createTlsServer(createLeaf(ca, ['127.0.0.1'], -0.9, -0.1), answering())), 'https'),
          tls: { ca: caFile },
        },
        ends: { url: url(await listen(createTlsServer(createLeaf(ca, ['127.0.0.1']), answering())), 'https'), tls: { ca: caFile } },
      },
      limits: { maxInFlightPerServer: 1 },
    }),
  });
  key = await gateway.addAgent('caller');
  admin = createAdminClient(join(gateway.dataFolder, 'run', 'admin.sock'));
});
after(async () => {
  await gateway?.stop();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

async function examine(...args: readonly string[]): Promise<{ readonly code: number; readonly found: readonly Found[] }> {
  const { code, stdout, stderr } = await gateway.cli('doctor', '--output', 'json', '--config', gateway.configFile, ...args);
  assert.match(stdout, /^\{/, stderr);
  return { code, found: (JSON.parse(stdout) as { readonly findings: readonly Found[] }).findings };
}

async function warnings(ports: AdminPorts): Promise<readonly Warning[]> {
  const read = await ports.overview.read('5m');
  return read.ok ? read.value.warnings : [];
}

const call = (server: string): Promise<unknown> => modernCall(gateway.url(server), 'tools/call', { name: 'find', arguments: {} }, { key });

test('every server is gone to: what is broken or slow is named with its step and figure', async () => {
  const { code, found } = await examine();
  assert.equal(code, 1);
  const of = (server: string): Found | undefined => found.find(({ area, about }) => area === 'server' && about === server);
  for (const [server, verdict, says] of [
    ['fine', 'ok', /^Every step is in order.* 1 tool; 2026-07-28\.$/],
    ['fast', 'ok', /^Every step is in order/],
    ['down', 'failed', /^Failed at connecting \(tcp\): 127\.0\.0\.1 port 9: nothing listens there/],
    ['slow', 'warning', /^Slow at its first answer \(http\): \d{4,} ms of \d+ ms in all/],
    ['shut', 'failed', /^Failed at its check of the credentials \(auth\): It answers 401/],
    ['expired', 'failed', /^Failed at the TLS handshake \(tls\): .*expired.*The certificate it shows expired on/],
    ['ends', 'ok', /^Every step is in order/],
  ] as const) {
    assert.equal(of(server)?.verdict, verdict, `${server}: ${of(server)?.text ?? 'nothing'}`);
    assert.match(of(server)?.text ?? '', says);
    if (verdict !== 'ok') assert.notEqual(of(server)?.remedy, null, server);
  }
  const [, slowMs] = / \(http\): (\d+) ms of/.exec(of('slow')?.text ?? '') ?? [];
  assert.ok(Number(slowMs) >= SLOW_MS, 'the figure is the time that it took');
  const clock = found.find(({ area }) => area === 'clock');
  assert.deepEqual([clock?.about, clock?.verdict], ['late', 'warning']);
  assert.match(clock?.text ?? '', /^The clock of the server is 3[56]\d\d s ahead of ours/);
  const ends = found.find(({ text }) => text.startsWith('Its certificate ends on'));
  assert.deepEqual([ends?.about, ends?.verdict], ['ends', 'warning']);
  for (const area of ['config', 'data folder', 'listener', 'agent'])
    assert.deepEqual([...new Set(found.filter((one) => one.area === area).map(({ verdict }) => verdict))], ['ok'], area);
  assert.equal(found.find(({ area }) => area === 'gateway')?.verdict, 'ok');
});

test('one server alone, step by step', async () => {
  const { code, found } = await examine('expired');
  assert.equal(code, 1);
  assert.deepEqual(
    found.map(({ about, verdict }) => `${about} ${verdict}`),
    [
      'expired credentials ok',
      'expired dns ok',
      'expired tcp ok',
      'expired tls failed',
      ...['http', 'auth', 'era', 'list'].map((hop) => `expired ${hop} skipped`),
    ],
  );
  assert.equal((await examine('nobody')).code, 1);
  const probed = await admin.overview.probe('expired');
  assert.ok(probed.ok);
  assert.partialDeepStrictEqual(probed.value.tls, { isTrusted: false, names: ['127.0.0.1'] });
});

test('an agent whose key was revoked, and what an agent failed at last', async () => {
  await gateway.addAgent('left');
  const revoked = await gateway.cli('agents', 'revoke', 'left');
  assert.equal(revoked.code, 0, revoked.stderr);
  await call('down');
  const { found } = await examine();
  const failure = found.find(({ area, about }) => area === 'agent' && about === 'caller');
  assert.match(failure?.text ?? '', /^Failed last \d+s ago: tools\/call find on down was refused \(upstream_unreachable\)/);
  const left = found.find(({ area, about }) => area === 'agent' && about === 'left');
  assert.equal(left?.verdict, 'failed');
  assert.match(left?.text ?? '', /revoked/);
  assert.match(left?.remedy ?? '', /sallyport agents key left/);
});

test('too much at once: what was turned away is counted and said', async () => {
  await Promise.all(Array.from({ length: 12 }, () => call('slow')));
  await until(async () => (await warnings(admin)).some(({ code }) => code === 'overloaded'), 'the overload to be told');
});

test('the overview tells the same, with figures; one server has its own', async () => {
  for (let round = 0; round < 12; round++) await call('fine');
  await until(async () => {
    const read = await admin.overview.server('fine', '15m');
    return read.ok && read.value.totals.calls >= 12;
  }, 'the calls to be counted');
  const overview = await admin.overview.read('5m');
  assert.ok(overview.ok);
  const { totals, points, warnings: told, busiest, gateway: state } = overview.value;
  assert.ok(totals.calls >= 24 && totals.overheadMs !== null && totals.serverMs !== null && totals.bytesIn > 0);
  assert.ok(points.every((point, index) => index === 0 || point.at > (points[index - 1]?.at ?? '')));
  assert.ok(busiest.some(({ name, calls }) => name === 'fine' && calls >= 12));
  assert.deepEqual(state.workers, { serving: 2, wanted: 2 });
  const about = told.map(({ code, about: whom }) => `${code} ${whom}`);
  for (const expected of ['server_failed down', 'server_failed shut', 'server_failed expired', 'overloaded null'])
    assert.ok(about.includes(expected), `${expected} among ${about.join(', ')}`);
  assert.ok(!about.some((one) => one.endsWith(' fine') || one.endsWith(' fast')), about.join(', '));
  const detail = await admin.overview.server('fine', '5m');
  assert.ok(detail.ok);
  assert.equal(detail.value.places, 2);
  assert.partialDeepStrictEqual(detail.value.server, { name: 'fine', state: 'ready' });
  const capacity = await admin.overview.capacity();
  assert.ok(capacity.ok);
  assert.deepEqual([...new Set(capacity.value.resources.map(({ resource }) => resource))].toSorted(), [
    'cpu',
    'descriptors',
    'disk',
    'durable_writes',
    'memory',
    'server_places',
  ]);
  assert.ok(capacity.value.load.cores > 0);
});

test('pages of servers', async () => {
  const { stdout } = await gateway.cli('servers', '--output', 'json');
  assert.equal((at(JSON.parse(stdout), 'servers') as readonly unknown[]).length, 8);
  const top = await gateway.cli('top', '--once');
  assert.equal(top.code, 0, top.stderr);
  assert.match(top.stdout, /^sallyport .* \| ready \| 2 of 2 workers/);
  assert.ok(!top.stdout.includes('\u001b'), 'plain text');
});

test('without a gateway the config, the ports and the folder are looked at all the same', async () => {
  await gateway.stop();
  const { code, found } = await examine();
  assert.equal(code, 0, JSON.stringify(found.filter(({ verdict }) => verdict === 'failed')));
  assert.equal(found.find(({ area }) => area === 'gateway')?.verdict, 'skipped');
  assert.match(found.find(({ area }) => area === 'listener')?.text ?? '', /is free/);
});
