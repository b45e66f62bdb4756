// Whose a sample is.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readShares, type Share } from './shares.ts';

const SAMPLES = `sallyport worke  101
            7f01 __memmove_avx_unaligned
            7f02 Builtins_ArrayMap
            7f03 JS:*scan file:///tmp/program/src/inspection/literals.ts:50:10
            7f04 JS:^carry file:///tmp/program/src/proxy/pipeline.ts:12:3

sallyport worke  101
            7f03 JS:~ file:///tmp/program/src/inspection/layers/marks.ts:7:1

sallyport worke  101
            7f05 v8::internal::Heap::Scavenge
            7f03 JS:*scan file:///tmp/program/src/inspection/literals.ts:50:10

sallyport worke  101
            7f06 SSL_read
            7f07 node::crypto::TLSWrap::ClearOut

sallyport worke  101
            7f08 JS:*onWriteComplete node:internal/stream_base_commons:80:25

node-V8Worker  103
            7f09 v8::internal::Scavenger::Process
`;

const named = (shares: readonly Share[]): Readonly<Record<string, number>> =>
  Object.fromEntries(shares.map(({ name, share }) => [name, Number(share.toFixed(3))]));

test('shares: the nearest function of ours is charged with what was done for it, and what nobody asked for is named', () => {
  const { samples, folders, files, functions } = readShares(SAMPLES.split('\n'));
  assert.equal(samples, 6);
  assert.deepEqual(named(folders), {
    inspection: 0.333,
    'Node itself': 0.333,
    'garbage collection on the main thread': 0.167,
    'thread node-V8Worker': 0.167,
  });
  assert.equal(named(files)['inspection/layers/marks.ts'], 0.167);
  assert.equal(named(files)['TLSWrap::'], 0.167);
  assert.equal(named(functions)['inspection/literals.ts scan:50'], 0.167);
  assert.equal(named(functions)['node:internal/stream_base_commons onWriteComplete'], 0.167);
});

test('shares: nothing sampled is nothing', () => {
  assert.deepEqual(readShares([]), { samples: 0, folders: [], files: [], functions: [] });
});
