// Two texts beside each other: lines that belong together in one row, and within a changed line the words that changed.

import { editScript } from './edit-script.ts';
import type { Edit } from './edit-script.ts';

/** A piece of a line. */
export interface DiffPart {
  readonly text: string;
  readonly isChanged: boolean;
}

/** A line of one of the texts. */
export interface DiffLine {
  /** From 1 on. */
  readonly number: number;
  readonly parts: readonly DiffPart[];
}

/** A row: what was there on the left, what is there on the right. */
export interface DiffRow {
  readonly kind: 'same' | 'changed' | 'removed' | 'added';
  readonly left: DiffLine | undefined;
  readonly right: DiffLine | undefined;
}

/** Longest line within which words are compared. */
const MAX_COMPARED_CHARS = 20_000;
/** Lines of which the shorter has less than this share of its words in the longer are two different lines. */
const MIN_LIKENESS = 0.5;
/** So many lines ahead one is looked for that belongs to a removed one: strangers write these texts, and comparing all with all would hold up the page. */
const LOOK_AHEAD = 8;

/** The rows of two texts. */
export function toRows(left: string, right: string): readonly DiffRow[] {
  const leftLines = toLines(left);
  const rightLines = toLines(right);
  const rows: DiffRow[] = [];
  let rightAt = 0;
  for (const block of toBlocks(editScript(leftLines, rightLines))) {
    if (block.kind === 'same') {
      for (let at = block.from; at < block.to; at++) rows.push(sameRow(leftLines[at] ?? '', at + 1, ++rightAt));
      continue;
    }
    const removed = numbered(leftLines, block.removed);
    const added = numbered(rightLines, block.added);
    rows.push(...pairUp(removed, added));
    rightAt += added.length;
  }
  return rows;
}

function toLines(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

type Block =
  | { readonly kind: 'same'; readonly from: number; readonly to: number }
  | { readonly kind: 'replaced'; readonly removed: readonly Edit[]; readonly added: readonly Edit[] };

/** Neighbouring removals and additions together, in whichever order they came. */
function toBlocks(edits: readonly Edit[]): readonly Block[] {
  const blocks: Block[] = [];
  let removed: Edit[] = [];
  let added: Edit[] = [];
  const flush = (): void => {
    if (removed.length + added.length > 0) blocks.push({ kind: 'replaced', removed, added });
    removed = [];
    added = [];
  };
  for (const edit of edits) {
    if (edit.kind === 'same') {
      flush();
      blocks.push({ kind: 'same', from: edit.from, to: edit.to });
    } else (edit.kind === 'removed' ? removed : added).push(edit);
  }
  flush();
  return blocks;
}

interface Numbered {
  readonly text: string;
  readonly number: number;
}

function numbered(lines: readonly string[], runs: readonly Edit[]): readonly Numbered[] {
  return runs.flatMap(({ from, to }) => lines.slice(from, to).map((text, at) => ({ text, number: from + at + 1 })));
}

function sameRow(text: string, left: number, right: number): DiffRow {
  const parts = [{ text, isChanged: false }];
  return { kind: 'same', left: { number: left, parts }, right: { number: right, parts } };
}

/** Lines that were removed and added in one place: those that resemble each other in one row, in their order. */
function pairUp(removed: readonly Numbered[], added: readonly Numbered[]): readonly DiffRow[] {
  const rows: DiffRow[] = [];
  let at = 0;
  for (const left of removed) {
    const found = added.slice(at, at + LOOK_AHEAD).findIndex((right) => isAlike(left.text, right.text));
    if (found < 0) {
      rows.push({ kind: 'removed', left: whole(left), right: undefined });
      continue;
    }
    for (const right of added.slice(at, at + found)) rows.push({ kind: 'added', left: undefined, right: whole(right) });
    const right = added[at + found];
    if (right !== undefined) rows.push(changedRow(left, right));
    at += found + 1;
  }
  for (const right of added.slice(at)) rows.push({ kind: 'added', left: undefined, right: whole(right) });
  return rows;
}

function whole({ text, number }: Numbered): DiffLine {
  return { number, parts: [{ text, isChanged: false }] };
}

function changedRow(left: Numbered, right: Numbered): DiffRow {
  const leftWords = toWords(left.text);
  const rightWords = toWords(right.text);
  const edits = editScript(leftWords, rightWords);
  const parts = (words: readonly string[], hidden: Edit['kind']): readonly DiffPart[] =>
    edits
      .filter(({ kind }) => kind !== hidden)
      // What is the same is told by its place in the first; the words are the same in both.
      .map(({ kind, from, to }) => ({ text: (kind === 'same' ? leftWords : words).slice(from, to).join(''), isChanged: kind !== 'same' }));
  return {
    kind: 'changed',
    left: { number: left.number, parts: parts(leftWords, 'added') },
    right: { number: right.number, parts: parts(rightWords, 'removed') },
  };
}

function isAlike(left: string, right: string): boolean {
  if (left.length > MAX_COMPARED_CHARS || right.length > MAX_COMPARED_CHARS) return false;
  const leftWords = new Set(toWords(left.trim()).filter((word) => /\w/.test(word)));
  const rightWords = new Set(toWords(right.trim()).filter((word) => /\w/.test(word)));
  const fewest = Math.min(leftWords.size, rightWords.size);
  return fewest > 0 && leftWords.intersection(rightWords).size / fewest >= MIN_LIKENESS;
}

/** Words, spaces and signs, each by itself: joined they are the text again. */
function toWords(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}
