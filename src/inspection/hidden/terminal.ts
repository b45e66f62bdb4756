// What steers a terminal (ECMA-48): escape sequences, carriage returns, other control characters. Who reads a log on a screen sees what they leave of
// it; a model reads all of it. Colours change nothing of what is read, and are no finding.

import type { Characters } from './characters.ts';
import type { HiddenType, Mark } from './emit.ts';

const BACKSPACE = 0x08;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const ESCAPE = 0x1b;
const BELL = 0x07;
/** What shows another text than is there: a step back, other character sets, the end of a sequence in its middle. */
const STEERING: ReadonlySet<number> = new Set([BACKSPACE, 0x0e, 0x0f, 0x18, 0x1a]);
const STRING_TERMINATOR = 0x9c;
/** Parameters of a sequence, and texts of a command, longer than this are looked at as plain text. */
const MAX_PARAMETERS = 64;
const MAX_COMMAND = 2048;
/** A line that is overwritten is compared as far as this. */
const MAX_LINE = 256;

const CSI = 0x5b;
/** What begins a command with a text: OSC, DCS, SOS, PM, APC; after ESC and as C1 characters. */
const COMMANDS: ReadonlySet<number> = new Set([0x5d, 0x50, 0x58, 0x5e, 0x5f]);
/** Sequences of two characters that choose a character set, or how keys are sent: they come with colours. */
const HARMLESS_TWO: ReadonlySet<number> = new Set([0x3d, 0x3e, 0x5c]);
const SHELL_MARK = /^\](?:133|633);[A-D](?:;[0-9]{0,3})?$/;
const MAX_MARK = 16;
/** Erases what is behind the cursor, where nothing was written yet; shows or hides the cursor; wraps lines; tells pasted text apart. */
const HARMLESS_CSI = /^(?:0?K|\?(?:1|7|12|25|2004)[hl])$/;
const CHARACTER_SETS = '()*+-./#% ';

interface Sequence {
  /** Undefined: it only changes how letters look. */
  readonly type: HiddenType | undefined;
  /** What the text behind it is from now on: concealed, or not any more; undefined where it says nothing of it. */
  readonly conceals?: boolean | undefined;
  readonly end: number;
}

/** Marks what control characters do; `first` is where the first of them stands. */
export function markControls(characters: Characters, first: number, mark: Mark): void {
  const { points, length } = characters;
  const ends = createEnds(characters);
  let concealed: number | undefined;
  let at = first;
  while (at < length) {
    const point = points[at] ?? 0;
    if (point > 0x9f || (point >= 0x20 && point < 0x7f) || (point >= 0x09 && point <= 0x0c) || point === 0x85) {
      at += 1;
      continue;
    }
    const sequence = readControl(characters, at, ends);
    if (concealed === undefined) {
      if (sequence.conceals === true) concealed = at;
      else if (sequence.type !== undefined) mark(sequence.type, at, sequence.end);
    } else if (sequence.conceals === false) {
      mark('terminal-conceal', concealed, sequence.end);
      concealed = undefined;
    }
    at = sequence.end;
  }
  if (concealed !== undefined) mark('terminal-conceal', concealed, length);
}

function readControl(characters: Characters, at: number, ends: Ends): Sequence {
  const point = characters.points[at] ?? 0;
  if (point === ESCAPE) return readEscape(characters, at, ends);
  if (point === 0x9b) return readCsi(characters, at + 1) ?? { type: 'control-separator', end: at + 1 };
  if (point >= 0x80) {
    // Code page 1252 read as Latin-1 leaves such characters in ordinary text: only a whole command is one.
    const command = COMMANDS.has(point - 0x40) ? ends(at + 1) : undefined;
    return command === undefined ? { type: undefined, end: at + 1 } : { type: 'terminal-control', end: command };
  }
  if (point === CARRIAGE_RETURN) return { type: overwrites(characters, at) ? 'carriage-return' : undefined, end: at + 1 };
  if (point === BACKSPACE && isOverstrike(characters, at)) return { type: undefined, end: at + 1 };
  return { type: STEERING.has(point) ? 'control-character' : 'control-separator', end: at + 1 };
}

function readEscape(characters: Characters, at: number, ends: Ends): Sequence {
  const next = characters.points[at + 1] ?? 0;
  if (next === CSI) return readCsi(characters, at + 2) ?? { type: 'control-character', end: at + 1 };
  if (COMMANDS.has(next)) {
    const end = ends(at + 2) ?? at + 2;
    return { type: isShellMark(characters, at + 1, end) ? undefined : 'terminal-control', end };
  }
  if (HARMLESS_TWO.has(next)) return { type: undefined, end: at + 2 };
  if (next >= 0x20 && next < 0x7f && CHARACTER_SETS.includes(String.fromCharCode(next)))
    return { type: undefined, end: Math.min(at + 3, characters.length) };
  return next >= 0x30 && next < 0x7f ? { type: 'terminal-control', end: at + 2 } : { type: 'control-character', end: at + 1 };
}

