// Turns a condition into closures that count what they do. What can be written and what it costs is known when the policy is loaded: loops
// go over lists and maps only, and none stands in another.

import { fail, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import { FUNCTIONS, METHODS } from './functions.ts';
import type { Signature } from './functions.ts';
import { MAX_CONDITION_LENGTH, readCondition, VARIABLES } from './language.ts';
import type { ArgumentType, ConditionMistake, Tree } from './language.ts';
import { compileLoop, isLoop, LOOPS } from './loops.ts';
import { NotACondition, refuse } from './part.ts';
import type { Facts, Part, Scope } from './part.ts';
import { EXHAUSTED, Failure, spend } from './steps.ts';
import type { Steps } from './steps.ts';
import { compare, compute, equals, hasMember, isIn, memberOf, nameOf } from './values.ts';
import type { Value } from './values.ts';

/** A compiled condition. */
export interface Condition {
  readonly text: string;
  /** The variables it reads: one that reads `args` or `tool` is about what has these. */
  readonly reads: ReadonlySet<string>;
  /** True, false, or why neither can be said. Never throws. */
  readonly holds: (facts: Facts, steps: Steps) => boolean | Failure;
}

/** Conditions compiled before: a change of one rule must not compile ten thousand anew. */
const compiled = new Map<string, Result<Condition, ConditionMistake>>();
const MAX_COMPILED = 20_000;

/** Compiles a condition; with a type for its arguments it is also held against that. */
export function compileCondition(text: string, args?: ArgumentType): Result<Condition, ConditionMistake> {
  if (args !== undefined) return compile(text, args);
  let result = compiled.get(text);
  if (result !== undefined) return result;
  result = compile(text);
  if (compiled.size === MAX_COMPILED) compiled.clear();
  compiled.set(text, result);
  return result;
}

function compile(text: string, args?: ArgumentType): Result<Condition, ConditionMistake> {
  if (text.length > MAX_CONDITION_LENGTH)
    return fail({ message: `has ${text.length} characters; ${MAX_CONDITION_LENGTH} is the most`, fix: 'Write several rules.' });
  const read = readCondition(text, args);
  if (!read.ok) return read;
  const reads = new Set<string>();
  try {
    const run = compilePart(read.value.tree, { reads, item: undefined });
    // After the names, of which we can say what could have been meant.
    const mistake = read.value.check();
    if (mistake !== undefined) return fail(mistake);
    return ok({ text, reads, holds: (facts, steps) => toAnswer(run({ facts, steps, item: null }), steps) });
  } catch (error) {
    if (error instanceof NotACondition) return fail(error.mistake);
    throw error;
  }
}

function toAnswer(answer: Value | Failure, steps: Steps): boolean | Failure {
  // Also where the answer was found without what could not be paid.
  if (steps.left < 0) return EXHAUSTED;
  if (typeof answer === 'boolean' || answer instanceof Failure) return answer;
  return new Failure(`it is neither true nor false, but a ${nameOf(answer)}`);
}

/** Compiles a part. */
export function compilePart(tree: Tree, scope: Scope): Part {
  const run = compileTree(tree, scope);
  return (frame) => (spend(frame.steps, 1) ? run(frame) : EXHAUSTED);
}

function compileTree(tree: Tree, scope: Scope): Part {
  switch (tree.op) {
    case 'value': {
      const constant = constantOf(tree);
      if (constant === undefined) return refuse('holds bytes or an unsigned number, which arguments never are');
      return () => constant;
    }
    case 'id':
      return compileVariable(tree.args, scope);
    case '.':
      return compileMember(compilePart(tree.args[0], scope), () => tree.args[1]);
    case '[]':
      return compileMember(compilePart(tree.args[0], scope), compilePart(tree.args[1], scope));
    case 'list':
      return compileList(tree.args.map((element) => compilePart(element, scope)));
    case '!_':
      return compileNot(compilePart(tree.args, scope));
    case '-_': {
      const value = compilePart(tree.args, scope);
      return binary(
        () => 0n,
        value,
        (zero, a, steps) => (typeof a === 'number' ? -a : compute('-', zero, a, steps)),
      );
    }
    case '&&':
    case '||':
      return compileLogic(tree.op === '||', compilePart(tree.args[0], scope), compilePart(tree.args[1], scope));
    case '?:': {
      const [condition, yes, no] = tree.args.map((branch) => compilePart(branch, scope));
      return compileChoice(condition ?? nothing, yes ?? nothing, no ?? nothing);
    }
    case 'call':
      return tree.args[0] === 'has'
        ? compileHas(tree.args[1], scope)
        : compileCall(tree.args[0], FUNCTIONS, 'function', tree.args[1], scope);
    case 'rcall': {
      const [name, receiver, args] = tree.args;
      if (isLoop(name)) return compileLoop(name, [receiver, ...args], scope, compilePart);
      return compileCall(name, METHODS, 'method', [receiver, ...args], scope);
    }
    case '==':
    case '!=':
    case 'in':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return binary(compilePart(tree.args[0], scope), compilePart(tree.args[1], scope), OPERATORS[tree.op]);
    case 'map':
    case '.?':
    case '[?]':
      return refuse(tree.op === 'map' ? 'makes a map, which conditions have no use for' : 'uses optional members. Ask has(…) first');
    default:
      return tree satisfies never;
  }
}

const nothing: Part = () => null;

/** A value that stands in the condition as it is; undefined if it is of a kind that there is not. */
function constantOf(tree: Tree): Value | undefined {
  if (tree.op !== 'value') return undefined;
  const { args } = tree;
  return typeof args === 'object' && args !== null ? undefined : args;
}

function compileVariable(name: string, scope: Scope): Part {
  if (name === scope.item) return (frame) => frame.item;
  scope.reads.add(name);
  switch (name) {
    case 'agent':
      return ({ facts }) => facts.agent;
    case 'server':
      return ({ facts }) => facts.server;
    case 'request':
      return ({ facts }) => facts.request;
    case 'tool':
      return ({ facts }) => facts.tool ?? new Failure('this is not about a tool');
    case 'args':
      return ({ facts }) => facts.args ?? new Failure('there are no arguments');
    case 'taint':
      return ({ facts }) => facts.taint ?? new Failure('nobody knows what this task has used');
    case 'findings':
      return ({ facts }) => facts.findings ?? new Failure('nobody has looked into this request');
    default:
      throw new NotACondition({ message: 'is no variable of conditions', written: name, among: VARIABLES });
  }
}

function compileMember(of: Part, key: Part): Part {
  return (frame) => {
    const value = of(frame);
    if (value instanceof Failure) return value;
    const name = key(frame);
    return name instanceof Failure ? name : memberOf(value, name);
  };
}

/** `has(args.path)`: whether the last member is there; what stands in front of it must be. */
function compileHas([tree]: readonly Tree[], scope: Scope): Part {
  if (tree?.op !== '.') return refuse('asks has(…) about something that is no member', 'Write has(args.path), for example.');
  const of = compilePart(tree.args[0], scope);
  const [, key] = tree.args;
  return (frame) => {
    const value = of(frame);
    return value instanceof Failure ? value : hasMember(value, key);
  };
}

function compileList(elements: readonly Part[]): Part {
  return (frame) => {
    const list: Value[] = [];
    for (const element of elements) {
      const value = element(frame);
      if (value instanceof Failure) return value;
      list.push(value);
    }
    return list;
  };
}

function compileNot(part: Part): Part {
  return (frame) => {
    const value = part(frame);
    if (value instanceof Failure) return value;
    return typeof value === 'boolean' ? !value : notBool(value);
  };
}

/** As CEL has it, either side may decide alone, whatever is wrong with the other. */
function compileLogic(decides: boolean, left: Part, right: Part): Part {
  return (frame) => {
    const a = left(frame);
    if (a === decides) return decides;
    const b = right(frame);
    if (b === decides) return decides;
    for (const value of [a, b]) {
      if (value instanceof Failure) return value;
      if (typeof value !== 'boolean') return notBool(value);
    }
    return !decides;
  };
}

function compileChoice(condition: Part, yes: Part, no: Part): Part {
  return (frame) => {
    const value = condition(frame);
    if (value instanceof Failure) return value;
    return typeof value === 'boolean' ? (value ? yes(frame) : no(frame)) : notBool(value);
  };
}

function notBool(value: Value): Failure {
  return new Failure(`a ${nameOf(value)} is neither true nor false`);
}

function compileCall(name: string, known: ReadonlyMap<string, Signature>, what: string, trees: readonly Tree[], scope: Scope): Part {
  const signature = known.get(name);
  if (signature === undefined || trees.length < signature.min || trees.length > signature.max)
    throw new NotACondition({
      message: `is no ${what} of conditions`,
      written: name,
      among: [...known.keys(), ...(what === 'method' ? LOOPS : ['has'])],
    });
  const made = signature.make(trees.map(constantOf));
  if (!made.ok) throw new NotACondition(made.error);
  const parts = trees.map((tree) => compilePart(tree, scope));
  return (frame) => {
    const args: Value[] = [];
    for (const part of parts) {
      const value = part(frame);
      if (value instanceof Failure) return value;
      args.push(value);
    }
    return made.value(args, frame.steps);
  };
}

type Operator = (a: Value, b: Value, steps: Steps) => Value | Failure;

function binary(left: Part, right: Part, operator: Operator): Part {
  return (frame) => {
    const a = left(frame);
    if (a instanceof Failure) return a;
    const b = right(frame);
    return b instanceof Failure ? b : operator(a, b, frame.steps);
  };
}

const ordered =
  (holds: (order: number) => boolean): Operator =>
  (a, b, steps) => {
    const order = compare(a, b, steps);
    return order instanceof Failure ? order : holds(order);
  };

const OPERATORS = {
  '==': equals,
  '!=': (a, b, steps) => {
    const same = equals(a, b, steps);
    return same instanceof Failure ? same : !same;
  },
  in: isIn,
  '<': ordered((order) => order < 0),
  '<=': ordered((order) => order <= 0),
  '>': ordered((order) => order > 0),
  '>=': ordered((order) => order >= 0),
  '+': (a, b, steps) => compute('+', a, b, steps),
  '-': (a, b, steps) => compute('-', a, b, steps),
  '*': (a, b, steps) => compute('*', a, b, steps),
  '/': (a, b, steps) => compute('/', a, b, steps),
  '%': (a, b, steps) => compute('%', a, b, steps),
} satisfies Readonly<Record<string, Operator>>;
