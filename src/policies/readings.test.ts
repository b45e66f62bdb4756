import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readings } from './readings.ts';

const resolved: readonly (readonly [uri: string, others: readonly string[]])[] = [
  ['demo://resource/static/1', []],
  ['Demo://Resource/A', []],
  ['mailto:ada', []],
  ['plain', []],
  ['', []],
  ['file:///a/../b', ['file:///b']],
  ['file:///a/./b', ['file:///a/b']],
  ['file:///a/b/..', ['file:///a/']],
  ['file:///a/b/.', ['file:///a/b/']],
  ['file:///../../b', ['file:///b']],
  ['file:///..', ['file:///']],
  ['file:///a//b', ['file:///a/b']],
  ['file:////a', ['file:///a']],
  ['file:///a/', []],
  ['file:///a\\..\\b', ['file:///b']],
  ['file:///a\\b', ['file:///a/b']],
  ['urn:a/../b', ['urn:b']],
  ['a/../b', ['b']],
  ['x://host', []],
  ['x://a?u=/../b', ['x://a?u=/b']],
  ['x://h/a?u=/../b', ['x://h/b']],
  ['file:///%61', ['file:///a']],
  ['file:///a/%2e%2e/b', ['file:///a/../b', 'file:///b']],
  ['file:///a/%252e%252e/b', ['file:///a/%2e%2e/b', 'file:///a/../b', 'file:///b']],
  ['file:///a%2f..%2fb', ['file:///a/../b', 'file:///b']],
  ['file:///a%3F/../b', ['file:///b', 'file:///a?/../b']],
  ['file:///%C3%A4', ['file:///ä']],
  ['file:///%FF%2e', ['file:///%FF.']],
  ['file:///100%', []],
  ['file:///%zz', []],
];
for (const [uri, others] of resolved) {
  test(`the URI ${JSON.stringify(uri)} ${others.length === 0 ? 'reads in one way' : `also reads ${others.join(' and ')}`}`, () => {
    const all = readings(uri);
    assert.ok(all);
    assert.equal(all.resolved[0], uri, 'as sent comes first');
    assert.deepEqual(all.resolved.slice(1).sort(), [...others].sort());
  });
}

test('only the folded readings have scheme and host in lower case', () => {
  const all = readings('FILE://Host/Public/%2E%2E/Secret');
  assert.deepEqual(all?.resolved, ['FILE://Host/Public/%2E%2E/Secret', 'FILE://Host/Public/../Secret', 'FILE://Host/Secret']);
  assert.deepEqual(all?.folded, ['file://host/Public/%2E%2E/Secret', 'file://host/Public/../Secret', 'file://host/Secret']);
});

test('a URI encoded too often has no readings', () => {
  assert.ok(readings('x:%252541'), 'three rounds are followed');
  assert.equal(readings('x:%25252541'), undefined);
});
