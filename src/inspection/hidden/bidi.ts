// Characters that change the order in which a text is shown (Unicode TR9). Right-to-left texts need them, and use them in pairs around text of theirs. What
// is shown in another order than a model reads it is an override around Latin letters, or an embedding from right to left that holds little else.

import { isRightToLeft, KINDS, Kind } from './code-points.ts';
import type { Characters } from './characters.ts';
import type { Mark } from './emit.ts';

const LRE = 0x202a;
const RLE = 0x202b;
const PDF = 0x202c;
const LRO = 0x202d;
const RLO = 0x202e;
const LRI = 0x2066;
const RLI = 0x2067;
const FSI = 0x2068;
const PDI = 0x2069;
const LINE_FEED = 0x0a;
const PARAGRAPH_SEPARATOR = 0x2029;
/** Further than this nothing nests (TR9, max_depth). */
const MAX_DEPTH = 125;

interface Opened {
  readonly at: number;
  readonly point: number;
  /** Letters before it. */
  readonly latin: number;
  readonly rightToLeft: number;
}

/** Whether a character changes the order of others until it is undone. Plain marks (LRM, RLM, ALM) change it nowhere but where they stand. */
export function isBidiControl(point: number): boolean {
  return (point >= LRE && point <= RLO) || (point >= LRI && point <= PDI);
}

/** Marks the controls that deceive. */
export function markBidi({ points, length }: Characters, mark: Mark): void {
  const open: Opened[] = [];
  let isolates = 0;
  let latin = 0;
  let rightToLeft = 0;
  /** The last one that is open, by its end if it has one. */
  const close = (by?: number): Opened | undefined => {
    const opened = open.pop();
    if (opened === undefined) return undefined;
    if (isIsolate(opened.point)) isolates -= 1;
    const inside = { latin: latin - opened.latin, rightToLeft: rightToLeft - opened.rightToLeft, sofar: rightToLeft };
    const type = judge(opened.point, inside, by !== undefined);
    if (type !== undefined) mark(type, opened.at, opened.at + 1);
    if (type !== undefined && by !== undefined) mark(type, by, by + 1);
    return opened;
  };
  const closeAll = (): void => {
    while (open.length > 0) close();
  };
  /** An isolate is closed only by its own end, and closes what was opened inside of it; other controls close within it. */
  const closeBy = (at: number, point: number): void => {
    if (point === PDF) {
      const last = open.at(-1);
      if (last !== undefined && !isIsolate(last.point)) close(at);
    } else if (isolates > 0) {
      for (let closed = close(at); closed !== undefined && !isIsolate(closed.point);) closed = close(at);
    }
  };
  const openBy = (at: number, point: number): void => {
    if (open.length >= MAX_DEPTH) {
      mark('bidi-override', at, at + 1);
      return;
    }
    if (isIsolate(point)) isolates += 1;
    open.push({ at, point, latin, rightToLeft });
  };
  for (let at = 0; at < length; at += 1) {
    const point = points[at] ?? 0;
    if (point < 0x590) {
      if (point === LINE_FEED) closeAll();
      else if (KINDS[point] === Kind.latin) latin += 1;
    } else if (isRightToLeft(point)) rightToLeft += 1;
    else if (point === PARAGRAPH_SEPARATOR) closeAll();
    else if (point === PDF || point === PDI) closeBy(at, point);
    else if (isBidiControl(point)) openBy(at, point);
  }
  closeAll();
}

function isIsolate(point: number): boolean {
  return point >= LRI && point <= FSI;
}

/** What a control does to the letters under it; `sofar` counts those from right to left in all the text up to its end. */
function judge(
  point: number,
  { latin, rightToLeft, sofar }: { readonly latin: number; readonly rightToLeft: number; readonly sofar: number },
  closed: boolean,
): 'bidi-override' | 'bidi-unbalanced' | undefined {
  if (point === RLO) return latin > 0 ? 'bidi-override' : closed ? undefined : 'bidi-unbalanced';
  if (point === LRO) return rightToLeft > 0 ? 'bidi-override' : undefined;
  if (point === RLE || point === RLI) {
    if (latin > 2 * rightToLeft && latin > sofar) return 'bidi-override';
    return closed || latin === 0 ? undefined : 'bidi-unbalanced';
  }
  // From left to right, nothing happens to Latin text: a well-known properties dialog copies paths with an unclosed one in front.
  return closed || rightToLeft === 0 || latin === 0 ? undefined : 'bidi-unbalanced';
}
