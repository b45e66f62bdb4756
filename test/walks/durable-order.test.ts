// In the running gateway, the write of a decision to the log has returned before the first byte of the answer is given to the kernel,
// and the log is open with O_DSYNC: so what an agent has seen is on disk, whatever happens next. Of a critical call, the decision is there before the server is
// asked, and the outcome before the answer. The order of system calls tells.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ALLOW_ALL, callOnce, startEchoServer, startGateway, testConfig } from '../harness/index.ts';
import { traceCalls, tracingMissing } from '../harness/trace.ts';
import type { TracedCall } from '../harness/trace.ts';

const CALLS = 100;
const LANES = 4;
/** fcntl.h, Linux. */
const O_DSYNC = 0o10000;

test('the decision is on disk before the answer leaves', async (t) => {
  const missing = tracingMissing();
  if (missing !== undefined) return t.skip(missing);
  const names = Array.from({ length: CALLS }, (_, index) => `${index % 4 === 0 ? 'critical' : 'traced'}-${index}-`);
  const echo = await startEchoServer({ tools: ['before', ...names] });
  const gateway = await startGateway({
    config: testConfig({
      servers: { echo: { url: echo.url } },
      rules: [{ ...ALLOW_ALL, name: 'critical', tools: ['critical-*'], class: 'critical' }, ALLOW_ALL],
    }),
  });
  try {
    const call = callOnce(gateway.url('echo'), await gateway.addAgent('walker'));
    assert.equal(await call('before'), true);
    const output = join(gateway.folder, 'strace.txt');
    const traced = await traceCalls(gateway.workers(), { calls: 'pwrite64,pwritev,write,writev,sendto,sendmsg', output }, async () => {
      for (let at = 0; at < CALLS; at += LANES) {
        const answered = await Promise.all(names.slice(at, at + LANES).map(call));
        assert(answered.every((result) => result === true));
      }
    });

    const logs = new Set<string>();
    for (const name of names) {
      const decision = traced.find(
        (one) => one.name.startsWith('pwrite') && one.text.includes(String.raw`\"kind\":\"decision\"`) && one.text.includes(name),
      );
      const answer = traced.find((one) => one.text.includes('HTTP/1.1 200 ') && one.text.includes(name));
      assert(decision !== undefined && decision.result > 0, `the decision about ${name} was not written`);
      assert(answer !== undefined, `the answer to ${name} was not seen`);
      assert(decision.ended < answer.began, `${name} was answered before its decision was on disk`);
      if (name.startsWith('critical')) checkCritical(traced, { name, decision, answer });
      logs.add(`${processOf(gateway.workers(), decision)} ${/^\d+/.exec(decision.text)?.[0]}`);
    }
    for (const log of logs) {
      const [pid = '', fd = ''] = log.split(' ');
      const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
      assert.notEqual(Number.parseInt(flags, 8) & O_DSYNC, 0, 'the log is open with O_DSYNC');
    }
  } finally {
    await gateway.stop();
    await echo.close();
  }
});

function checkCritical(traced: readonly TracedCall[], call: { name: string; decision: TracedCall; answer: TracedCall }): void {
  const { name, decision, answer } = call;
  const asked = traced.find((one) => one.text.includes('POST /mcp HTTP/1.1') && one.text.includes(name));
  assert(asked !== undefined && decision.ended < asked.began, `${name} was asked of the server before its decision was on disk`);
  const line = linesOf(decision).find((one) => one.includes(name)) ?? '';
  const start = `"kind":"outcome",${/"id":"[^"]+"/.exec(line)?.[0] ?? 'none'}`;
  const outcome = traced.find((one) => one.name.startsWith('pwrite') && linesOf(one).some((text) => text.includes(start)));
  assert(outcome !== undefined && outcome.result > 0, `the outcome of ${name} was not written`);
  assert(outcome.ended < answer.began, `${name} was answered before its outcome was on disk`);
}

/** What was written, without the escapes of the trace. */
function linesOf({ text }: TracedCall): readonly string[] {
  return text.replaceAll(String.raw`\"`, '"').split(String.raw`\n`);
}

/** The process of the thread that made the call. */
function processOf(workers: readonly number[], call: TracedCall): number {
  const status = readFileSync(`/proc/${call.pid}/status`, 'utf8');
  const pid = Number(/^Tgid:\s+(\d+)$/m.exec(status)?.[1]);
  assert(workers.includes(pid));
  return pid;
}
