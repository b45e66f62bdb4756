// The loops of conditions: all, exists, exists_one, filter and map, over the elements of a list or the keys of a map. One in another would
// cost the product of two lengths that strangers choose, so there is none.

import type { Tree } from './language.ts';
import { refuse } from './part.ts';
import type { Frame, Part, Scope } from './part.ts';
import { EXHAUSTED, Failure, spend } from './steps.ts';
import { isList, isMap, nameOf, toValue } from './values.ts';
import type { Value } from './values.ts';

type Loop = 'all' | 'exists' | 'exists_one' | 'filter' | 'map';

/** What loops are called. */
export const LOOPS: readonly string[] = ['all', 'exists', 'exists_one', 'filter', 'map'] satisfies readonly Loop[];

/** Whether a method is a loop. */
export function isLoop(name: string): name is Loop {
  return LOOPS.includes(name);
}

/** Compiles `receiver.all(name, body)` and its like, with the compiler of their parts. */
export function compileLoop(
  loop: Loop,
  [receiver, name, ...bodies]: readonly Tree[],
  scope: Scope,
  compilePart: (tree: Tree, scope: Scope) => Part,
): Part {
  if (scope.item !== undefined) return refuse('has a loop in a loop', 'Write two conditions, or two rules.');
  if (receiver === undefined || name?.op !== 'id' || bodies.length > (loop === 'map' ? 2 : 1))
    return refuse(`calls ${loop} with other arguments than a name and what holds of it`);
  const over = compilePart(receiver, scope);
  const inside: Scope = { ...scope, item: name.args };
  const parts = bodies.map((body) => compilePart(body, inside));
  const [first, last] = [parts[0], parts.at(-1)];
  if (first === undefined || last === undefined) return refuse(`calls ${loop} with a name and nothing that holds of it`);
  const walk = walkers[loop](first, last);
  return (frame) => {
    const range = over(frame);
    if (range instanceof Failure) return range;
    if (!isList(range) && !isMap(range)) return new Failure(`a ${nameOf(range)} has no elements`);
    const items = isList(range) ? range : Object.keys(range);
    return spend(frame.steps, isList(range) ? 0 : items.length) ? walk(items, frame) : EXHAUSTED;
  };
}

type Walk = (items: readonly Value[], frame: Frame) => Value | Failure;

/** One element decides, or the first failure stands where none does. */
const quantifier =
  (decides: boolean) =>
  (holds: Part): Walk =>
  (items, frame) => {
    let failure: Failure | undefined;
    for (const item of items) {
      frame.item = toValue(item);
      const held = holds(frame);
      if (held === decides) return decides;
      if (frame.steps.left < 0) return EXHAUSTED;
      if (typeof held !== 'boolean')
        failure ??= held instanceof Failure ? held : new Failure(`a ${nameOf(held)} is neither true nor false`);
    }
    return failure ?? !decides;
  };

/** The elements of which something holds, each made into something. */
const collect =
  (holds: Part, make: Part): ((items: readonly Value[], frame: Frame) => Value[] | Failure) =>
  (items, frame) => {
    const kept: Value[] = [];
    for (const item of items) {
      frame.item = toValue(item);
      const held = holds(frame);
      if (held instanceof Failure) return held;
      if (typeof held !== 'boolean') return new Failure(`a ${nameOf(held)} is neither true nor false`);
      if (!held) continue;
      const made = make(frame);
      if (made instanceof Failure) return made;
      kept.push(made);
    }
    return kept;
  };

const itself: Part = (frame) => frame.item;
const always: Part = () => true;

const walkers: Readonly<Record<Loop, (first: Part, last: Part) => Walk>> = {
  all: quantifier(false),
  exists: quantifier(true),
  exists_one: (holds) => {
    const collected = collect(holds, itself);
    return (items, frame) => {
      const kept = collected(items, frame);
      return kept instanceof Failure ? kept : kept.length === 1;
    };
  },
  filter: (holds) => collect(holds, itself),
  map: (first, last) => (first === last ? collect(always, last) : collect(first, last)),
};
