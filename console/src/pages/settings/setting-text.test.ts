import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SettingView } from '../../api/contract.ts';
import { describeSource, showValue, sourceTone } from './setting-text.ts';

test('shows a value on one line', () => {
  assert.deepEqual(
    [showValue('x'), showValue(''), showValue(['a', 'b']), showValue({ a: 1 }), showValue(null), showValue(false), showValue([])],
    ['x', '""', 'a, b', '{"a":1}', 'null', 'false', '[]'],
  );
});

test('says where it comes from', () => {
  assert.equal(describeSource({ kind: 'default' }), 'default');
  assert.equal(describeSource({ kind: 'command-line', option: '--data' }), '--data');
  const file: SettingView['source'] = { kind: 'file', file: '/etc/sallyport/sallyport.yaml', line: 12, variables: [] };
  assert.equal(describeSource(file), 'sallyport.yaml:12');
  assert.equal(describeSource({ ...file, variables: ['TOKEN'] }), 'sallyport.yaml:12, TOKEN');
  assert.deepEqual(
    [sourceTone({ kind: 'default' }), sourceTone(file), sourceTone({ ...file, variables: ['TOKEN'] })],
    ['neutral', 'accent', 'info'],
  );
});
