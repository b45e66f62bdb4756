// The pure parts of the bench: if these are wrong, every figure is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { anonymousPrincipal } from '../src/agents/index.ts';
import { compilePolicy, policySchema } from '../src/policies/index.ts';
import { parseAnswer } from './answer.ts';
import { AGENTS, configOf, everythingOff, everythingOn, policyRules } from './config.ts';
import { parseFigures } from './figures.ts';
import { readOptions } from './options.ts';
import { descendants, parseCoreTimes, parseField, parseStat, type ProcessStat, readUsage } from './procfs.ts';
import { type Road, SAME_ERA, serverOf, toolOf } from './roads.ts';
import { allRows, isRow, ROWS, rowsNamed, rowsOf } from './rows.ts';
import { percentile, spread } from './statistics.ts';
import { parseCounts } from './system-calls.ts';
import { answerOther, answersToCalls, idOfCall } from './stand-in.ts';
import { answerBody, answerTo, BODY_BYTES, callBody, FIRST_ID, messageId, TOOLS, UNCALLED_TOOLS } from './workload.ts';
import { parseTrace } from './writes.ts';

const HUNDRED = Array.from({ length: 100 }, (_, n) => n + 1);

for (const [name, samples, p, expected] of [
  ['the median of 1…100', HUNDRED, 50, 50],
  ['the 99th of 1…100', HUNDRED, 99, 99],
  ['the 100th is the largest', HUNDRED, 100, 100],
  ['the 0th is the smallest', HUNDRED, 0, 1],
  ['one sample is every percentile', [7], 99, 7],
  ['no samples have none', [], 50, Number.NaN],
] as const) {
  test(`percentile: ${name}`, () => assert.equal(percentile(samples, p), expected));
}

test('spread: the middle, and how far apart', () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, min: 1, max: 3 });
  assert.deepEqual(spread([4, 1, 2, 3]), { median: 2.5, min: 1, max: 4 });
  assert.deepEqual(spread([]), { median: Number.NaN, min: Number.NaN, max: Number.NaN });
});

const STAT = '4711 (a (b) c) S 42 4710 4710 0 -1 4194304 100 200 0 0 11 22 3 4 20 0 1 0 987654 1000000 500 18446744073709551615';

test('procfs: a stat line is counted from the last parenthesis', () => {
  assert.deepEqual(parseStat(STAT), { pid: 4711, parent: 42, group: 4710, state: 'S', startTicks: 987654, cpuTicks: 11 + 22 + 3 + 4 });
});

test('procfs: a line cut short is no process', () => {
  assert.equal(parseStat(''), undefined);
  assert.equal(parseStat('4711 (node) S 42 4710'), undefined);
});

test('procfs: fields of status', () => {
  assert.equal(parseField('VmPeak:\t  9 kB\nVmHWM:\t  71234 kB\n', 'VmHWM'), 71234);
  assert.equal(parseField('', 'VmHWM'), 0);
});

test('procfs: a core is busy with everything but idling, waiting for the disk, and what was stolen', () => {
  const text = 'cpu  1 1 1 1 1 1 1 1 0 0\ncpu1 10 1 20 100 7 2 3 5 0 0\ncpu10 9 9 9 9 9 9 9 9 0 0\n';
  assert.deepEqual(parseCoreTimes(text, 1), { busyTicks: 36, totalTicks: 148, stolenTicks: 5 });
  assert.equal(parseCoreTimes(text, 2), undefined);
});

test('procfs: a tree has children of children, and members of the group whose parent is gone', () => {
  const stat = (pid: number, parent: number, group: number): ProcessStat => ({
    pid,
    parent,
    group,
    state: 'S',
    startTicks: 0,
    cpuTicks: 0,
  });
  const stats = [stat(30, 20, 10), stat(20, 10, 10), stat(10, 1, 10), stat(40, 1, 10), stat(50, 1, 50), stat(60, 40, 60)];
  const pids = descendants(stats, 10).map(({ pid }) => pid);
  assert.deepEqual(
    pids.toSorted((a, b) => a - b),
    [10, 20, 30, 40, 60],
  );
});

test(
  'procfs: this very process has used time and memory',
  { skip: process.platform === 'linux' ? false : 'there is no /proc here' },
  () => {
    const usage = readUsage(process.pid);
    assert.ok(usage.cpuMs > 0);
    assert.ok(usage.peakRssBytes > 2 ** 20);
    assert.ok(usage.pids.includes(process.pid));
  },
);

