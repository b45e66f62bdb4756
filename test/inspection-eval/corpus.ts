// A corpus as inspection is measured on: one JSON object a line, in files of known names. Nothing in here is ever printed: what is said of a row
// is its id.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text that is an attack, or is not. */
export interface TextRow {
  readonly id: string;
  readonly corpus: string;
  readonly label: string;
  readonly category: string;
  readonly text: string;
}

/** A text with, or without, something that grants access. */
export interface SecretRow {
  readonly id: string;
  readonly corpus: string;
  readonly rule: string;
  readonly expect: boolean;
  readonly text: string;
}

/** What stands where in a text; offsets in UTF-16 units. */
export interface Labelled {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** A text with what is personal in it. */
export interface PersonalRow {
  readonly id: string;
  readonly text: string;
  readonly spans: readonly Labelled[];
}

/** All files of a folder; of one that is not there, nothing. */
export interface Corpus {
  readonly name: string;
  readonly tool_description: readonly TextRow[];
  readonly tool_result: readonly TextRow[];
  readonly content: readonly TextRow[];
  readonly secrets: readonly SecretRow[];
  readonly pii: readonly PersonalRow[];
}

/** Reads `<file>.jsonl` of a folder; throws where there is none at all, or a row that is not one. */
export function readCorpus(folder: string): Corpus {
  const rows = <Row>(file: string, read: (fields: Fields, id: string) => Row): readonly Row[] => {
    const path = join(folder, `${file}.jsonl`);
    if (!existsSync(path)) return [];
    return readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line, n) => (line.trim() === '' ? [] : [readRow(line, `${file}:${n + 1}`, read)]));
  };
  const corpus: Corpus = {
    name: folder,
    tool_description: rows('tool_description', textRow),
    tool_result: rows('tool_result', textRow),
    content: rows('content', textRow),
    secrets: rows('secrets', secretRow),
    pii: rows('pii', personalRow),
  };
  const { name: _, ...files } = corpus;
  if (Object.values(files).every(({ length }) => length === 0))
    throw new Error(`${folder} has none of ${Object.keys(files).join(', ')} (.jsonl)`);
  return corpus;
}

type Fields = Readonly<Record<string, unknown>>;

function readRow<Row>(line: string, id: string, read: (fields: Fields, id: string) => Row): Row {
  const fields: unknown = JSON.parse(line);
  if (!isRecord(fields)) throw new Error(`${id}: not an object`);
  return read(fields, id);
}

function textRow(fields: Fields, place: string): TextRow {
  return {
    id: typeof fields['id'] === 'string' ? fields['id'] : place,
    corpus: text(fields, 'corpus', place),
    label: text(fields, 'label', place),
    category: text(fields, 'category', place),
    text: text(fields, 'text', place),
  };
}

function secretRow(fields: Fields, place: string): SecretRow {
  const { expect } = fields;
  if (typeof expect !== 'boolean') throw new Error(`${place}: expect must be true or false`);
  return { id: place, corpus: text(fields, 'corpus', place), rule: text(fields, 'rule', place), expect, text: text(fields, 'text', place) };
}

function personalRow(fields: Fields, place: string): PersonalRow {
  const { spans } = fields;
  if (!Array.isArray(spans)) throw new Error(`${place}: spans must be a list`);
  const labelled = spans.map((span: unknown): Labelled => {
    const { type, start, end } = isRecord(span) ? span : {};
    if (typeof type !== 'string' || typeof start !== 'number' || typeof end !== 'number')
      throw new Error(`${place}: a span has type, start and end`);
    return { type, start, end };
  });
  return { id: place, text: text(fields, 'text', place), spans: labelled };
}

function text(fields: Fields, name: string, place: string): string {
  const value = fields[name];
  if (typeof value !== 'string') throw new Error(`${place}: ${name} must be a text`);
  return value;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
