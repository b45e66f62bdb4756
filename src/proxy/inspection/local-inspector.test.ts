import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Found, Progress, Scan } from '../../inspection/index.ts';
import { notLookedInto } from './inspector.ts';
import { createLocalInspector } from './local-inspector.ts';

const FOUND: Found = {
  type: 'x',
  class: 'custom',
  confidence: 'high',
  kind: 'string',
  start: 1,
  end: 2,
  path: '$',
  layers: [],
};

/** Finds something in every message, at its end; throws where it reads an exclamation mark. */
function fakeScan(): Scan {
  let seen = 0;
  return {
    push: (chunk) => {
      if (chunk.includes(0x21)) throw new Error('boom');
      seen += chunk.length;
      return { decided: seen - 1, found: [] };
    },
    end: () => ({ decided: seen, found: [FOUND] }),
  };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('a whole message is looked into before the call returns', () => {
  const answers: (readonly Found[])[] = [];
  createLocalInspector(fakeScan).look(bytes('abc'), 'answer', (found) => answers.push(found));
  assert.deepEqual(answers, [[FOUND]]);
});

test('a detector that crashes is a finding, of a whole message and of a stream', () => {
  const inspector = createLocalInspector(fakeScan);
  inspector.look(bytes('a!'), 'answer', (found) => assert.deepEqual(found, [notLookedInto('failed')]));
  const said: Progress[] = [];
  const stream = inspector.open('answer');
  stream.push(bytes('abc'), (progress) => said.push(progress));
  stream.push(bytes('!'), (progress) => said.push(progress));
  stream.push(bytes('de'), (progress) => said.push(progress));
  stream.end((progress) => said.push(progress));
  assert.deepEqual(said, [
    { decided: 2, found: [] },
    { decided: 4, found: [notLookedInto('failed')] },
    { decided: 6, found: [] },
    { decided: 6, found: [] },
  ]);
});

test('a scan that cannot begin is a finding', () => {
  const inspector = createLocalInspector(() => {
    throw new Error('no engine');
  });
  inspector.look(bytes('a'), 'request', (found) => assert.deepEqual(found, [notLookedInto('failed')]));
});

test('an abandoned stream says nothing more', () => {
  const stream = createLocalInspector(fakeScan).open('answer');
  stream.abandon();
  stream.push(bytes('abc'), () => assert.fail());
  stream.end(() => assert.fail());
});
