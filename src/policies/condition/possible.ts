// What a condition may come to, whatever the call: found by looking at it, not by running it on examples. An answer that is possible is never
// left out; one that is given as possible need not be.

import { compilePart } from './compile.ts';
import { readCondition } from './language.ts';
import type { Tree } from './language.ts';
import type { Scope } from './part.ts';
import { createSteps } from './steps.ts';
import type { Failure } from './steps.ts';
import type { Value } from './values.ts';

/** True, false, or none because it cannot be said. */
export type Answer = 'true' | 'false' | 'error';

/** Whether a text that a condition reads, like `agent.name`, may or must be a certain one; undefined: nothing is known of it. */
export type TextIs = (path: string, text: string) => 'always' | 'never' | undefined;

const ANY: ReadonlySet<Answer> = new Set<Answer>(['true', 'false', 'error']);
const NOTHING_KNOWN: TextIs = () => undefined;

/** What a condition may come to; anything, where it is not in order. */
export function possibleAnswers(text: string, textIs: TextIs = NOTHING_KNOWN): ReadonlySet<Answer> {
  const read = readCondition(text);
  if (!read.ok || read.value.check() !== undefined) return ANY;
  try {
    return answersOf(read.value.tree, textIs);
  } catch {
    // Not in order, which is said elsewhere.
    return ANY;
  }
}

function answersOf(tree: Tree, textIs: TextIs): ReadonlySet<Answer> {
  const constant = constantAnswer(tree);
  if (constant !== undefined) return new Set([constant]);
  switch (tree.op) {
    case '!_':
      return new Set(Array.from(answersOf(tree.args, textIs), negate));
    case '&&':
    case '||': {
      const [left, right] = [answersOf(tree.args[0], textIs), answersOf(tree.args[1], textIs)];
      const decisive = tree.op === '&&' ? 'false' : 'true';
      return new Set([...left].flatMap((a) => Array.from(right, (b) => join(a, b, decisive))));
    }
    case '==':
    case '!=': {
      const same = compared(tree.args[0], tree.args[1], textIs) ?? compared(tree.args[1], tree.args[0], textIs);
      return same === undefined ? ANY : new Set([tree.op === '==' ? same : negate(same)]);
    }
    case 'in':
      return contained(tree.args[0], tree.args[1], textIs);
    default:
      return ANY;
  }
}

/** The answer of a part that reads nothing. */
function constantAnswer(tree: Tree): Answer | undefined {
  const value = constantOf(tree);
  if (value === undefined) return undefined;
  return value === true ? 'true' : value === false ? 'false' : 'error';
}

function constantOf(tree: Tree): Value | Failure | undefined {
  const scope: Scope = { reads: new Set(), item: undefined };
  const part = compilePart(tree, scope);
  if (scope.reads.size > 0) return undefined;
  return part({ facts: { agent: null, server: null, request: null, tool: undefined, args: undefined }, steps: createSteps(), item: null });
}

function join(a: Answer, b: Answer, decisive: Answer): Answer {
  if (a === decisive || b === decisive) return decisive;
  return a === 'error' || b === 'error' ? 'error' : negate(decisive);
}

function negate(answer: Answer): Answer {
  return answer === 'error' ? answer : answer === 'true' ? 'false' : 'true';
}

/** `agent.name == "ada"` */
function compared(member: Tree, constant: Tree, textIs: TextIs): 'true' | 'false' | undefined {
  const path = pathOf(member);
  const text = path === undefined ? undefined : constantOf(constant);
  if (path === undefined || typeof text !== 'string') return undefined;
  const known = textIs(path, text);
  return known === undefined ? undefined : known === 'always' ? 'true' : 'false';
}

/** `request.era in ["modern", "legacy"]` */
function contained(member: Tree, list: Tree, textIs: TextIs): ReadonlySet<Answer> {
  const path = pathOf(member);
  const texts = path === undefined ? undefined : constantOf(list);
  if (path === undefined || !Array.isArray(texts)) return ANY;
  const known = texts.map((text: unknown) => (typeof text === 'string' ? textIs(path, text) : 'never'));
  if (known.includes('always')) return new Set<Answer>(['true']);
  return known.every((one) => one === 'never') ? new Set<Answer>(['false']) : ANY;
}

function pathOf(tree: Tree): string | undefined {
  return tree.op === '.' && tree.args[0].op === 'id' ? `${tree.args[0].args}.${tree.args[1]}` : undefined;
}

/** Whether a condition reads a member of a variable: `request.source`, or the variable as a whole. */
export function readsOf(text: string, variable: string, member: string): boolean {
  const read = readCondition(text);
  return read.ok && reads(read.value.tree, variable, member);
}

function reads(part: unknown, variable: string, member: string): boolean {
  if (Array.isArray(part)) return part.some((one: unknown) => reads(one, variable, member));
  if (!isTree(part)) return false;
  if (part.op === 'id') return part.args === variable;
  const path = pathOf(part);
  return path?.startsWith(`${variable}.`) === true ? path === `${variable}.${member}` : reads(part.args, variable, member);
}

function isTree(part: unknown): part is Tree {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}
