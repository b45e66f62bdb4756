import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Found, Scan } from '../../inspection/index.ts';
import { notLookedInto } from './inspector.ts';
import { lookInto } from './look-into.ts';

const found = (start: number): Found => ({
  type: 'x',
  class: 'custom',
  confidence: 'high',
  kind: 'string',
  start,
  end: start + 1,
  path: '$',
  layers: [],
});

/** Finds something when it is given something, and something at the end; throws where it reads an exclamation mark. */
function fakeScan(): Scan {
  let seen = 0;
  return {
    push: (chunk) => {
      if (chunk.includes(0x21)) throw new Error('boom');
      seen += chunk.length;
      return { decided: seen - 1, found: [found(0)] };
    },
    end: () => ({ decided: seen, found: [found(seen - 1)] }),
  };
}

test('all that is found is said, also what is decided only at the end', () => {
  assert.deepEqual(lookInto(Buffer.from('abc'), 'answer', fakeScan), [found(0), found(2)]);
});

test('a detector that crashes is a finding, and so is a scan that cannot begin', () => {
  assert.deepEqual(lookInto(Buffer.from('a!'), 'answer', fakeScan), [notLookedInto('failed')]);
  const none = (): Scan => {
    throw new Error('no engine');
  };
  assert.deepEqual(lookInto(Buffer.from('a'), 'request', none), [notLookedInto('failed')]);
});
