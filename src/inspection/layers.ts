// Looks under the ways in which a text may be written as another: characters as others, bytes as letters, compressed bytes as either. Two codes at most, as
// much as its input is worth, and what is left after that is said. What is no text at all is not looked into, and that is said as well.
//
// Everything here works on one window of a text. A run of letters may be longer than that: each window looks under its part of it, and the two numbers that
// the next one has to know are all that is remembered.

import { inflate } from '../base/index.ts';
import { BASE64, bytesIn, decode, hasText, HEX, nextRun, NO_DIGIT } from './layers/codes.ts';
import type { Code } from './layers/codes.ts';
import { hasManyControls, HEAD_BYTES, isNoText, tellContent } from './layers/content.ts';
import type { Content } from './layers/content.ts';
import { wholeLines } from './layers/lines.ts';
import type { Letters } from './layers/lines.ts';
import { findCiphertext } from './layers/marks.ts';
import { findBeginning, readWritten, undo } from './layers/written.ts';
import type { Stretch, Undone, Written } from './layers/written.ts';
import { HYPHEN, LONG, SIFTED, WRITTEN } from './sift.ts';
import { boundary } from './reading/windows.ts';
import type { Hit, Layer, Passage, UnscannedReason } from './types.ts';

/** Takes what is found under a text, as offsets of that text. */
export interface Outlet {
  found(detector: number, start: number, end: number, layers: readonly Layer[]): void;
  miss(reason: UnscannedReason, at: number): void;
}

/** What looking under layers needs. */
export interface LayerTools {
  search(passage: Passage): readonly Hit[];
  /** Pays for so many bytes. False: they may not be looked at. */
  spend(steps: number): boolean;
  /** What a detector finds are characters, each by itself. */
  isHidden(detector: number): boolean;
  /** More than this behind a window is not seen. */
  readonly aheadBytes: number;
  /** What is found under letters is those of them that it is written with; by default, all of the letters. */
  readonly isExact?: boolean;
}

/** Looks under the texts of one message. */
export interface Layers {
  /**
   * Looks under one window; those of a text come one after the other. What is written otherwise may be seen up to `seenTo`, by default to the end of what
   * the window sees. `traits`: what is known of all that the window sees (sift.ts).
   */
  look(text: Passage, outlet: Outlet, seenTo?: number, traits?: number): void;
}

/** What was undone on the way to a text. */
interface Chain {
  readonly layers: readonly Layer[];
  readonly codes: number;
  readonly writings: number;
}

/** What the window before has said about this one's beginning. */
interface Memory {
  /** Bytes of it that were looked under. */
  done: number;
  /** The run that it begins in is no text. */
  silent: boolean;
}

const CODES: readonly Code[] = [BASE64, HEX];
/** Shorter texts are no runs of letters, and no ciphertext. */
const MIN_CODED_BYTES = Math.min(...CODES.map(({ minChars }) => minChars));
const MAX_CODES = 2;
const MAX_WRITINGS = 2;
/** What begins so far around characters that are written as others is looked at once more. */
const MARGIN_BYTES = 256;
/** As much in front of a stretch as any detector looks at. */
const BEHIND_BYTES = 1280;
/** Shorter runs of what looks like an image are words. */
const MIN_BINARY_CHARS = 64;
const MIN_BLOB_CHARS = 256;
/** Bytes that no magic number tells and that read as no text are some where hashes, keys and signatures are shorter. */
const MIN_OPAQUE_CHARS = 1024;
const OPAQUE_HEAD_BYTES = 512;
/** Members of MCP whose value is bytes (2025-11-25, server/resources, server/tools). */
const BLOB_NAMES: ReadonlySet<string> = new Set(['data', 'blob']);
/** What beginning to undo a compression costs, what may come out of it, and how many times what went in. */
const INFLATE_STEPS = 16_384;
const MAX_INFLATED_BYTES = 1_048_576;
const MAX_RATIO = 64;

/** Undoing what is written otherwise does little to each byte. */
const BYTES_UNDONE_PER_STEP = 16;

const PERCENT = 0x25;
/** Behind a hyphen, or this at its beginning, a text may say that it is ciphertext; any other code is a long run. */
const DOLLAR = 0x24;
const MAX_CHARACTER_BYTES = 4;

