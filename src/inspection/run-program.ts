// Runs a program on a text, by backtracking that never comes to the same instruction at the same character twice: what matches is what RE2 says, in at most
// as many steps as the program has instructions for each character. Each step is taken from the budget, so a search ends where the budget does.

import { OP } from './program.ts';
import type { Program } from './program.ts';
import type { Budget } from './types.ts';

/** Where something matched in a window: the whole, and what its group `value` took of it. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** What a place has to be, as RE2's compiler numbers it. */
const PLACE = { beginLine: 1, endLine: 2, beginText: 4, endText: 8, wordBoundary: 16, noWordBoundary: 32 } as const;

const ASCII = 128;
const NEWLINE = 0x0a;
const NONE = -1;
/** Characters that nothing begins with, looked over in one step. */
const SKIPPED_PER_STEP = 4;

const WORD = Uint8Array.from({ length: ASCII }, (_, unit) => (/\w/.test(String.fromCharCode(unit)) ? 1 : 0));

/** What runs remember: one at a time, in the same memory. */
const memory: { tried: Uint32Array; stack: Int32Array } = {
  /** For each character, a bit for each instruction that has been tried there. */
  tried: new Uint32Array(4096),
  /** What is still to be tried: an instruction and a place. Or, below zero, the slot that gets back what it held. */
  stack: new Int32Array(1024),
};

/** The leftmost match that begins at `from` or behind it; undefined also where the budget ends. */
export function findMatch(program: Program, text: string, from: number, budget: Budget): Match | undefined {
  return run(program, text, from, text.length, budget);
}

/** The match that begins where the text does. */
export function matchAtStart(program: Program, text: string, budget: Budget): Match | undefined {
  return run(program, text, 0, 0, budget);
}

/**
 * Tries one begin after the other, up to the last. One function, and no calls for what most steps do: of all that inspection does this is done most often
 * where a text is made to be expensive.
 */
function run(program: Program, text: string, from: number, last: number, budget: Budget): Match | undefined {
  const { ops, out, arg, ascii, valueSlot } = program;
  const { length } = text;
  const words = (program.size + 31) >> 5;
  const tried = triedFor((length - from + 1) * words);
  let { stack } = memory;
  /** Characters in front of this one have been cleared of what other runs have tried. What was tried in vain from one begin need not be from the next. */
  let cleared = from;
  let steps = 0;
  let start = nextStart(program, text, from);
  for (; start <= last && steps <= budget.left; start = nextStart(program, text, start + 1)) {
    let valueStart = NONE;
    let valueEnd = NONE;
    stack[0] = program.start;
    stack[1] = start;
    let top = 2;
    while (top > 0 && steps <= budget.left) {
      top -= 2;
      let pc = stack[top] ?? 0;
      let at = stack[top + 1] ?? 0;
      if (pc < 0) {
        if (pc === -valueSlot) valueStart = at;
        else valueEnd = at;
        continue;
      }
      if (top + 4 > stack.length) stack = growStack();
      // Follows one thread until it matches, fails, or comes where another has been.
      for (;;) {
        steps += 1;
        if (at >= cleared) {
          const end = (at + 1 - from) * words;
          for (let word = (cleared - from) * words; word < end; word += 1) tried[word] = 0;
          cleared = at + 1;
        }
        const word = (at - from) * words + (pc >> 5);
        const bits = tried[word] ?? 0;
        const bit = 1 << (pc & 31);
        if ((bits & bit) !== 0) break;
        tried[word] = bits | bit;
        const op = ops[pc] ?? OP.fail;
        const kind = arg[pc] ?? 0;
        if (op === OP.character) {
          if (at >= length) break;
          const unit = text.charCodeAt(at);
          if (unit < ASCII) {
            if (ascii[kind * ASCII + unit] !== 1) break;
            at += 1;
          } else {
            const point = text.codePointAt(at) ?? unit;
            if (!program.isWide(kind, point)) break;
            at += point > 0xffff ? 2 : 1;
          }
        } else if (op === OP.either) {
          if (top + 2 > stack.length) stack = growStack();
          stack[top] = kind;
          stack[top + 1] = at;
          top += 2;
        } else if (op === OP.capture) {
          if (valueSlot !== NONE && (kind === valueSlot || kind === valueSlot + 1)) {
            if (top + 2 > stack.length) stack = growStack();
            stack[top] = -kind;
            stack[top + 1] = kind === valueSlot ? valueStart : valueEnd;
            top += 2;
            if (kind === valueSlot) valueStart = at;
            else valueEnd = at;
          }
        } else if (op === OP.match) {
          budget.left -= steps + stepsOver(from, start);
          return valueEnd === NONE ? { start, end: at, valueStart: start, valueEnd: at } : { start, end: at, valueStart, valueEnd };
        } else if (op === OP.fail || (op === OP.empty && (kind & ~placeOf(text, at)) !== 0)) break;
        pc = out[pc] ?? 0;
      }
    }
  }
  budget.left -= steps + stepsOver(from, Math.min(start, length));
  return undefined;
}

/** What it costs to find the next character that a match can begin with. */
function stepsOver(from: number, to: number): number {
  return Math.ceil((to - from) / SKIPPED_PER_STEP);
}

function triedFor(count: number): Uint32Array {
  if (memory.tried.length < count) memory.tried = new Uint32Array(Math.max(count, 2 * memory.tried.length));
  return memory.tried;
}

function growStack(): Int32Array {
  const larger = new Int32Array(2 * memory.stack.length);
  larger.set(memory.stack);
  memory.stack = larger;
  return larger;
}

/** The next character that a match can begin with, or the end. Never the second half of one. */
function nextStart({ first }: Program, text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < ASCII ? first[unit] === 1 : !isSecondHalf(text, at)) return at;
  }
  return at;
}

/** What a place in the text is, as bits. */
function placeOf(text: string, at: number): number {
  const before = at > 0 ? text.charCodeAt(at - 1) : NONE;
  const after = at < text.length ? text.charCodeAt(at) : NONE;
  let place: number = isWord(before) === isWord(after) ? PLACE.noWordBoundary : PLACE.wordBoundary;
  if (before === NONE) place |= PLACE.beginText | PLACE.beginLine;
  if (before === NEWLINE) place |= PLACE.beginLine;
  if (after === NONE) place |= PLACE.endText | PLACE.endLine;
  if (after === NEWLINE) place |= PLACE.endLine;
  return place;
}

function isWord(unit: number): boolean {
  return unit >= 0 && unit < ASCII && WORD[unit] === 1;
}

function isSecondHalf(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 0xdc00 || unit > 0xdfff || at === 0) return false;
  const before = text.charCodeAt(at - 1);
  return before >= 0xd800 && before <= 0xdbff;
}
