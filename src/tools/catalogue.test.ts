import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { createCatalogue } from './catalogue.ts';
import type { Catalogue, Sighting } from './catalogue.ts';
import { digestOfPins } from './pins.ts';
import type { Pin, Withheld } from './pins.ts';

const shape = (name: string, fingerprint: string): Sighting => ({ kind: 'tool', name, fingerprint });

describe('what one worker knows', () => {
  let nowMs: number;
  let catalogue: Catalogue;
  let told: number;
  beforeEach(() => {
    nowMs = 0;
    told = 0;
    catalogue = createCatalogue({ nowMs: () => nowMs, verify: () => true, onDoubted: () => told++ });
    adopt({ read: ['v1'], write: ['w1'] });
  });

  function adopt(tools: Readonly<Record<string, readonly string[]>>, withheld: readonly Withheld[] = []): void {
    const pins: readonly Pin[] = Object.entries(tools).map(([name, fingerprints]) => ({ kind: 'tool', name, fingerprints }));
    const signed = { server: 's', version: 1, pins, digest: digestOfPins(pins), signature: '' };
    assert.equal(catalogue.adopt({ server: 's', pins: signed, withheld, guesses: [], fault: undefined }), undefined);
  }

  test('a list is fresh as long as it says, within bounds', () => {
    catalogue.fresh('s', 'tool', 1, 0);
    nowMs = 9_999;
    assert.equal(catalogue.isFresh('s', 'tool'), true);
    nowMs = 10_000;
    assert.equal(catalogue.isFresh('s', 'tool'), false);
  });

  test('a list that was doubted while it was read is not fresh', () => {
    const doubts = catalogue.doubtsOf('s', 'tool');
    catalogue.doubt('s', 'tool', 'here');
    catalogue.fresh('s', 'tool', 0, doubts);
    assert.deepEqual([catalogue.isFresh('s', 'tool'), catalogue.isDoubted('s', 'tool')], [false, true]);
    catalogue.fresh('s', 'tool', 0, catalogue.doubtsOf('s', 'tool'));
    assert.deepEqual([catalogue.isFresh('s', 'tool'), catalogue.isDoubted('s', 'tool')], [true, false]);
  });

  test('a list of which nobody knows when it was asked for takes no doubt away', () => {
    catalogue.fresh('s', 'tool', 0, undefined);
    assert.equal(catalogue.isFresh('s', 'tool'), true);
    catalogue.doubt('s', 'tool', 'elsewhere');
    catalogue.fresh('s', 'tool', 0, undefined);
    assert.deepEqual([catalogue.isFresh('s', 'tool'), catalogue.isDoubted('s', 'tool')], [false, true]);
  });

  test('other workers hear of each change that a server speaks of here', () => {
    catalogue.doubt('s', 'tool', 'here');
    catalogue.doubt('s', 'tool', 'here');
    catalogue.doubt('s', 'tool', 'elsewhere');
    assert.equal(told, 2);
  });

  test('what control has not heard of counts as changed, and only that', () => {
    catalogue.fresh('s', 'tool', 0, undefined);
    catalogue.suspect('s', 'tool', [shape('read', 'v2'), shape('write', 'w1'), shape('new', 'n1')]);
    assert.equal(catalogue.isFresh('s', 'tool'), false);
    assert.deepEqual(
      ['read', 'write', 'new'].map((name) => catalogue.standing('s', 'tool', name)),
      ['changed', 'approved', 'unknown'],
    );
  });

  test('and does so whatever control says of other things, until it is settled, put back or approved', () => {
    const suspected = (): boolean => {
      catalogue.suspect('s', 'tool', [shape('read', 'v2')]);
      adopt({ read: ['v1'], write: ['w2'] });
      return catalogue.standing('s', 'tool', 'read') === 'changed';
    };
    assert.equal(suspected(), true);
    catalogue.settled('s', [shape('write', 'w2')]);
    assert.equal(catalogue.standing('s', 'tool', 'read'), 'changed');
    catalogue.settled('s', [shape('read', 'v1')]);
    assert.equal(catalogue.standing('s', 'tool', 'read'), 'approved');
    assert.equal(suspected(), true);
    adopt({ read: ['v1', 'v2'] });
    assert.equal(catalogue.standing('s', 'tool', 'read'), 'approved');
  });
});
