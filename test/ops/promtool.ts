// Runs Prometheus' own tool over the alert rules that are shipped, with series that a test gives.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../harness/gateway.ts';

/** The rules that are shipped. */
export const ALERTS_FILE = join(repositoryRoot, 'ops', 'prometheus', 'alerts.yaml');

/** Seconds between two samples: what the rules want at most. */
export const STEP_S = 30;

/** Values in the notation of promtool: `1x40` is 1 and 40 times more, `0+2x40` grows by 2, `1 2 3` are three samples. */
export type Series = Readonly<Record<string, string>>;

/** Why there is no promtool here; undefined: there is. */
export function promtoolMissing(): string | undefined {
  return spawnSync('promtool', ['--version']).error === undefined ? undefined : 'promtool is not installed: apt-get install prometheus';
}

/** Checks the rules themselves; gives what is wrong with them. */
export function checkRules(file: string): string {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', file], { encoding: 'utf8' });
  return status === 0 ? '' : stdout + stderr;
}

/** What is scraped, and which alerts must fire, and no others, after so many samples. */
export interface Scenario {
  readonly name: string;
  readonly series: Series;
  readonly samples: number;
  readonly expected: readonly string[];
}

/** Plays scenarios; gives what promtool says where other alerts fire than should. */
export function wrongAlerts(scenarios: readonly Scenario[], stepS = STEP_S): string {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const file = join(folder, 'test.yaml');
    const tests = scenarios.map(({ name, series, samples, expected }) => ({
      name,
      interval: `${stepS}s`,
      input_series: Object.entries(series).map(([one, values]) => ({ series: withInstance(one), values })),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"}) > 0',
          eval_time: `${samples * stepS}s`,
          exp_samples: expected.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
        },
      ],
    }));
    writeFileSync(file, JSON.stringify({ rule_files: [ALERTS_FILE], evaluation_interval: `${stepS}s`, tests }));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    return status === 0 ? '' : stdout + stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A gateway that is scraped has an address. */
function withInstance(series: string): string {
  if (series.includes('instance=')) return series;
  return series.includes('{') ? series.replace('{', '{instance="gateway",') : `${series}{instance="gateway"}`;
}
