// Where servers must not be sent, and what must not run by being shown: in every spelling that leads there, and not in what only looks like it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileDetectors } from '../compile.ts';
import { searchText } from '../search-text.ts';
import type { Surface } from '../types.ts';
import { ACTIVE, IMAGES } from './active.ts';
import type { Samples } from './personal.fixture.ts';
import { TARGETS, URLS } from './targets.ts';
import { ACTIVE_NEAR_MISSES, ACTIVE_SAMPLES, TARGET_NEAR_MISSES, TARGET_SAMPLES } from './urls.fixture.ts';

const compiled = compileDetectors([...TARGETS, ...ACTIVE], { readers: [URLS, IMAGES], sweeps: [] });
assert.ok(compiled.ok);
const engine = compiled.value;

function found(text: string, surface: Surface, key = ''): readonly string[] {
  return searchText(engine, text, surface, key).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}

function hasType(text: string, surface: Surface, type: string, key = ''): boolean {
  return found(text, surface, key).some((one) => one.startsWith(`${type} `));
}

function testAll(surface: Surface, samples: Samples, nearMisses: Samples): void {
  for (const [type, texts] of Object.entries(samples)) {
    test(`${type}: in all its spellings`, () => {
      for (const marked of texts) {
        const text = marked.replaceAll(/[‹›]/g, '');
        const value = marked.slice(marked.indexOf('‹') + 1, marked.indexOf('›'));
        const all = found(text, surface);
        assert.ok(all.includes(`${type} ${value}`), `${marked}: found ${all.join(', ') || 'nothing'}`);
      }
    });
    test(`${type}: not what only looks like it`, () => {
      assert.notEqual(nearMisses[type]?.length ?? 0, 0);
      for (const text of nearMisses[type] ?? []) assert.ok(!hasType(text, surface, type), `${text}: ${found(text, surface).join(', ')}`);
    });
  }
}

describe('targets of requests', () => {
  testAll('request', TARGET_SAMPLES, TARGET_NEAR_MISSES);

  test('an answer may speak of any address', () => {
    for (const texts of Object.values(TARGET_SAMPLES))
      for (const text of texts)
        assert.deepEqual(
          found(text, 'answer').filter((one) => /address|host|scheme|rebinding|deceptive/.test(one.split(' ')[0] ?? '')),
          [],
        );
  });
});

describe('active content of answers', () => {
  testAll('answer', ACTIVE_SAMPLES, ACTIVE_NEAR_MISSES);

  test('requests are not shown to anybody', () => {
    for (const texts of Object.values(ACTIVE_SAMPLES)) {
      for (const text of texts)
        assert.ok(!found(text, 'request').some((one) => ACTIVE.some(({ name }) => one.startsWith(`${name} `))), text);
    }
  });

  test('an app that would reach anybody: its policy is found by the names of its lists', () => {
    for (const source of [
      '*',
      'https:',
      'https://*',
      'http:',
      'data:',
      "'unsafe-eval'",
      '*.com',
      '*.workers.dev',
      'https://*.ngrok.io:*',
      'wss:',
    ]) {
      assert.ok(hasType(source, 'answer', 'app-page-reach', 'connectDomains'), source);
    }
    for (const key of ['resourceDomains', 'frameDomains', 'baseUriDomains']) assert.ok(hasType('*', 'answer', 'app-page-reach', key), key);
    for (const source of ['https://api.example.com', 'https://*.example.com', "'self'"]) {
      assert.ok(!hasType(source, 'answer', 'app-page-reach', 'connectDomains'), source);
    }
    assert.ok(!hasType('*', 'answer', 'app-page-reach', 'allowedDomains'));
  });
});

test('every detector has samples and near misses', () => {
  const names = [...TARGETS, ...ACTIVE, ...URLS.finds, ...IMAGES.finds].map(({ name }) => name);
  const sampled = new Set([...Object.keys(TARGET_SAMPLES), ...Object.keys(ACTIVE_SAMPLES), 'app-page-reach']);
  assert.deepEqual(
    names.filter((name) => !sampled.has(name)),
    [],
  );
});
