// Alert rules, their pages and docs/doctor.md are no TypeScript: they are held to the table that the overview and doctor go by.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { THRESHOLDS } from '../../src/admin/index.ts';
import { repositoryRoot } from '../harness/gateway.ts';
import { ALERTS_FILE } from './promtool.ts';

const rules = readFileSync(ALERTS_FILE, 'utf8').split(/^ +- alert: /mu);
const ruleOf = (alert: string): string => rules.find((rule) => rule.startsWith(`${alert}\n`)) ?? '';
const read = (page: string): string => readFileSync(join(repositoryRoot, page), 'utf8');
const sectionOf = (code: string): string =>
  read('docs/doctor.md')
    .split(/^### /mu)
    .find((section) => section.startsWith(`${code}\n`)) ?? '';

const { slowServerMs, slowCommitMs, enoughCommits, wrongClockSeconds, certificateSoonMs, lowDiskBytes, fullDiskBytes } = THRESHOLDS;
const days = certificateSoonMs / 86_400_000;

/** The alert, what its rule must hold, its page, the code of the overview, and what both must say. */
const HELD: readonly (readonly [alert: string, rule: readonly string[], page: string, code: string, said: readonly string[]])[] = [
  [
    'SallyportServerSlow',
    ['histogram_quantile(0.95', `> ${slowServerMs / 1_000}\n`],
    'server-slow',
    'server_slow',
    [`${slowServerMs / 1_000} seconds`],
  ],
  [
    'SallyportDiskSlow',
    ['histogram_quantile(0.95', `> ${slowCommitMs / 1_000}\n`, `>= ${enoughCommits}\n`],
    'disk-slow',
    'disk_slow',
    [`${slowCommitMs} ms`, String(enoughCommits)],
  ],
  ['SallyportClock', [`>= ${wrongClockSeconds}\n`], 'clock', 'clock_wrong', [`${wrongClockSeconds} seconds`]],
  ['SallyportServerClock', [`>= ${wrongClockSeconds}\n`], 'server-clock', 'clock_wrong', [`${wrongClockSeconds} seconds`]],
  ['SallyportCertificateEnds', [`< ${days} * 86400\n`], 'certificate-ends', 'certificate_ends', [`${days} days`]],
  ['SallyportServerCertificateEnds', [`< ${days} * 86400\n`], 'server-certificate-ends', 'certificate_ends', [`${days} days`]],
  ['SallyportDiskFilling', [`< ${lowDiskBytes} `], 'disk-filling', 'disk_low', [`${lowDiskBytes / 2 ** 30} GiB`]],
  ['SallyportDiskFull', [`< ${fullDiskBytes}\n`], 'disk-full', 'disk_full', []],
];

for (const [alert, rule, page, code, said] of HELD)
  test(`${alert}, its page and the overview begin at one figure`, () => {
    for (const text of rule) assert.ok(ruleOf(alert).includes(text), `the rule of ${alert} does not hold ${JSON.stringify(text)}`);
    for (const text of said) {
      assert.ok(read(`docs/runbooks/${page}.md`).includes(text), `docs/runbooks/${page}.md does not say ${text}`);
      assert.ok(sectionOf(code).includes(text), `docs/doctor.md does not say ${text} of ${code}`);
    }
  });

test('the console warns of a certificate as early as the overview', () => {
  assert.ok(read('console/src/pages/servers/Probe.tsx').includes(`END_SOON_MS = ${days} * 86_400_000`));
});
