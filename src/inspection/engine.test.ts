import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_INSPECTION } from './actions.ts';
import { BUILT_IN_TYPES, createEngine } from './engine.ts';
import { SWEEPS } from './detectors/index.ts';
import { createScan } from './scan.ts';
import type { InspectionDocument } from './types.ts';

const swept = SWEEPS.flatMap(({ finds }) => finds.map(({ name }) => name));

function compiled(change: Partial<InspectionDocument>) {
  const engine = createEngine({ ...DEFAULT_INSPECTION, ...change });
  assert(engine.ok, engine.ok ? '' : JSON.stringify(engine.error));
  return engine.value;
}

function typesIn(text: string, change: Partial<InspectionDocument>): readonly string[] {
  const scan = createScan(compiled(change), { surface: 'answer' });
  const { found } = scan.push(Buffer.from(JSON.stringify({ text })));
  return [...found, ...scan.end().found].map(({ type }) => type);
}

test('by default everything that comes with the gateway is looked for', () => {
  const names = compiled({}).detectors.map(({ name }) => name);
  assert.deepEqual(new Set(names), new Set(BUILT_IN_TYPES.map(({ name }) => name)));
});

test('what is left out is not looked for, by name or by glob; the rest is', () => {
  const [first = ''] = swept;
  const names = compiled({ without: [first] }).detectors.map(({ name }) => name);
  assert(!names.includes(first));
  assert.deepEqual(new Set([...names, first]), new Set(compiled({}).detectors.map(({ name }) => name)));
  assert.deepEqual(compiled({ without: ['*'] }).detectors, []);
});

test('where nothing is looked for, nothing is read, and nothing could not be looked into', () => {
  const scan = createScan(compiled({ without: ['*'] }), { surface: 'answer', maxSteps: 1 });
  const pieces = ['{"nested":', '['.repeat(10_000), '\u200b', ']'.repeat(10_000)].map((text) => Buffer.from(text));
  let passed = 0;
  for (const piece of pieces) assert.deepEqual(scan.push(piece), { decided: (passed += piece.length), found: [] });
  assert.deepEqual(scan.end(), { decided: passed, found: [] });
});

test('types of a sweep keep their names when others of it are left out', () => {
  const zeroWidth = 'one\u200btwo';
  const [type = ''] = typesIn(zeroWidth, {});
  assert.notEqual(type, '');
  assert.deepEqual(typesIn(zeroWidth, { without: swept.filter((name) => name !== type) }), [type]);
  assert.deepEqual(typesIn(zeroWidth, { without: [type] }), []);
});

test('canaries and own detectors are looked for', () => {
  const planted = 'planted-value-of-this-test';
  assert.deepEqual(typesIn(`it says ${planted}.`, { canaries: { honey: planted } }), ['honey']);
  const own = {
    name: 'ticket',
    class: 'custom',
    anchors: { kind: 'literals', literals: ['TICKET-'] },
    pattern: 'TICKET-[0-9]{4}',
  } as const;
  assert.deepEqual(typesIn('see TICKET-1234', { detectors: [{ ...own, confidence: 'medium' }] }), ['ticket']);
});

test('what is wrong with them is said', () => {
  const refused = createEngine({ ...DEFAULT_INSPECTION, canaries: { honey: '' } });
  assert(!refused.ok && refused.error[0]?.list === 'canaries');
});
