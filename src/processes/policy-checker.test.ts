// Policies of thousands of rules, read where nothing waits for it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadCpuUsage } from 'node:process';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { readPolicyText } from './policy-check.ts';
import type { PolicyAsk } from './policy-check.ts';
import { createPolicyChecker } from './policy-checker.ts';

const RULES = 2_000;
const rules = (count: number, effect = 'allow'): string =>
  `rules:\n${Array.from({ length: count }, (_, n) => `  - { name: r${n}, effect: ${effect}, agents: [a${n}], servers: [files] }\n`).join('')}`;

/** A config, and a question about another policy for it. */
function ask(t: TestContext, text: string): PolicyAsk {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-check-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const configFile = join(folder, 'sallyport.yaml');
  const whole = "version: 1\nservers: { files: { url: 'https://files.example/mcp' } }\npolicy:\n  rules: []\n";
  writeFileSync(configFile, whole);
  return { configFile, dataFolder: join(folder, 'data'), file: configFile, whole, text };
}
const cpuMs = async (work: () => unknown): Promise<number> => {
  const before = threadCpuUsage();
  await work();
  const { user, system } = threadCpuUsage(before);
  return (user + system) / 1_000;
};
const noDoubts = async (): Promise<readonly never[]> => [];

test('thousands of rules are read elsewhere, and what comes of them is the same', async (t) => {
  const asked = ask(t, rules(RULES));
  const checker = createPolicyChecker();
  const first = await checker.check(asked, noDoubts);
  assert.deepEqual(first, structuredClone(readPolicyText(asked).reading));
  assert.equal(first.shard?.policy.rules.length, RULES);
  assert.equal(first.changes.rules.length, RULES);
  const here = await cpuMs(() => readPolicyText(asked));
  const away = await cpuMs(() => checker.check(asked, noDoubts));
  assert.ok(away < here / 3, `${away.toFixed(0)} ms of this thread for what takes ${here.toFixed(0)} ms`);
});

test('what is doubted is said where it is written, of the text that was read last', async (t) => {
  const checker = createPolicyChecker();
  const doubt = { severity: 'error', path: ['rules', 1, 'servers'], message: 'is doubted', fix: 'Look.' } as const;
  const [one, two] = await Promise.all([
    checker.check(ask(t, rules(3)), async () => [doubt]),
    checker.check(ask(t, `# A line before.\n${rules(3)}`), async () => [{ ...doubt, severity: 'warning' }]),
  ]);
  const said = ({ problems }: typeof one): unknown =>
    problems.map(({ severity, line, path, message, fix }) => [severity, line, path, message, fix]);
  assert.deepEqual(said(one), [['error', 6, 'policy.rules[1].servers', 'is doubted', 'Look.']]);
  assert.deepEqual(said(two), [['warning', 7, 'policy.rules[1].servers', 'is doubted', 'Look.']]);
});

test('of what cannot be used nothing is doubted', async (t) => {
  const reading = await createPolicyChecker().check(ask(t, rules(1, 'alow')), () => assert.fail());
  assert.equal(reading.shard, undefined);
  assert.match(reading.problems[0]?.message ?? '', /allow/);
});

test('a thread that nobody needed for a while is gone, and the next text has another', async (t) => {
  const checker = createPolicyChecker(1);
  const asked = ask(t, rules(2));
  for (let n = 0; n < 3; n++) {
    assert.equal((await checker.check(asked, noDoubts)).shard?.policy.rules.length, 2);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});

test('a doubt that cannot be had does not stand in the way of the next text', async (t) => {
  const checker = createPolicyChecker();
  const asked = ask(t, rules(2));
  await assert.rejects(
    checker.check(asked, () => Promise.reject(new Error('no store'))),
    /no store/,
  );
  assert.equal((await checker.check(asked, noDoubts)).problems.length, 0);
});
