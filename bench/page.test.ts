// What the page about performance is filled with.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { barChart } from './bar-chart.ts';
import { between, profileSection } from './page.ts';

test('page: what is between the marks is replaced, and nothing else', () => {
  const page = 'before\n<!-- figures: generated, do not edit -->\nold\n<!-- figures: end -->\nbehind';
  const made = between(page, 'figures', 'new');
  assert.equal(made, 'before\n<!-- figures: generated, do not edit -->\n\nnew\n\n<!-- figures: end -->\nbehind');
  assert.equal(between(made, 'figures', 'new'), made);
  assert.throws(() => between('', 'figures', 'new'), /no marks/);
});

test('page: docs/performance.md has both marks', () => {
  const page = readFileSync(new URL('../docs/performance.md', import.meta.url), 'utf8');
  for (const name of ['figures', 'profile']) assert.notEqual(between(page, name, 'x'), page);
});

test('page: ten lines of a profile, most first, with what there is', () => {
  const section = profileSection({
    samples: 3,
    folders: [{ name: 'http', share: 0.5 }],
    files: [],
    functions: [{ name: 'a|b', share: 0.25 }],
  });
  assert.match(section, /\| http 50\.0 % \| {2}\| a\\\|b 25\.0 % \|/);
});

test('chart: bars as long as their values, a mark, and nothing that could be markup', () => {
  const bars = [
    { label: 'HAProxy <1>', value: 20, isOurs: false },
    { label: 'ours', value: 40, isOurs: true },
  ];
  const svg = barChart(bars, { title: 'CPU', unit: 'µs', mark: { value: 50, label: '2.5 ×' } });
  assert.match(svg, /HAProxy &lt;1>/);
  assert.match(svg, /class="b"[^>]*width="140"/);
  assert.match(svg, /class="o"[^>]*width="280"/);
  assert.match(svg, /prefers-color-scheme:dark/);
  assert.match(svg, /2\.5 ×/);
});