const TOP: Chain = { layers: [], codes: 0, writings: 0 };

/** Makes the looks under the texts of one message. */
export function createLayers(tools: LayerTools): Layers {
  const memories: readonly Memory[] = CODES.map(() => ({ done: 0, silent: false }));
  const written: Written = { rune: 0, taken: 0 };

  const lookInto = (text: Passage, chain: Chain, outlet: Outlet): void => {
    lookAt(text, chain, outlet);
    lookUnderWritings(text, chain, outlet, text.end);
  };

  /** Looks at a text, and under the codes in it. */
  const lookAt = (text: Passage, chain: Chain, outlet: Outlet): void => {
    for (const { detector, start, end, layers } of tools.search(text)) outlet.found(detector, start, end, layers);
    const known = CODES.map(() => ({ done: 0, silent: false }));
    lookUnderCodes(text, chain, outlet, known);
  };

  const lookUnderCodes = (text: Passage, chain: Chain, outlet: Outlet, known: readonly Memory[]): void => {
    const { bytes, begin, from, to, end } = text;
    if (end - begin < MIN_CODED_BYTES) return;
    const ciphertext = findCiphertext(bytes, begin, from, to, end);
    if (ciphertext >= 0) outlet.miss('encrypted', ciphertext);
    for (let place = 0; place < CODES.length; place++) {
      const code = CODES[place];
      const memory = known[place];
      if (code !== undefined && memory !== undefined) lookUnderCode(code, text, chain, outlet, memory);
    }
  };

  /** What is written otherwise takes more bytes than what is meant by it: all that may be seen behind a window is undone. */
  const lookUnderWritings = (text: Passage, chain: Chain, outlet: Outlet, seenTo: number): void => {
    const { bytes, begin, from, to } = text;
    const first = firstWritten(bytes, from, Math.min(seenTo, to + MARGIN_BYTES), seenTo);
    if (first < 0) return;
    if (chain.writings === MAX_WRITINGS) {
      // Quotes in quotes pile up backslashes by themselves; nobody writes a percent sign three times over.
      if (bytes[first] === PERCENT && chain.layers.filter((layer) => layer === 'url').length >= MAX_WRITINGS)
        outlet.miss('too-deep', first);
      return;
    }
    if (!tools.spend(Math.ceil((seenTo - begin) / BYTES_UNDONE_PER_STEP))) return;
    const undone = undo(bytes, begin, seenTo);
    const ways = undone.layers(0, undone.length);
    const inner = { ...chain, layers: [...chain.layers, ...ways], writings: chain.writings + 1 };
    const inside: Outlet = {
      found: (detector, start, stop, layers) => {
        const here = undone.layers(start, stop);
        // A character that stands there as it is was found there.
        if (here.length === 0 && tools.isHidden(detector)) return;
        outlet.found(detector, undone.sourceStart(start), undone.sourceEnd(stop), [...(here.length === 0 ? ways : here), ...layers]);
      },
      miss: (reason, at) => outlet.miss(reason, undone.sourceStart(at)),
    };
    const own = partOf(text, undone, { from, to });
    for (const stretch of undone.near(from, to, MARGIN_BYTES)) {
      const part = partOf(text, undone, stretch);
      const around = { begin: Math.max(0, part.from - BEHIND_BYTES), end: Math.min(undone.length, part.to + tools.aheadBytes) };
      if (part.from < part.to)
        lookAt({ ...part, begin: boundary(undone.bytes, 0, around.begin), end: boundary(undone.bytes, 0, around.end) }, inner, inside);
    }
    if (own.from < own.to) lookUnderWritings(own, inner, inside, undone.length);
  };

  /** Where in [from, to) the first thing is that is written otherwise; -1 if there is none. */
  const firstWritten = (bytes: Uint8Array, from: number, to: number, seenTo: number): number => {
    for (let at = findBeginning(bytes, from, to); at >= 0; at = findBeginning(bytes, at + 1, to)) {
      readWritten(written, bytes, at, seenTo);
      if (written.taken > 0) return at;
    }
    return -1;
  };

  const lookUnderCode = (code: Code, text: Passage, chain: Chain, outlet: Outlet, memory: Memory): void => {
    const { bytes, to, end } = text;
    let at = text.from + memory.done;
    let begin = memory.done > 0 ? at : text.begin;
    memory.done = 0;
    if (memory.silent) {
      while (at < end && code.digits[bytes[at] ?? 0] !== NO_DIGIT) at++;
      if (at >= to) return;
      memory.silent = false;
      begin = at;
    }
    for (;;) {
      const run = nextRun(code, bytes, begin, at, end);
      if (run === undefined || run.from >= to) return;
      const letters = wholeLines(code, bytes, run, end, tools.aheadBytes);
      lookUnderRun(code, letters, text, chain, outlet, memory);
      at = begin = letters.next;
    }
  };

  const lookUnderRun = (code: Code, letters: Letters, text: Passage, chain: Chain, outlet: Outlet, memory: Memory): void => {
    const chars = letters.to - letters.from;
    // As much as may be seen behind a window is seen: there may be more.
    const isCut = letters.sourceEnd === text.end && text.end - text.to > tools.aheadBytes - MAX_CHARACTER_BYTES;
    const isLong = isCut || letters.sourceEnd - letters.sourceFrom > tools.aheadBytes;
    const isOwn = letters.sourceFrom >= text.from;
    if (!isLong) memory.done = Math.max(memory.done, letters.next - text.to);
    const content = isOwn ? tellContent(decode(code, letters.bytes, letters.from, letters.to, HEAD_BYTES)) : undefined;
    if (content === 'encrypted' || (content === 'binary' && chars >= MIN_BINARY_CHARS)) {
      outlet.miss(content, letters.sourceFrom);
      memory.silent = isLong;
      return;
    }
    if ((content === 'gzip' || content === 'zlib') && lookUnderCompression(code, letters, content, text, chain, outlet, isCut)) {
      memory.silent = isLong;
      return;
    }
    const isText = lookUnderAlignments(code, letters, text, chain, outlet, isLong);
    if (!isText && isBlob(text, letters, chars, isCut) && chain === TOP) {
      outlet.miss('binary', letters.sourceFrom);
      memory.silent = isLong;
    } else if (isOwn && chars >= MIN_OPAQUE_CHARS && isOpaque(code, letters)) outlet.miss('binary', letters.sourceFrom);
  };

  /** False: nothing reads as text. */
  const lookUnderAlignments = (code: Code, letters: Letters, text: Passage, chain: Chain, outlet: Outlet, isLong: boolean): boolean => {
    let isText = false;
    for (let shift = 0; shift < code.unitChars; shift++) {
      const from = letters.from + shift;
      if (!hasText(code, letters.bytes, from, letters.to)) continue;
      isText = true;
      if (chain.codes === MAX_CODES) {
        outlet.miss('too-deep', letters.sourceFrom);
        return true;
      }
      const decoded = tools.spend(letters.to - from) ? decode(code, letters.bytes, from, letters.to) : undefined;
      if (decoded === undefined) return true;
      // Of a run longer than a window, each window has what begins in it.
      const ownFrom = isLong ? bytesIn(code, Math.max(0, text.from - letters.sourceFrom - shift)) : 0;
      const ownTo = isLong ? Math.min(decoded.length, bytesIn(code, text.to - letters.sourceFrom - shift)) : decoded.length;
      const key = letters.sourceFrom === text.begin ? text.key : '';
      const isExact = isLong || (tools.isExact === true && letters.bytes === text.bytes);
      const sourceOf = (at: number): number => letters.sourceFrom + shift + (at / code.unitBytes) * code.unitChars;
      lookInto(
        { bytes: decoded, begin: 0, end: decoded.length, from: ownFrom, to: ownTo, key, surface: text.surface, isDecoded: true },
        { ...chain, layers: [...chain.layers, code.layer], codes: chain.codes + 1 },
        {
          found: (detector, start, stop, layers) => {
            const first = isExact ? Math.floor(sourceOf(start - (start % code.unitBytes))) : letters.sourceFrom;
            const last = isExact
              ? Math.min(letters.sourceEnd, sourceOf(Math.ceil(stop / code.unitBytes) * code.unitBytes))
              : letters.sourceEnd;
            outlet.found(detector, Math.max(first, text.from), last, [code.layer, ...layers]);
          },
          miss: (reason) => outlet.miss(reason, letters.sourceFrom),
        },
      );
    }
    return isText;
  };

  /** False: it is not compressed. */
  const lookUnderCompression = (
    code: Code,
    letters: Letters,
    content: Extract<Content, 'gzip' | 'zlib'>,
    text: Passage,
    chain: Chain,
    outlet: Outlet,
    isCut: boolean,
  ): boolean => {
    const at = letters.sourceFrom;
    const chars = letters.to - letters.from;
    if (!tools.spend(INFLATE_STEPS + chars)) return true;
    const compressed = decode(code, letters.bytes, letters.from, letters.to);
    const maxBytes = Math.min(MAX_INFLATED_BYTES, compressed.length * MAX_RATIO);
    const result = inflate(compressed, content, { maxBytes, isCut });
    if (!result.ok) {
      // Two bytes say that it is zlib's: any word may begin so.
      if (result.error === 'broken' && content === 'zlib') return false;
      outlet.miss(result.error === 'broken' ? 'unparsable' : 'too-deep', at);
      return true;
    }
    const inflated = result.value;
    if (isNoText(inflated)) {
      outlet.miss('binary', at);
      return true;
    }
    if (isCut || chain.codes + 2 > MAX_CODES) outlet.miss('too-deep', at);
    if (chain.codes + 2 > MAX_CODES || !tools.spend(inflated.length)) return true;
    const layers: readonly Layer[] = [code.layer, 'gzip'];
    lookInto(
      { bytes: inflated, begin: 0, end: inflated.length, from: 0, to: inflated.length, key: '', surface: text.surface, isDecoded: true },
      { ...chain, layers: [...chain.layers, ...layers], codes: chain.codes + 2 },
      {
        found: (detector, _start, _stop, inner) => outlet.found(detector, at, letters.sourceEnd, [...layers, ...inner]),
        miss: (reason) => outlet.miss(reason, at),
      },
    );
    return true;
  };

  return {
    look: (text, outlet, seenTo = text.end, traits = 0) => {
      const isFirst = text.from === text.begin;
      if (isFirst) for (const memory of memories) forget(memory);
      const isSifted = (traits & SIFTED) !== 0;
      if (!isSifted || (traits & WRITTEN) !== 0 || text.end < Math.min(seenTo, text.to + MARGIN_BYTES))
        lookUnderWritings(text, TOP, outlet, seenTo);
      const goesOn = isFirst ? text.bytes[text.begin] === DOLLAR : memories.some(isAtIt);
      if (!isSifted || goesOn || (traits & (LONG | HYPHEN)) !== 0) lookUnderCodes(text, TOP, outlet, memories);
    },
  };
}