/** Where a prompt, a command and its output begin and end, as shells tell terminals: a letter and a number, and nothing to hide in. */
function isShellMark({ points }: Characters, from: number, end: number): boolean {
  if (end - from > MAX_MARK) return false;
  let to = from;
  while (to < end && !endsCommand(points[to] ?? 0)) to += 1;
  return SHELL_MARK.test(String.fromCodePoint(...points.subarray(from, to)));
}

/** A control sequence, from behind its introducer: parameters, intermediates, one final byte. */
function readCsi(characters: Characters, from: number): Sequence | undefined {
  const { points } = characters;
  const end = endOfCsi(characters, from);
  if (end === undefined) return undefined;
  const sequence = String.fromCodePoint(...points.subarray(from, end));
  if (sequence.endsWith('m')) return { type: undefined, conceals: conceals(sequence.slice(0, -1)), end };
  return { type: HARMLESS_CSI.test(sequence) ? undefined : 'terminal-control', end };
}

/** Behind a control sequence whose parameters begin here; undefined where it is none. */
function endOfCsi({ points, length }: Characters, from: number): number | undefined {
  const most = Math.min(length, from + MAX_PARAMETERS);
  let at = from;
  while (at < most && (points[at] ?? 0) >= 0x20 && (points[at] ?? 0) < 0x40) at += 1;
  const final = points[at] ?? 0;
  return at >= most || final < 0x40 || final > 0x7e ? undefined : at + 1;
}

/**
 * Whether letters cannot be seen any more (SGR 8, or a colour on the same colour), or can be again: 28, a reset, another colour. What comes last
 * counts.
 */
function conceals(parameters: string): boolean | undefined {
  const codes = parameters.split(/[;:]/);
  let says: boolean | undefined;
  const colours: { front?: string; back?: string } = {};
  for (let at = 0; at < codes.length; at += 1) {
    const code = Number(codes[at] ?? '');
    if (code === 38 || code === 48) {
      const size = codes[at + 1] === '5' ? 2 : 4;
      colours[code === 38 ? 'front' : 'back'] = codes.slice(at + 1, at + 1 + size).join(';');
      at += size;
    } else if (code === 8) says = true;
    else if (code === 0 || code === 28) says = false;
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colours.front = `${code}`;
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) colours.back = `${code - 10}`;
  }
  if (colours.front !== undefined && colours.front === colours.back) return true;
  return says;
}

/** Behind the end of the text of a command that begins here; undefined where it has none. Asked from the beginning to the end. */
type Ends = (from: number) => number | undefined;

/** Remembers how far there is no end: a text of beginnings is not gone through for each of them. */
function createEnds({ points, length }: Characters): Ends {
  let clear = 0;
  return (from) => {
    const most = Math.min(length, from + MAX_COMMAND);
    let at = Math.max(from, clear);
    while (at < most && !endsCommand(points[at] ?? 0)) at += 1;
    clear = at;
    if (at >= most) return undefined;
    const point = points[at];
    if (point === ESCAPE) return points[at + 1] === 0x5c ? at + 2 : undefined;
    return point === LINE_FEED ? undefined : at + 1;
  };
}

function endsCommand(point: number): boolean {
  return point === BELL || point === STRING_TERMINATOR || point === ESCAPE || point === LINE_FEED;
}

/**
 * Whether a carriage return lets another text be written over what stands in front of it. It does not at the end of a line; and what is written over
 * itself with other numbers is a progress bar.
 */
function overwrites(characters: Characters, at: number): boolean {
  const { points, length } = characters;
  const next = points[at + 1];
  if (next === undefined || next === LINE_FEED || next === CARRIAGE_RETURN || at === 0) return false;
  let begin = at;
  while (begin > 0 && at - begin < MAX_LINE && !endsLine(points[begin - 1] ?? 0)) begin -= 1;
  const before = lettersOf(characters, begin, at);
  const behind = lettersOf(characters, at + 1, Math.min(length, at + 1 + MAX_LINE));
  return before !== '' && behind !== '' && !isProgress(before, behind);
}

function endsLine(point: number): boolean {
  return point === LINE_FEED || point === CARRIAGE_RETURN;
}

/** The letters of a part of a line, without those of control sequences. */
function lettersOf(characters: Characters, from: number, to: number): string {
  const { points } = characters;
  const letters: string[] = [];
  for (let at = from; at < to; at += 1) {
    const point = points[at] ?? 0;
    if (endsLine(point)) break;
    if (point === ESCAPE && points[at + 1] === CSI) at = (endOfCsi(characters, at + 2) ?? at + 1) - 1;
    else if (point >= 0x41 && (point <= 0x5a || point >= 0x61) && (point < 0x7b || point > 0xbf)) letters.push(String.fromCodePoint(point));
  }
  return letters.join('');
}

/** The same text but for its numbers, as far as the shorter of the two goes; or hardly any text. */
function isProgress(before: string, behind: string): boolean {
  const common = Math.min(before.length, behind.length, 12);
  return before.length <= 4 || before.slice(0, common) === behind.slice(0, common);
}

/** A letter over itself, or over an underscore: bold and underlined text of line printers, as manual pages have it. */
function isOverstrike({ points }: Characters, at: number): boolean {
  const before = points[at - 1];
  const behind = points[at + 1];
  return before !== undefined && behind !== undefined && (before === behind || before === 0x5f || behind === 0x5f);
}