test('strace: files count, sockets and devices do not, interrupted calls count once', () => {
  const trace = [
    '100 write(17<socket:[123]>, ""..., 512) = 512',
    '100 pwritev(20</data/audit/0/1.log>, [{iov_base=""..., iov_len=512}], 1, 0) = 512',
    '101 pwrite64(20</data/audit/0/1.log>, ""..., 512, 0 <unfinished ...>',
    '101 <... pwrite64 resumed>) = 512',
    '100 write(2</dev/null>, ""..., 4) = 4',
    '100 writev(21</data/other.log>, [{iov_base=""..., iov_len=4}], 1) = 4',
    '100 pwritev2(21</data/other.log>, [{iov_base=""..., iov_len=4}], 1, 0, RWF_DSYNC) = 4',
    '100 fdatasync(21</data/other.log>) = 0',
    '100 +++ exited with 0 +++',
  ].join('\n');
  assert.deepEqual(parseTrace(trace, new Set(['/data/audit/0/1.log'])), { filesystem: 4, durable: 4, bytes: 512 + 512 + 4 + 4 });
});

const answer = (text: string) => parseAnswer(Buffer.from(text, 'latin1'));

test('answer: length, chunks, close, and what has not arrived yet', () => {
  const whole = answer('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
  assert.ok(whole.kind === 'answer');
  assert.deepEqual([whole.status, whole.body.toString(), whole.closes], [200, 'ok', true]);
  const chunked = answer('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n');
  assert.ok(chunked.kind === 'answer');
  assert.deepEqual([chunked.body.toString(), chunked.closes], ['ok', false]);
  const denied = answer('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  assert.ok(denied.kind === 'answer');
  assert.equal(denied.status, 403);
  for (const part of [
    'HTTP/1.1 200 OK\r\nContent-Le',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n',
  ]) {
    assert.equal(answer(part).kind, 'partial');
  }
});

test('answer: bytes behind the answer, and a head without a length, are wrong', () => {
  for (const text of ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!', 'HTTP/1.1 200 OK\r\nA: b\r\n\r\nok', 'nonsense\r\n\r\n']) {
    assert.equal(answer(text).kind, 'malformed');
  }
});

test('workload: every body has the promised size and its own id', () => {
  for (const connection of [0, 49, 999]) {
    const id = messageId(connection);
    for (const era of ['modern', 'legacy'] as const) {
      for (const body of [callBody(id, 'lookup_00', era), answerBody(id, era)]) {
        assert.equal(body.length, BODY_BYTES);
        assert.equal(JSON.parse(Buffer.from(body).toString()).id, id);
      }
    }
  }
});

const AGGREGATE: Road = { ...SAME_ERA, servers: TOOLS.length };

test('workload: the answer to one request is the answer to another with the id changed, and nothing else', () => {
  const answer = Buffer.from(answerBody(FIRST_ID, 'legacy')).toString();
  assert.deepEqual(answerTo(messageId(7), answer), Buffer.from(answerBody(messageId(7), 'legacy')));
  assert.throws(() => answerTo(messageId(7), '{}'), /0 times/);
  assert.throws(() => answerTo(messageId(7), answer + answer), /2 times/);
});

for (const [name, road] of [
  ['one server', SAME_ERA],
  ['20 servers as one', AGGREGATE],
] as const) {
  test(`workload: 100 rules, no two alike, each agent allowed its own tool and no other: ${name}`, () => {
    const rules = policyRules(road);
    assert.equal(new Set(rules.map((rule) => JSON.stringify(rule))).size, 100);
    const servers = AGENTS.map((_, n) => serverOf(road, n));
    const policy = compilePolicy(policySchema.parse({ rules }), { servers });
    assert.ok(policy.ok);
    for (const [n, agent] of AGENTS.entries()) {
      for (const [m, name] of TOOLS.entries()) {
        const verdict = policy.value.decide(anonymousPrincipal(agent), serverOf(road, m), { kind: 'tool', name });
        assert.equal(verdict.kind, n === m ? 'allow' : 'deny', `${agent} calls ${name}`);
      }
    }
  });
}

test('workload: a member of several servers has its tools under its own name', () => {
  assert.equal(toolOf(SAME_ERA, 7), 'lookup_07');
  assert.equal(toolOf(AGGREGATE, 7), 'bench-07__lookup_07');
});

test('stand-in: a call is answered under its id, in each era, and what is no call is read', () => {
  for (const era of ['modern', 'legacy'] as const) {
    const call = Buffer.from(callBody(messageId(7), 'lookup_07', era));
    const id = idOfCall(call);
    assert.equal(id, String(messageId(7)));
    assert.deepEqual(answersToCalls(era)(id ?? ''), Buffer.from(answerBody(messageId(7), era)));
    const list = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }));
    assert.equal(idOfCall(list), undefined);
    assert.equal(JSON.parse(answerOther(list, era).body ?? '').result.tools.length, TOOLS.length + UNCALLED_TOOLS);
  }
});

