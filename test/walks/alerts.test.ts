// Faults in a real gateway, its figures as they were scraped meanwhile, and the shipped alert rules over these: each fault makes its alert fire, and no other,
// and what is repaired or taken out of the config is told no more. So that nobody waits for minutes, what was scraped several times a second is told to
// Prometheus' tool as if half a minute lay between. The rules are those that are shipped, unchanged.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCertificate } from '../harness/certificates.ts';
import { modernCall, send, startEchoServer, startGateway, testConfig, until } from '../harness/index.ts';
import type { EchoOptions, EchoServer, Gateway } from '../harness/index.ts';
import { metricsIn, scrapedNames } from '../ops/metric-names.ts';
import { promtoolMissing, wrongAlerts } from '../ops/promtool.ts';
import type { Series } from '../ops/promtool.ts';

const missing = promtoolMissing();
const SAMPLES = 14;
/** All samples together take some of the seconds at which workers tell their figures. */
const PAUSE_MS = 250;
/** More than the two seconds that are slow. */
const SLOW_MS = 2_100;

/**
 * Figures that say how this machine does, whatever is wrong with the gateway: beside other tests it is slow indeed, and its disk fills. They are left out;
 * what the alerts about them do is shown by scenarios (test/ops/alerts.test.ts).
 */
const OF_THE_MACHINE =
  /^sallyport_(overhead_duration_seconds|audit_commit_duration_seconds|process_loop_delay_seconds|disk_free_bytes)(_bucket|_count|_sum)?$/;

const folder = mkdtempSync(join(tmpdir(), 'alerts-walk-'));
const running: EchoServer[] = [];
let gateway: Gateway;
let key: string;
let metricsUrl: string;
let good: EchoServer;
let away: EchoServer;
let slow: EchoServer;

