// Arguments made to keep a worker busy with one condition: huge lists, texts that make patterns backtrack, loops in loops. Whatever comes,
// a condition ends within its steps; these are counted, so that the tests say the same on every machine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileCondition, createSteps, Failure, MAX_STEPS } from '../../src/policies/condition/index.ts';
import type { Facts } from '../../src/policies/condition/index.ts';

const facts = (args: Facts['args']): Facts => ({
  agent: { name: 'mallory', groups: [], attributes: {}, tenant: 'default' },
  server: { name: 's' },
  tool: { name: 't', labels: [], class: 'standard' },
  args,
  request: { time: new Date(0), era: 'modern', source: '192.0.2.1', listener: 'main' },
});

const run = (text: string, args: Facts['args']): { readonly held: boolean | Failure; readonly spent: number } => {
  const compiled = compileCondition(text);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const steps = createSteps();
  const held = compiled.value.holds(facts(args), steps);
  return { held, spent: MAX_STEPS - steps.left };
};

const numbers = (length: number): readonly number[] => Array.from({ length }, (_, i) => i);

const exhausting: readonly (readonly [what: string, text: string, args: Facts['args']])[] = [
  ['a list of a million elements', 'args.list.all(x, x >= 0)', { list: numbers(1_000_000) }],
  ['a list of a million elements, of which none decides', 'args.list.exists(x, x == "no")', { list: numbers(1_000_000) }],
  ['a list of a million elements that all fail', 'args.list.exists(x, x.a == 1)', { list: numbers(1_000_000) }],
  ['a list filtered and mapped', 'args.list.filter(x, x > 1).map(x, x + 1) == []', { list: numbers(100_000) }],
  ['a look-up in a huge list', '"no" in args.list', { list: numbers(1_000_000) }],
  ['two huge lists compared', 'args.a == args.b', { a: numbers(100_000), b: numbers(100_000) }],
  ['a list looked through for each of its elements', 'args.list.all(x, !(x + 1000000 in args.list))', { list: numbers(2_000) }],
  [
    'a text grown in a loop',
    'args.list.map(x, args.text + args.text).all(x, x + x + x + x != "")',
    { list: numbers(1_000), text: 'a'.repeat(100_000) },
  ],
  ['a needle that nearly fits everywhere', 'args.text.contains(args.part)', { text: 'a'.repeat(100_000), part: `${'a'.repeat(1000)}b` }],
  ['a huge text against a pattern', 'args.text.matches("(a+)+$")', { text: `${'a'.repeat(500_000)}!` }],
  [
    'a pattern over every element',
    'args.list.all(x, x.matches("([a-z]*)*$"))',
    { list: Array.from({ length: 10_000 }, () => 'a'.repeat(200)) },
  ],
  ['times read over and over', 'args.list.all(x, request.time.getHours("Europe/Berlin") < 24)', { list: numbers(10_000) }],
];
for (const [what, text, args] of exhausting) {
  test(`${what}: the condition gives up`, () => {
    const { held } = run(text, args);
    assert.ok(held instanceof Failure);
    assert.match(held.reason, /takes more than \d+ steps/);
  });
}

const harmless: readonly (readonly [what: string, text: string, args: Facts['args'], expected: boolean])[] = [
  // With a backtracking engine each of these two takes longer than anybody waits.
  ['nested quantifiers over a text that nearly matches', 'args.text.matches("^(a+)+$")', { text: `${'a'.repeat(2000)}!` }, false],
  ['alternatives that overlap', 'args.text.matches("^(a|a|aa)+$")', { text: `${'a'.repeat(2000)}!` }, false],
  ['a loop over two kilobytes', 'args.list.all(x, x.size() == 1)', { list: Array.from({ length: 512 }, () => 'a') }, true],
];
for (const [what, text, args, expected] of harmless) {
  test(`${what}: has its answer within the steps`, () => {
    const { held, spent } = run(text, args);
    assert.equal(held, expected);
    assert.ok(spent > 0 && spent <= MAX_STEPS);
  });
}

test('loops in loops cannot be written', () => {
  for (const text of [
    'args.list.all(x, args.list.all(y, x == y))',
    'args.list.map(x, args.list.map(y, args.list.map(z, z))) == []',
    'args.list.exists(x, has(x.a) && x.a.exists(y, y == 1))',
    'args.list.all(x, [x].filter(y, y == 1) == [])',
  ])
    assert.equal(compileCondition(text).ok, false, text);
});

test('what is exhausted cannot be talked over: no other side of || and && decides', () => {
  for (const text of [
    'args.list.all(x, x >= 0) || true',
    '!(args.list.all(x, x >= 0) && false)',
    'args.list.all(x, x >= 0) ? true : true',
  ]) {
    const { held } = run(text, { list: numbers(1_000_000) });
    assert.ok(held instanceof Failure, text);
  }
});
