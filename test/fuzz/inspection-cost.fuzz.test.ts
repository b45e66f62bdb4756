// Looks for messages that are expensive to look into. From every ingredient of the grammar it climbs towards whatever costs most for each byte; what
// it comes upon may cost at most five times as much as a clean body, or must say that it was not looked into to its end. The short form counts steps,
// as the budget does: the same on every machine. With SALLYPORT_FUZZ_RUNS (`npm run fuzz -- 2000 inspection-cost`) the CPU that they take is measured
// as well: a kind of step that takes longer than others is what steps cannot show.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createScan } from '../../src/inspection/index.ts';
import type { Budget } from '../../src/inspection/index.ts';
import { bodyText } from '../inspection-eval/bodies.ts';
import { ANCHORS, engine } from '../inspection-eval/engine.ts';
import { createRandom } from '../inspection-eval/random.ts';
import type { Random } from '../inspection-eval/random.ts';
import { basics, change, cook, invent } from './hostile-bodies.ts';
import type { Recipe } from './hostile-bodies.ts';

const RUNS = process.env['SALLYPORT_FUZZ_RUNS'];
const rounds = Number(RUNS ?? 40);
const seed = Number(process.env['SALLYPORT_FUZZ_SEED'] ?? 1);
/** How much more than a clean byte a byte may cost. */
const MOST = 5;
/** So large that what every message costs, however small, is little of it. */
const BYTES = 32 * 1024;
/** How many recipes are climbed from at once. */
const KEPT = 8;
const NO_LIMIT = 1e12;

/** A message and what each of its bytes costs. */
interface Dish {
  readonly recipe: Recipe;
  readonly cost: number;
  /** It was said that not everything was looked into. */
  readonly says: boolean;
}

test('no message takes more than five times the steps of a clean one for each byte, unless it says so', (t) => {
  const clean = stepsPerByte(cleanBody());
  const dishes = climb(createRandom(seed), stepsPerByte);
  report(t, dishes, clean, 'steps');
  for (const { recipe, cost } of dishes.filter(({ says }) => !says))
    assert.ok(cost <= MOST * clean, `${(cost / clean).toFixed(1)} times the steps: ${JSON.stringify(recipe)}`);
});

if (RUNS !== undefined) {
  test('no message takes more than five times the CPU of a clean one for each byte, unless it says so', (t) => {
    const clean = nsPerByte(cleanBody());
    const dishes = climb(createRandom(seed + 1), nsPerByte);
    report(t, dishes, clean, 'ns');
    for (const { recipe, cost } of dishes.filter(({ says }) => !says))
      assert.ok(cost <= MOST * clean, `${(cost / clean).toFixed(1)} times the CPU: ${JSON.stringify(recipe)}`);
  });
}

/** The dearest that were come upon, dearest first; those that say so in a list of their own, so that they do not hide the others. */
function climb(random: Random, costOf: (body: Uint8Array) => number): readonly Dish[] {
  const taste = (recipe: Recipe): Dish => {
    const body = cook(recipe, { anchors: ANCHORS }, BYTES);
    return { recipe, cost: costOf(body), says: saysSo(body) };
  };
  const best = (dishes: readonly Dish[]): Dish[] => {
    const ordered = dishes.toSorted((a, b) => b.cost - a.cost);
    return [...ordered.filter(({ says }) => !says).slice(0, KEPT), ...ordered.filter(({ says }) => says).slice(0, 2)];
  };
  let kept = best(basics().map(taste));
  for (let round = 0; round < rounds; round++) {
    const recipe = random.next() < 0.2 ? invent(random) : change(random, random.pick(kept).recipe);
    kept = best([...kept, taste(recipe)]);
  }
  return kept.toSorted((a, b) => b.cost - a.cost);
}

function report(t: { diagnostic(text: string): void }, dishes: readonly Dish[], clean: number, unit: string): void {
  t.diagnostic(`clean: ${clean.toFixed(2)} ${unit} a byte`);
  for (const { recipe, cost, says } of dishes)
    t.diagnostic(`${(cost / clean).toFixed(2)} times${says ? ', says so' : ''}: ${JSON.stringify(recipe)}`);
}

function cleanBody(): Uint8Array {
  return Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: bodyText(createRandom(3), BYTES) }] } }),
  );
}

function stepsPerByte(body: Uint8Array): number {
  const budget: Budget = { left: NO_LIMIT, failures: 0 };
  lookInto(body, budget);
  return (NO_LIMIT - budget.left) / body.length;
}

/** The least of a few, as what else runs on the machine only ever adds. */
function nsPerByte(body: Uint8Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 5; n++) {
    const before = process.cpuUsage();
    for (let times = 0; times < 3; times++) lookInto(body);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, ((user + system) * 1000) / 3 / body.length);
  }
  return least;
}

function saysSo(body: Uint8Array): boolean {
  const types = lookInto(body);
  return types.has('over-budget') || types.has('too-deep');
}

/** The types that are found. */
function lookInto(body: Uint8Array, budget?: Budget): ReadonlySet<string> {
  const scan = createScan(engine, { surface: 'answer', budget });
  return new Set([...scan.push(body).found, ...scan.end().found].map(({ type }) => type));
}
