// `sallyport top`: a picture as text, a live view that follows keys and the size of the terminal, and a gateway that goes away meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdminPorts, CapacityView, Overview } from '../../admin/index.ts';
import { fail, ok } from '../../base/index.ts';
import { fakeAgents, fakePorts } from '../admin.fixture.ts';
import { cliFixture } from '../cli.fixture.ts';
import type { Terminal } from '../terminal.ts';
import { renderTop, sparkline } from './render.ts';

const QUANTILES = { p50: 0.2, p95: 0.41, p99: 12.3, mean: 0.3 };
const FLOW = {
  calls: 20,
  allowed: 18,
  denied: 2,
  asked: 0,
  givenUp: 0,
  errors: 1,
  refused: 3,
  running: 4,
  bytesIn: 20_480,
  bytesOut: 3_000_000,
  overheadMs: QUANTILES,
  serverMs: { p50: 40, p95: 900, p99: 4_200, mean: 100 },
};
const point = (second: number, calls: number): Overview['points'][number] => ({
  at: new Date(Date.UTC(2026, 10, 23, 12, 0, second)).toISOString(),
  seconds: 2,
  ...FLOW,
  calls,
});
const OVERVIEW: Overview = {
  at: '2026-11-23T12:00:20.000Z',
  window: '5m',
  since: '2026-11-23T11:00:00.000Z',
  points: [0, 5, 10, 20, 20, 20, 20, 20, 3].map((calls, index) => point(index * 2, calls)),
  totals: FLOW,
  busiest: [
    { name: 'crm', state: 'ready', calls: 100, errors: 0, serverMs: QUANTILES },
    { name: 'files', state: 'failed', calls: 10, errors: 7, serverMs: null },
  ],
  waiting: { approvals: 2, definitions: 1, releases: 0 },
  warnings: [
    { severity: 'critical', code: 'keeper_gone', about: null, text: 'The keeper does not run.', remedy: null, runbook: null },
    { severity: 'warning', code: 'server_failed', about: 'files', text: 'It says \u001b[31mred\u001b[0m.', remedy: null, runbook: null },
  ],
  gateway: {
    ready: true,
    startedAt: '2026-11-23T11:00:00.000Z',
    version: '0.1.0',
    workers: { serving: 2, wanted: 2 },
    agents: 3,
    servers: { all: 2, ready: 1, failed: 1 },
    locks: 0,
  },
};
const CAPACITY: CapacityView = {
  at: OVERVIEW.at,
  seconds: 900,
  calls: 4_000,
  isReliable: true,
  load: { callsPerSecond: 10, peakCallsPerSecond: 40, cores: 0.3, busiestWorker: 0.2 },
  cpuMicrosPerCall: 480,
  carries: 3_400,
  more: 3_390,
  first: 'cpu',
  resources: [],
};
const FRAME = { columns: 100, rows: 40, sort: 'calls', isUnicode: false, note: '' } as const;

function portsWith(read: AdminPorts['overview']['read'] = async () => ok(OVERVIEW)): AdminPorts {
  const nothing = async (): Promise<never> => assert.fail('not asked for in this test');
  return fakePorts(fakeAgents, { overview: { read, capacity: async () => ok(CAPACITY), server: nothing, probe: nothing } });
}

test('a frame has rates of the last points, the window, warnings, and servers', () => {
  const lines = renderTop({ overview: OVERVIEW, capacity: CAPACITY }, FRAME);
  const text = lines.join('\n');
  assert.match(
    lines[0] ?? '',
    /^sallyport 0\.1\.0 \| ready \| 2 of 2 workers \| 3 agents \| 2 servers \(1 failed\) \| last 5m \| 12:00:20 UTC$/,
  );
  assert.match(text, /^calls +10\.0\/s, 1\.0 denied, 0\.5 failed/m);
  assert.match(text, /^gateway +adds p50 0\.20 ms, p95 0\.41 ms, p99 12\.3 ms$/m);
  assert.match(text, /^servers +take p50 40\.0 ms, p95 900 ms, p99 4\.2 s$/m);
  assert.match(text, /^traffic +10\.0 KiB\/s in, 1\.4 MiB\/s out$/m);
  assert.match(text, /^carries +about 3390 calls\/s more, cpu gives out first; 480 µs a call; busiest worker 20 %$/m);
  assert.match(text, /^CRITICAL {2}The keeper does not run\.$/m);
  assert.match(text, /^crm +ready +5\.6 +0 +0\.20 ms/m);
});

