import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdminConfig, ConfigShard } from '../config/index.ts';
import { createLog, createMetrics } from '../telemetry/index.ts';
import type { Channel, Frame } from './channel.ts';
import type { Links } from './child.ts';
import { createConsoleDesk } from './console-desk.ts';
import { consoleTerms } from './console-terms.ts';

const ADMIN: AdminConfig = {
  listen: { host: '127.0.0.1', port: 7630 },
  tls: { kind: 'off' },
  names: [],
  sessionHours: 12,
  idleMinutes: 60,
  separation: { policy: 'one' },
};
const log = createLog({ process: 'test', level: 'error', format: 'text', clock: () => 0, write: () => {} });
const links: Links = { get: () => undefined, all: () => [], request: () => Promise.reject(new Error('not asked for in this test')) };
const channel = (): Channel => ({
  open: true,
  queuedBytes: 0,
  send: () => {},
  request: () => Promise.reject(new Error('not asked for in this test')),
  close: () => {},
});
const serves = (scheme: unknown, port: unknown = 7630, more: object = {}): Frame => ({
  type: 'console-serves',
  fields: { scheme, port, ...more },
  payload: new Uint8Array(0),
  reply: () => {},
});

interface Stage {
  readonly certificateEnds: () => number | undefined;
  readonly desk: ReturnType<typeof createConsoleDesk>;
  /** How often a link for the first person was asked for. */
  readonly links: () => number;
  readonly pass: (ms: number) => void;
  readonly setAdmin: (admin: AdminConfig | undefined) => void;
}

function start(): Stage {
  let now = 0;
  let asked = 0;
  let admin: AdminConfig | undefined = ADMIN;
  const shard = (): ConfigShard => {
    const part: Pick<ConfigShard, 'admin'> = { admin };
    return part as ConfigShard; // Nothing else of it is looked at.
  };
  const firstLink = async (): Promise<undefined> => void asked++;
  const metrics = createMetrics();
  const desk = createConsoleDesk({ dataFolder: '/data', links, shard, nowMs: () => now, firstLink, log, metrics });
  desk.onBound(7630);
  const certificateEnds = (): number | undefined =>
    metrics.dump().families['sallyport.certificate.expiry.timestamp']?.find(({ labels }) => labels[0] === '@console')?.values[0];
  return { desk, certificateEnds, links: () => asked, pass: (ms) => (now += ms), setAdmin: (next) => (admin = next) };
}

test('whoever asks where the console is waits while it starts, and no longer than it may take', async () => {
  const off = start();
  off.setAdmin(undefined);
  await off.desk.settled();
  assert.equal(off.desk.url, undefined);

  const slow = start();
  const asked = slow.desk.settled().then(() => slow.desk.url);
  slow.desk.onFrame(serves('http'), channel());
  assert.equal(await asked, 'http://127.0.0.1:7630');

  const never = start();
  never.pass(15_000);
  await never.desk.settled();
  assert.equal(never.desk.url, undefined);
});

test('a console that does not come is a fault after a while, and none once it is there', () => {
  const { desk, pass } = start();
  assert.deepEqual(desk.faults(), []);
  pass(15_000);
  assert.match(desk.faults()[0] ?? '', /^the console is not served on 127\.0\.0\.1:7630\. /);
  const first = channel();
  desk.onFrame(serves('http'), first);
  assert.deepEqual(desk.faults(), []);
  desk.onUnlink(first);
  assert.deepEqual(desk.faults(), [], 'it is being replaced');
  pass(15_000);
  assert.equal(desk.faults().length, 1);
});

test('when its certificate ends is told, of two processes the sooner, and of none nothing', () => {
  const { desk, certificateEnds } = start();
  const [first, second] = [channel(), channel()];
  desk.onFrame(serves('http'), first);
  assert.equal(certificateEnds(), undefined);
  desk.onFrame(serves('https', 7630, { certificateEndsMs: 5_000 }), first);
  desk.onFrame(serves('https', 7630, { certificateEndsMs: 9_000 }), second);
  assert.equal(certificateEnds(), 5);
  desk.onUnlink(first);
  assert.equal(certificateEnds(), 9);
  desk.onUnlink(second);
  assert.equal(certificateEnds(), undefined);
});

test('it is where the address was bound, while somebody serves there, and nowhere where none is wanted', () => {
  const { desk, setAdmin } = start();
  const [first, second] = [channel(), channel()];
  assert.equal(desk.url, undefined);
  desk.onFrame(serves('http'), first);
  assert.equal(desk.url, 'http://127.0.0.1:7630');
  desk.onBound(7631);
  assert.equal(desk.url, undefined);
  desk.onFrame(serves('http', 7631), second);
  assert.equal(desk.url, 'http://127.0.0.1:7631');
  desk.onUnlink(first);
  assert.equal(desk.url, 'http://127.0.0.1:7631');
  setAdmin({ ...ADMIN, listen: { host: '0.0.0.0', port: 0 }, tls: { kind: 'self-signed' }, names: ['console.example'] });
  assert.equal(desk.url, undefined);
  desk.onFrame(serves('https', 7631), second);
  assert.equal(desk.url, 'https://console.example:7631');
  setAdmin({ ...ADMIN, listen: undefined });
  assert.equal(desk.url, undefined);
  assert.deepEqual(desk.faults(), []);
});

test('whoever has taken over its process sends nobody elsewhere, and writes on no terminal', () => {
  const { desk, links } = start();
  const evil = 'http://evil.example\u001b]0;pwn\u0007';
  for (const frame of [
    serves('http', 7631),
    serves(evil),
    serves('http', evil),
    serves('http', '7630'),
    serves(undefined, undefined, { url: evil }),
  ]) {
    desk.onFrame(frame, channel());
    assert.equal(desk.url, undefined);
  }
  assert.equal(links(), 0);
  desk.onFrame(serves('http', 7630, { url: evil, host: evil }), channel());
  assert.equal(desk.url, 'http://127.0.0.1:7630');
});

test('where it is told once for each place', () => {
  const stage = start();
  const one = channel();
  stage.desk.onFrame(serves('http'), one);
  stage.desk.onFrame(serves('http'), one);
  stage.desk.onUnlink(one);
  stage.desk.onFrame(serves('http'), channel());
  assert.equal(stage.links(), 1);
  stage.setAdmin({ ...ADMIN, tls: { kind: 'self-signed' } });
  stage.desk.onFrame(serves('https'), one);
  assert.equal(stage.links(), 2);
});

test('its process is told how it is reached, and which door is open', () => {
  assert.deepEqual(consoleTerms({ ...ADMIN, tls: { kind: 'self-signed' }, names: ['console.example'] }, 'run/console-1'), {
    site: { scheme: 'https', host: '127.0.0.1', names: ['console.example'] },
    tls: 'self-signed',
    door: 'run/console-1',
  });
  assert.equal(consoleTerms({ ...ADMIN, listen: undefined }, 'run/console-1'), undefined);
});