before(async () => {
  if (missing !== undefined) return;
  [good, away, slow] = await Promise.all([start({}), start({}), start({ delayMs: SLOW_MS })]);
  metricsUrl = `http://127.0.0.1:${await freePort()}/metrics`;
  gateway = await startGateway({ config: configWith({ good, away, slow }) });
  key = await gateway.addAgent('walker');
  await until(async () => (await call('good')) === 200 && (await call('away')) === 200, 'the first calls');
});
after(async () => {
  // What is still held would keep the gateway from ending.
  for (const server of running) server.release();
  await gateway?.stop();
  for (const server of running) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: Partial<EchoOptions>): Promise<EchoServer> {
  const server = await startEchoServer({ tools: ['plain', 'hold'], ...options });
  running.push(server);
  return server;
}

function configWith(servers: Readonly<Record<string, EchoServer>>, limits: Readonly<Record<string, number>> = {}): object {
  const urls = Object.fromEntries(Object.entries(servers).map(([name, { url }]) => [name, { url }]));
  return testConfig({ servers: urls, limits, extra: { metrics: { listen: new URL(metricsUrl).host } } });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Status of a call's answer. */
async function call(server: string, { tool = 'plain', as = key } = {}): Promise<number> {
  return (await modernCall(gateway.url(server), 'tools/call', { name: tool, arguments: {} }, { key: as })).http.status;
}

/** Calls until the figures say what they should: workers tell theirs once a second, one after another. */
async function scraped(what: string, isSo: (text: string) => boolean, meanwhile: () => Promise<unknown>): Promise<void> {
  await until(async () => {
    await meanwhile();
    return isSo((await send(metricsUrl, { method: 'GET' })).body);
  }, what);
}

/** Scrapes while calls are made, and something else goes on beside them. */
async function record(server: string, during: (sample: number) => Promise<unknown> = async () => {}): Promise<Series> {
  const scrapes: ReadonlyMap<string, string>[] = [];
  const beganS = Date.now() / 1_000;
  for (let sample = 0; sample <= SAMPLES; sample++) {
    await Promise.all([during(sample), call(server), call(server), sleep(PAUSE_MS)]);
    scrapes.push(readScrape((await send(metricsUrl, { method: 'GET' })).body, beganS));
  }
  const names = new Set(scrapes.flatMap((scrape) => [...scrape.keys()]));
  return Object.fromEntries([...names].map((name) => [name, scrapes.map((scrape) => scrape.get(name) ?? '_').join(' ')]));
}

const known = new Set(scrapedNames().filter((name) => !OF_THE_MACHINE.test(name)));

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
  assert.equal(wrongAlerts([{ name, series, samples: SAMPLES, expected }]), '');
}

const options = { skip: missing ?? false };

test('nothing is wrong', options, async () => {
  fires('nothing', await record('good'));
});

test('a server is slow', options, async () => {
  // A series grows from its first sample on.
  const isCounted = (text: string): boolean => /^mcp_client_operation_duration_seconds_count\{.*"slow"\} [1-9]/m.test(text);
  await call('slow');
  await scraped('a slow call to be counted', isCounted, () => call('good'));
  const series = await record('good', async (sample) => {
    if (sample === 0) await Promise.all(Array.from({ length: 15 }, () => call('slow')));
  });
  fires('slow', series, 'SallyportServerSlow');
});

test('an agent goes on with a key that was revoked', options, async () => {
  const revoked = await gateway.addAgent('revoked');
  const { code } = await gateway.cli('agents', 'revoke', 'revoked');
  assert.equal(code, 0);
  const tryIt = (): Promise<unknown> => call('good', { as: revoked });
  await scraped('a refusal to be counted', (text) => /^sallyport_refusals_total\{.*"unauthenticated".*\} [1-9]/m.test(text), tryIt);
  fires('revoked', await record('good', () => Promise.all(Array.from({ length: 8 }, tryIt))), 'SallyportKeysRefused');
});

test('a server is away', options, async () => {
  await away.close();
  running.splice(running.indexOf(away), 1);
  await scraped(
    'it to be away',
    (text) => isAtFault(text, 'connection', 'away'),
    () => call('away'),
  );
  fires('away', await record('good', () => call('away')), 'SallyportServerDown');
});

test('a server shows a certificate that nobody here trusts, and the one that was away is in the config no more', options, async () => {
  const certificate = makeCertificate(folder, 'stranger', ['IP:127.0.0.1']);
  assert.ok(certificate !== undefined, 'openssl is there');
  const strange = await start({ tls: { key: certificate.key, cert: certificate.certificate } });
  gateway.reload(configWith({ good, strange }));
  const isSo = (text: string): boolean => isAtFault(text, 'certificate', 'strange') && !isAtFault(text, 'connection', 'away');
  await scraped('the certificate to be refused', isSo, () => call('strange'));
  fires('certificate', await record('good', () => call('strange')), 'SallyportServerCertificate');
});

test('the clock here is an hour away from those of all servers', options, async () => {
  gateway.reload(configWith({ late: await start({ aheadMs: -3_600_000 }) }));
  const clockOf = (text: string, server: string): boolean =>
    text.includes(`sallyport_server_clock_ahead_seconds{sallyport_server="${server}"}`);
  const isSo = (text: string): boolean => clockOf(text, 'late') && !clockOf(text, 'good') && !isAtFault(text, 'certificate', 'strange');
  await scraped('its clock to be read', isSo, () => call('late'));
  fires('clock', await record('late'), 'SallyportClock');
});

test('the gateway is overloaded', options, async () => {
  const held = await start({});
  gateway.reload(configWith({ good, held }, { maxInFlightPerServer: 1 }));
  // Each worker has one place; what comes beyond is turned away at once.
  const holding: Promise<unknown>[] = [];
  const hold = async (): Promise<void> => void holding.push(call('held', { tool: 'hold' }).catch(() => undefined));
  const isSo = (text: string): boolean =>
    /^sallyport_refusals_total\{.*"overloaded".*\} [1-9]/m.test(text) && !text.includes('ahead_seconds{sallyport_server="late"}');
  await scraped('a call to be turned away', isSo, hold);
  const series = await record('good', () => Promise.all([hold(), hold(), hold()]));
  fires('overloaded', series, 'SallyportOverloaded', 'SallyportAvailabilityBurnsFast');
});

function isAtFault(text: string, kind: string, server: string): boolean {
  return text.includes(`sallyport_server_fault{kind="${kind}",sallyport_server="${server}"} 1\n`);
}