test('nothing that a server says steers the terminal, and no line is wider or frame higher than there is room', () => {
  for (const size of [
    { columns: 40, rows: 10 },
    { columns: 20, rows: 3 },
    { columns: 200, rows: 100 },
  ]) {
    const lines = renderTop({ overview: OVERVIEW, capacity: undefined }, { ...FRAME, ...size, note: 'q quits' });
    assert.ok(lines.length <= size.rows, `${lines.length} of ${size.rows}`);
    for (const line of lines) {
      assert.ok(line.length <= size.columns, line);
      assert.ok(!line.includes('\u001b'), line);
    }
  }
});

test('servers are sorted as asked', () => {
  const order = (sort: 'calls' | 'errors' | 'slow'): readonly string[] =>
    renderTop({ overview: OVERVIEW, capacity: CAPACITY }, { ...FRAME, sort }).flatMap((line) => /^(crm|files) /.exec(line)?.[1] ?? []);
  assert.deepEqual(
    [order('calls'), order('errors'), order('slow')],
    [
      ['crm', 'files'],
      ['files', 'crm'],
      ['crm', 'files'],
    ],
  );
});

test('a line of bars for the last values', () => {
  assert.equal(sparkline([0, 1, 2, 4, 8], 4, true), '▂▃▅█');
  assert.equal(sparkline([0, 0], 10, false), '__');
  assert.equal(sparkline([], 10, false), '');
});

test('--once prints one picture; JSON is what the API said', async (t) => {
  const { run } = cliFixture(t, { ports: portsWith() });
  const once = await run('top', '--once');
  assert.equal(once.code, 0, once.stderr);
  assert.match(once.stdout, /^sallyport 0\.1\.0 \| ready/);
  const json = await run('top', '--output', 'json');
  assert.deepEqual(JSON.parse(json.stdout), { overview: OVERVIEW, capacity: CAPACITY });
  const { run: alone } = cliFixture(t);
  assert.equal((await alone('top')).code, 4);
});

/** A terminal whose keys are pressed by a test. */
function fakeTerminal() {
  const frames: (readonly string[])[] = [];
  let press: (key: string) => void = () => {};
  let resize: () => void = () => {};
  const terminal: Terminal & { columns: number; rows: number; isClosed: boolean } = {
    columns: 90,
    rows: 30,
    isClosed: false,
    draw: (lines) => void frames.push(lines),
    onKey: (listener) => (press = listener),
    onResize: (listener) => (resize = listener),
    close: () => (terminal.isClosed = true),
  };
  return { terminal, frames, press: (key: string) => press(key), resize: () => resize() };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test('the live view follows keys and the size, outlives the gateway, and leaves the terminal as it was', async (t) => {
  const { terminal, frames, press, resize } = fakeTerminal();
  const asked: string[] = [];
  let isAway = false;
  const ports = portsWith(async (window) => {
    asked.push(window);
    return isAway ? fail({ code: 'gateway_not_running', detail: 'Nothing answers.' }) : ok({ ...OVERVIEW, window });
  });
  const { run } = cliFixture(t, { ports, terminal });
  const running = run('top');
  const shown = (): string => (frames.at(-1) ?? []).join('\n');
  await until(() => frames.length > 0);
  assert.match(shown(), /last 5m/);
  assert.match(shown(), /q quits/);

  press('w');
  await until(() => shown().includes('last 15m'));
  isAway = true;
  press('w');
  await until(() => shown().includes('Nothing answers. Asking again.'));
  assert.match(shown(), /^sallyport 0\.1\.0/, 'what was said last stays');
  isAway = false;
  press('p');
  assert.match(shown(), /stopped: p goes on|Nothing answers/);
  press('p');
  press('s');
  terminal.columns = 30;
  resize();
  assert.ok((frames.at(-1) ?? []).every((line) => line.length <= 30));
  press('q');
  const { code, stdout } = await running;
  assert.deepEqual([code, stdout, terminal.isClosed], [0, '', true]);
  assert.deepEqual(asked.slice(0, 3), ['5m', '15m', '1h']);
});