for (const [era, method, code] of [
  ['modern', 'initialize', -32022],
  ['modern', 'ping', -32601],
  ['legacy', 'server/discover', -32601],
] as const) {
  test(`stand-in: a ${era} server refuses ${method}`, () => {
    const said = answerOther(Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} })), era);
    assert.ok(said.status >= 400 && !said.opens);
    assert.equal(JSON.parse(said.body ?? '').error.code, code);
  });
}

test('rows: whatever a row is held against is a row, and the name of a group brings it along', () => {
  for (const row of allRows()) {
    const { baseline, sameEra } = ROWS[row];
    for (const other of [baseline, sameEra]) assert.ok(other === undefined || isRow(other), `${row} is held against ${other ?? ''}`);
  }
  const bridges = rowsNamed('bridges');
  for (const row of ['direct-plain', 'sallyport-plain', 'same-era-legacy', 'modern-to-legacy', 'aggregate-20'] as const)
    assert.ok(bridges.includes(row));
  assert.ok(!bridges.includes('haproxy-tls'));
  assert.deepEqual(rowsNamed('stdio-legacy'), ['stdio-legacy']);
  assert.deepEqual(rowsNamed('bridge'), []);
});

test('rows: those of a group, with what they are held against, and nothing where none of it is wanted', () => {
  assert.deepEqual(rowsOf('alike', new Set(['lean-http', 'sdk-relay', 'haproxy-tls'])), ['lean-http', 'sdk-relay']);
  assert.deepEqual(rowsOf('bridges', new Set(['sallyport-plain', 'sse-answers'])), ['sallyport-plain', 'sse-answers']);
  assert.deepEqual(rowsOf('bridges', new Set(['sallyport-plain'])), []);
});

test('options: rows, groups and parts are told apart, and anything else refused', () => {
  const { rows, parts } = readOptions(['--only', 'slow,large']);
  assert.deepEqual([[...rows], [...parts]], [['direct-slow', 'haproxy-slow', 'sallyport-slow'], ['large']]);
  assert.throws(() => readOptions(['--only', 'lorge']), /--only takes/);
  assert.throws(() => readOptions(['--rounds', '0']), /--rounds/);
  assert.equal(readOptions([]).rows.size, allRows().length);
});

test('figures: names and numbers, and nothing else', () => {
  assert.deepEqual(parseFigures('{"goodput":0.9}'), { goodput: 0.9 });
  assert.equal(parseFigures('{"goodput":"0.9"}'), undefined);
  assert.equal(parseFigures('3'), undefined);
});

test('strace: the table of -c, with errors and without, and not its sum', () => {
  const text = [
    '% time     seconds  usecs/call     calls    errors syscall',
    '------ ----------- ----------- --------- --------- ----------------',
    ' 61.10    0.123456          12      1234           write',
    ' 30.00    0.060000           6       500        20 futex',
    '------ ----------- ----------- --------- --------- ----------------',
    '100.00    0.183456           9      1734        20 total',
  ].join('\n');
  assert.deepEqual(
    [...parseCounts(text)],
    [
      ['write', 1234],
      ['futex', 500],
    ],
  );
});

test('workload: plain on both sides, or TLS on both sides', () => {
  const certificates = { caFile: 'ca', certificateFile: 'certificate', keyFile: 'key', bundleFile: 'bundle' };
  const options = { folder: '/f', road: SAME_ERA, upstreamPort: 1, collectorPort: 2, stdioCommand: ['node'], workers: 1 } as const;
  const config = (tls: boolean): string => JSON.stringify(everythingOn({ ...options, certificates: tls ? certificates : undefined }));
  assert.match(config(true), /"tls":\{"certificate":"certificate","key":"key"\}.*"url":"https:.*"tls":\{"ca":"ca"\}/);
  assert.doesNotMatch(config(false), /tls|https/);
  const off = JSON.stringify(everythingOff({ ...options, certificates: undefined }));
  assert.doesNotMatch(off, /tls|metrics|telemetry/);
});

test('the steps between nothing and everything add one thing each', () => {
  const options = {
    folder: '/f',
    certificates: undefined,
    road: SAME_ERA,
    upstreamPort: 1,
    collectorPort: 2,
    stdioCommand: ['node'],
    workers: 1,
  } as const;
  const judged = Object.keys(configOf('judged', options));
  const inspected = Object.keys(configOf('inspected', options));
  assert.deepEqual(configOf('lean', options), everythingOff(options));
  assert.deepEqual(
    judged.filter((name) => !inspected.includes(name)),
    ['inspection'],
  );
  assert.deepEqual(
    Object.keys(everythingOn(options)).filter((name) => !inspected.includes(name)),
    ['metrics', 'telemetry'],
  );
  assert.deepEqual(configOf('everything', options), everythingOn(options));
});
