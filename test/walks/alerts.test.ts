// Faults in a real gateway, its figures as they were scraped meanwhile, and the shipped alert rules over these: each fault makes its alert fire, and no other.
// So that nobody waits for minutes, what was scraped several times a second is told to Prometheus' tool as if half a minute lay between.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from '../harness/certificates.ts';
import {
  at,
  modernAnswers,
  modernCall,
  numbered,
  send,
  startEchoServer,
  startGateway,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';
import { metricsIn, scrapedNames } from '../ops/metric-names.ts';
import { promtoolMissing, wrongAlerts } from '../ops/promtool.ts';
import type { Series } from '../ops/promtool.ts';

const missing = promtoolMissing();
const SAMPLES = 14;
const PAUSE_MS = 250;
const TOOLS = numbered('tool', 4);
/** More than the two seconds that are slow. */
const SLOW_MS = 2_300;

/** A machine that is busy with other tests is slow indeed, and its disk as well: these are right then, and about something else. */
const OF_THE_MACHINE = ['SallyportLatencyBurnsFast', 'SallyportLatencyBurnsSlowly', 'SallyportDiskSlow'];

const folder = mkdtempSync(join(tmpdir(), 'alerts-walk-'));
const running: { stop(): Promise<unknown> }[] = [];
after(async () => {
  for (const one of running.toReversed()) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Bed {
  readonly gateway: Gateway;
  readonly key: string;
  readonly metricsUrl: string;
  readonly call: (server?: string) => Promise<number>;
}

let good: EchoServer;
before(async () => {
  good = await startEchoServer({ tools: TOOLS });
  running.push({ stop: () => good.close() });
});

/** A gateway for one test: those of others would only be in its way. */
async function bed(t: TestContext, servers: Readonly<Record<string, object>>, extra: object = {}): Promise<Bed> {
  const metrics = `127.0.0.1:${await freePort()}`;
  const gateway = await startGateway({
    config: testConfig({ servers: { good: { url: good.url }, ...servers }, extra: { metrics: { listen: metrics }, ...extra } }),
  });
  t.after(() => gateway.stop());
  const key = await gateway.addAgent('walker');
  const call = async (server = 'good'): Promise<number> => {
    const answer = await modernCall(gateway.url(server), 'tools/call', { name: 'tool-0', arguments: {} }, { key });
    return answer.http.status;
  };
  await until(async () => (await call()) === 200, 'a first call');
  return { gateway, key, metricsUrl: `http://${metrics}/metrics`, call };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Scrapes while something goes on beside it. */
async function record({ metricsUrl, call }: Bed, during: (sample: number) => Promise<unknown> = async () => {}): Promise<Series> {
  const scrapes: ReadonlyMap<string, string>[] = [];
  const beganS = Date.now() / 1_000;
  for (let sample = 0; sample <= SAMPLES; sample++) {
    await Promise.all([during(sample), call(), call(), sleep(PAUSE_MS)]);
    scrapes.push(readScrape((await send(metricsUrl, { method: 'GET' })).body, beganS));
  }
  const names = new Set(scrapes.flatMap((scrape) => [...scrape.keys()]));
  return Object.fromEntries([...names].map((name) => [name, scrapes.map((scrape) => scrape.get(name) ?? '_').join(' ')]));
}

const known = new Set(scrapedNames());

/** Series and their values. The tool's time begins at 0, so what is a time begins with the recording. */
function readScrape(text: string, beganS: number): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, series = '', value = ''] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    const [name = ''] = metricsIn(series);
    if (known.has(name)) found.set(series, name.endsWith('_timestamp_seconds') ? String(Number(value) - beganS) : value);
  }
  return found;
}

function fires(name: string, series: Series, ...expected: readonly string[]): void {
  assert.equal(wrongAlerts([{ name, series, samples: SAMPLES, expected, aside: OF_THE_MACHINE }]), '');
}

const options = { skip: missing ?? false };

test('nothing is wrong', options, async (t) => {
  fires('nothing', await record(await bed(t, {})));
});

test('a server is away', options, async (t) => {
  const away = await startEchoServer({ tools: TOOLS });
  const made = await bed(t, { away: { url: away.url } });
  await until(async () => (await made.call('away')) === 200, 'a first call there');
  await away.close();
  await until(async () => (await made.call('away')) !== 200, 'it to be away');
  fires('away', await record(made, () => made.call('away')), 'SallyportServerDown');
});

test('a server is slow', options, async (t) => {
  const slow = await startEchoServer({ tools: TOOLS, delayMs: SLOW_MS });
  running.push({ stop: () => slow.close() });
  const made = await bed(t, { slow: { url: slow.url } });
  await made.call('slow'); // A series grows from its first sample on.
  const series = await record(made, (sample) =>
    sample < 3 ? Promise.all(Array.from({ length: 5 }, () => made.call('slow'))) : Promise.resolve(),
  );
  fires('slow', series, 'SallyportServerSlow');
});

test('a server shows a certificate that nobody here trusts', options, async (t) => {
  const certificate = makeCertificate(folder, 'stranger', ['IP:127.0.0.1']);
  assert.ok(certificate !== undefined, 'openssl is there');
  const strange = await startEchoServer({ tools: TOOLS, tls: { key: certificate.key, cert: certificate.certificate } });
  running.push({ stop: () => strange.close() });
  const made = await bed(t, { strange: { url: strange.url } });
  await made.call('strange');
  fires('certificate', await record(made, () => made.call('strange')), 'SallyportServerCertificate');
});

test('the clock here is an hour away from those of all servers', options, async (t) => {
  const answers = modernAnswers({
    'tools/list': {
      resultType: 'complete',
      tools: TOOLS.map((name) => ({ name, inputSchema: { type: 'object' } })),
      ttlMs: 0,
      cacheScope: 'private',
    },
    'tools/call': { resultType: 'complete', content: [] },
  });
  const late = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message: unknown = JSON.parse(Buffer.concat(chunks).toString());
      const result = answers[textAt(message, 'method')];
      const date = new Date(Date.now() - 3_600_000).toUTCString();
      const said = result === undefined ? { error: { code: -32601, message: 'no' } } : { result };
      response.writeHead(result === undefined ? 404 : 200, { 'content-type': 'application/json', date });
      response.end(JSON.stringify({ jsonrpc: '2.0', id: at(message, 'id'), ...said }));
    });
  }).listen(0, '127.0.0.1');
  await once(late, 'listening');
  running.push({
    stop: async () => {
      late.closeAllConnections();
      late.close();
    },
  });
  const address = late.address();
  const url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}/mcp`;
  fires('clock', await record(await bed(t, { good: { url } })), 'SallyportClock');
});

test('an agent goes on with a key that was revoked', options, async (t) => {
  const made = await bed(t, {});
  const key = await made.gateway.addAgent('revoked');
  const { code } = await made.gateway.cli('agents', 'revoke', 'revoked');
  assert.equal(code, 0);
  const tryIt = (): Promise<unknown> => modernCall(made.gateway.url('good'), 'tools/call', { name: 'tool-0', arguments: {} }, { key });
  fires('revoked', await record(made, () => Promise.all([tryIt(), tryIt(), tryIt(), tryIt()])), 'SallyportKeysRefused');
});

test('the gateway is overloaded', options, async (t) => {
  const held = await startEchoServer({ tools: ['hold-0'] });
  running.push({ stop: () => held.close() });
  const made = await bed(t, { held: { url: held.url } }, { limits: { maxInFlightPerServer: 1 } });
  const hold = (): Promise<unknown> =>
    modernCall(made.gateway.url('held'), 'tools/call', { name: 'hold-0', arguments: {} }, { key: made.key });
  // Each worker has one place; what comes beyond is turned away at once.
  const holding = [hold(), hold(), hold(), hold()];
  await held.called('hold-0');
  const series = await record(made, async () => void holding.push(hold(), hold()));
  held.release();
  await Promise.race([Promise.all(holding), sleep(1_000)]);
  held.release();
  fires('overloaded', series, 'SallyportOverloaded', 'SallyportAvailabilityBurnsFast');
});
