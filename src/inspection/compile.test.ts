import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { compileDetectors } from './compile.ts';
import type { CompileOptions } from './compile.ts';
import { BUILT_IN } from './detectors/index.ts';
import { patternMistake } from './pattern.ts';
import type { Detector } from './types.ts';

const GOOD: Detector = {
  name: 'ticket',
  class: 'custom',
  confidence: 'high',
  anchors: { kind: 'literals', literals: ['TCK-'] },
  pattern: 'TCK-\\d{6}',
};

/** What is said about an operator's detectors: the member, and the sentence. */
function saysOf(own: readonly Detector[], options: CompileOptions = {}): readonly string[] {
  const compiled = compileDetectors([], { sweeps: [], readers: [], own, ...options });
  return compiled.ok ? [] : compiled.error.map(({ field, say }) => `${field}: ${say}`);
}

describe('detectors', () => {
  test('that come with the gateway compile', () => {
    const compiled = compileDetectors(BUILT_IN);
    assert.deepEqual(compiled.ok ? [] : compiled.error, []);
    for (const { name, pattern } of BUILT_IN) if (pattern !== undefined) assert.equal(patternMistake(pattern), undefined, name);
  });

  test('of an operator compile', () => {
    assert.deepEqual(saysOf([GOOD]), []);
    assert.deepEqual(saysOf([{ ...GOOD, anchors: { kind: 'run', run: 'digits', min: 6 }, pattern: undefined }]), []);
    assert.deepEqual(saysOf([{ ...GOOD, anchors: { kind: 'name', literals: ['ticket'] }, before: 256, after: 8192 }]), []);
  });

  const refused: readonly (readonly [string, Detector, RegExp])[] = [
    ['no anchor', { ...GOOD, anchors: { kind: 'literals', literals: [] } }, /^anchors: there is no anchor/],
    ['a short anchor', { ...GOOD, anchors: { kind: 'literals', literals: ['TCK-', 'TC'] } }, /^anchors: an anchor is shorter than 3 bytes/],
    ['a long anchor', { ...GOOD, anchors: { kind: 'literals', literals: ['T'.repeat(129)] } }, /^anchors: an anchor is longer than 128/],
    ['a control character', { ...GOOD, anchors: { kind: 'literals', literals: ['ab\u0000c'] } }, /^anchors: an anchor must be text/],
    [
      'too many anchors',
      { ...GOOD, anchors: { kind: 'literals', literals: Array.from({ length: 201 }, (_, n) => `TCK${n}`) } },
      /more than 200/,
    ],
    ['a short run', { ...GOOD, anchors: { kind: 'run', run: 'hex', min: 2 } }, /^anchors: the shortest run must be .* from 6 to 1024/],
    ['a run that is none', { ...GOOD, anchors: { kind: 'run', run: 'hex', min: Number.NaN } }, /^anchors: the shortest run/],
    ['no RE2 pattern', { ...GOOD, pattern: 'TCK-(?=\\d)' }, /^pattern: the pattern is not RE2 syntax/],
    ['a pattern for nothing', { ...GOOD, pattern: '(?:TCK)?' }, /^pattern: the pattern can match the empty text/],
    ['a window that is too wide', { ...GOOD, before: 257 }, /^before: before must be a whole number up to 256/],
    ['a window that is too long', { ...GOOD, after: 8193 }, /^after: after must be a whole number up to 8192/],
    ['a window that is none', { ...GOOD, after: -1 }, /^after: /],
    ['an unknown validator', { ...GOOD, validator: 'oracle' }, /^validator: there is no validator "oracle"/],
    ['a name that is none', { ...GOOD, name: 'Ticket No' }, /^name: the name must be/],
  ];
  for (const [what, detector, expected] of refused) {
    test(`are refused with ${what}`, () => {
      const says = saysOf([detector]);
      assert.equal(says.length, 1, says.join('; '));
      assert.match(says[0] ?? '', expected);
    });
  }

  test('are refused with a name that is taken: by another, by what comes with the gateway, by what sweeps and readers find', () => {
    assert.match(saysOf([GOOD, GOOD]).join(), /^name: the name "ticket" is taken/);
    const sweep = { finds: [{ name: 'ticket', class: 'hidden', confidence: 'high' }], needs: ['wide'], run: () => {} } as const;
    assert.match(saysOf([GOOD], { sweeps: [sweep] }).join(), /^name: the name "ticket" is taken/);
    const compiled = compileDetectors([GOOD], { sweeps: [], readers: [], own: [GOOD] });
    assert.deepEqual(compiled.ok ? undefined : compiled.error.map(({ list, index, name }) => ({ list, index, name })), [
      { list: 'own', index: 0, name: 'ticket' },
    ]);
  });

  test('are all told what is wrong with them', () => {
    assert.equal(saysOf([{ ...GOOD, name: '', before: 1.5, validator: 'x' }, GOOD, { ...GOOD, name: 'b', pattern: '(' }]).length, 4);
  });

  test('are not more than 500', () => {
    const many = Array.from({ length: 501 }, (_, n): Detector => ({ ...GOOD, name: `n${n}`, pattern: undefined }));
    assert.match(saysOf(many).join(), /more than 500 detectors/);
  });
});

describe('canaries', () => {
  const saysOfCanaries = (canaries: Readonly<Record<string, string>>): readonly string[] => saysOf([GOOD], { canaries });

  test('are values that nobody writes by chance', () => {
    assert.deepEqual(saysOfCanaries({ payroll: 'a planted value' }), []);
    assert.match(saysOfCanaries({ payroll: 'short' }).join(), /canary "payroll" is shorter than 8 bytes/);
    assert.match(saysOfCanaries({ payroll: 'x'.repeat(513) }).join(), /canary "payroll" is longer than 512 bytes/);
  });

  test('have names of their own', () => {
    assert.match(saysOfCanaries({ ticket: 'a planted value' }).join(), /has the name of a detector/);
    assert.match(saysOfCanaries({ 'Pay Roll': 'a planted value' }).join(), /needs a name of lowercase letters/);
  });

  test('are never written into what is said about them', () => {
    assert.doesNotMatch(saysOfCanaries({ ticket: 'planted', x: 'planted', 'No No': 'planted' }).join(), /planted/);
  });
});

describe('an engine', () => {
  test('knows everything that it may find, by the numbers of its hits', () => {
    const compiled = compileDetectors([GOOD], {
      own: [{ ...GOOD, name: 'mine' }],
      canaries: { planted: 'a planted value' },
      readers: [
        {
          finds: [{ name: 'read', class: 'payment', confidence: 'high' }],
          anchors: { kind: 'run', run: 'digits', min: 9 },
          before: 0,
          after: 0,
          read: () => {},
        },
      ],
      sweeps: [{ finds: [{ name: 'swept', class: 'hidden', confidence: 'low' }], needs: ['wide'], run: () => {} }],
    });
    assert.deepEqual(compiled.ok && compiled.value.detectors.map(({ name }) => name), ['ticket', 'mine', 'planted', 'read', 'swept']);
  });

  test('says how far it looks around a passage', () => {
    const far: Detector = { ...GOOD, before: 200, after: 5000 };
    const compiled = compileDetectors([far], { sweeps: [], readers: [] });
    assert.ok(compiled.ok);
    assert.equal(compiled.value.maxMatchBytes, 200 + 200 + 4 + 5000);
    assert.equal(compiled.value.lookBehindBytes, 1024 + 200);
  });
});
