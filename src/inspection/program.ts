// A pattern as a program: RE2's parser and compiler in JavaScript (re2js) read it, and what they make of it is laid out flat here, for run-program.ts. Their own
// runners are linear as well, but nobody can say beforehand, or afterwards, what a search has cost: one of them builds its automaton as it goes, at several
// microseconds a character where the text is made for it.

import { RE2JS } from 're2js';

/** What an instruction does. */
export const OP = { fail: 0, match: 1, either: 2, capture: 3, empty: 4, pass: 5, character: 6 } as const;

/** Instructions, by their numbers. */
export interface Program {
  readonly start: number;
  readonly size: number;
  readonly ops: Uint8Array;
  /** Where it goes on. */
  readonly out: Int32Array;
  /** `either`: where else. `capture`: the slot. `empty`: what has to hold, as bits. `character`: which class. */
  readonly arg: Int32Array;
  /** Tables of ASCII: 128 bytes for each class. */
  readonly ascii: Uint8Array;
  /** Whether a character beyond ASCII is of a class. */
  readonly isWide: (kind: number, point: number) => boolean;
  /** ASCII characters that a match can begin with; at 128, whether any other can. */
  readonly first: Uint8Array;
  /** Slots of the group named `value`: its begin, and behind it its end; -1 where there is none. */
  readonly valueSlot: number;
}

const ASCII = 128;
/** Instructions of re2js 2, by number. */
const RAW = {
  alt: 1,
  altMatch: 2,
  capture: 3,
  empty: 4,
  fail: 5,
  match: 6,
  nop: 7,
  rune: 8,
  rune1: 9,
  any: 10,
  anyNotNewline: 11,
} as const;
const NEWLINE = 0x0a;
const VALUE = 'value';

interface RawInstruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
  matchRune(rune: number): boolean;
}

interface RawProgram {
  readonly inst: readonly RawInstruction[];
  readonly start: number;
}

/** Compiles a pattern in RE2 syntax. Throws where it is none. */
export function compileProgram(source: string): Program {
  const compiled = RE2JS.compile(source);
  const { inst, start }: RawProgram = compiled.re2().prog;
  const value: number | undefined = compiled.namedGroups()[VALUE];
  const classes = createClasses();
  const ops = new Uint8Array(inst.length);
  const arg = new Int32Array(inst.length);
  for (const [pc, instruction] of inst.entries()) {
    const op = opOf(instruction);
    ops[pc] = op;
    arg[pc] = op === OP.character ? classes.add(instruction) : instruction.arg;
  }
  const program = { start, size: inst.length, ops, out: Int32Array.from(inst, ({ out }) => out), arg };
  const ascii = classes.tables();
  const first = firstOf({ ...program, ascii });
  return { ...program, ascii, isWide: classes.isWide, first, valueSlot: value === undefined ? -1 : 2 * value };
}

function opOf({ op }: RawInstruction): number {
  switch (op) {
    case RAW.alt:
    case RAW.altMatch:
      return OP.either;
    case RAW.capture:
      return OP.capture;
    case RAW.empty:
      return OP.empty;
    case RAW.fail:
      return OP.fail;
    case RAW.match:
      return OP.match;
    case RAW.nop:
      return OP.pass;
    case RAW.rune:
    case RAW.rune1:
    case RAW.any:
    case RAW.anyNotNewline:
      return OP.character;
    default:
      throw new Error(`an instruction (${op}) that is not known`);
  }
}

interface Classes {
  /** Number of the class of an instruction; instructions with the same characters share one. */
  add(instruction: RawInstruction): number;
  tables(): Uint8Array;
  readonly isWide: (kind: number, point: number) => boolean;
}

function createClasses(): Classes {
  const numbers = new Map<string, number>();
  const instructions: RawInstruction[] = [];
  const holds = (instruction: RawInstruction | undefined, point: number): boolean => {
    if (instruction === undefined) return false;
    if (instruction.op === RAW.any) return true;
    return instruction.op === RAW.anyNotNewline ? point !== NEWLINE : instruction.matchRune(point);
  };
  return {
    add: (instruction) => {
      const { op, arg, runes } = instruction;
      const key = `${op} ${arg} ${Array.from(runes).join(' ')}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, instructions.length);
      return instructions.push(instruction) - 1;
    },
    tables: () =>
      Uint8Array.from({ length: instructions.length * ASCII }, (_, at) =>
        holds(instructions[Math.floor(at / ASCII)], at % ASCII) ? 1 : 0,
      ),
    isWide: (kind, point) => holds(instructions[kind], point),
  };
}

/** What matches can begin with: everywhere else, none has to be tried. */
function firstOf({ start, ops, out, arg, ascii }: Pick<Program, 'start' | 'ops' | 'out' | 'arg' | 'ascii'>): Uint8Array {
  const first = new Uint8Array(ASCII + 1);
  // What a class holds beyond ASCII is not worth finding out: wide characters are always tried.
  first[ASCII] = 1;
  const reached = new Set([start]);
  for (const pc of reached) {
    const op = ops[pc] ?? OP.fail;
    if (op === OP.match) return first.fill(1);
    if (op === OP.character) {
      const table = (arg[pc] ?? 0) * ASCII;
      for (let unit = 0; unit < ASCII; unit += 1) first[unit] = (first[unit] ?? 0) | (ascii[table + unit] ?? 0);
    } else if (op !== OP.fail) {
      reached.add(out[pc] ?? 0);
      if (op === OP.either) reached.add(arg[pc] ?? 0);
    }
  }
  return first;
}
