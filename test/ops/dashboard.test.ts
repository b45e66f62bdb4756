// The dashboard that is shipped asks for nothing that there is not, in expressions that Prometheus can read.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { METRICS } from '../../src/telemetry/definitions.ts';
import { repositoryRoot } from '../harness/gateway.ts';
import { metricsIn, scrapedNames } from './metric-names.ts';
import { ALERTS_FILE, checkRules, promtoolMissing } from './promtool.ts';

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(
  readFileSync(join(repositoryRoot, 'ops', 'grafana', 'dashboard.json'), 'utf8'),
);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const recorded: readonly string[] = parse(readFileSync(ALERTS_FILE, 'utf8')).groups.flatMap(
  ({ rules }: { readonly rules: readonly { readonly record?: string }[] }) => rules.flatMap(({ record }) => record ?? []),
);

test('every panel says what it shows, and asks for something', () => {
  assert.ok(panels.length > 20);
  for (const { title, description, targets } of panels) assert.ok(description && (targets?.length ?? 0) > 0, title);
});

test('panels do not lie on each other', () => {
  const taken = new Map<string, string>();
  for (const { title, gridPos } of panels) {
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.equal(taken.get(`${x} ${y}`), undefined, `${title} lies on ${taken.get(`${x} ${y}`)}`);
        taken.set(`${x} ${y}`, title);
      }
  }
});

test('every metric is one of ours, under labels that it has', () => {
  const known = new Set([...scrapedNames(), ...recorded]);
  for (const expr of expressions) for (const name of metricsIn(expr)) assert.ok(known.has(name), `${name}, in ${expr}`);
  const labels = new Set([...Object.values(METRICS).flatMap((one) => one.labels.map((label) => label.replaceAll('.', '_'))), 'le']);
  for (const expr of expressions)
    for (const [, list = ''] of expr.matchAll(/\bby \(([^)]*)\)/g))
      for (const label of list.split(',')) assert.ok(labels.has(label.trim()), `${label.trim()}, in ${expr}`);
});

test('promtool can read every expression', { skip: promtoolMissing() ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'));
  try {
    const file = join(folder, 'rules.yaml');
    const rules = expressions.map((expr, i) => ({
      record: `panel:expression:${i}`,
      expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$server', '.*'),
    }));
    writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    assert.equal(checkRules(file), '');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