/** Whether a run goes on that began in the window before. */
function isAtIt({ done, silent }: Memory): boolean {
  return silent || done > 0;
}

function forget(memory: Memory): void {
  memory.done = 0;
  memory.silent = false;
}

/** Whether the beginning reads as no text, wherever its letters begin. What looks like a text further in was looked at all the same. */
function isOpaque(code: Code, { bytes, from, to }: Letters): boolean {
  for (let shift = 0; shift < code.unitChars; shift++)
    if (!hasManyControls(decode(code, bytes, from + shift, to, OPAQUE_HEAD_BYTES))) return false;
  return true;
}

/** A stretch of a text, as it is undone. */
function partOf(text: Passage, undone: Undone, { from, to }: Stretch): Passage {
  const { bytes, length } = undone;
  return { ...text, bytes, begin: 0, from: undone.fromSource(from), to: undone.fromSource(to), end: length, isWritten: true };
}

/** A value that is bytes and nothing else, where MCP has such. */
function isBlob(text: Passage, letters: Letters, chars: number, isCut: boolean): boolean {
  if (chars < MIN_BLOB_CHARS || !BLOB_NAMES.has(text.key) || text.from !== text.begin) return false;
  return letters.sourceFrom === text.begin && (isCut || letters.sourceEnd === text.end);
}
