// What a text says as a policy, as far as its writer has got: its rules with the lines they stand on, and what became of them from one text to another.
// It judges nothing: a text that is no policy yet has the rules that can be made out.

import { isDeepStrictEqual } from 'node:util';
import { readYaml } from './yaml.ts';

/** A rule, and where it stands in the text. */
export interface OutlinedRule {
  readonly name: string;
  readonly effect: 'allow' | 'ask' | 'deny';
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
  /** As it is written. */
  readonly written: unknown;
}

/** What can be made out of a text. */
export interface PolicyOutline {
  readonly rules: readonly OutlinedRule[];
  /** Patterns of files of cases. */
  readonly cases: readonly string[];
  /** What else the document says. */
  readonly others: Readonly<Record<string, unknown>>;
}

/** What became of a rule. */
export interface ChangedRule {
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  /** In the new text; null: it is not there any more. */
  readonly line: number | null;
}

const BLANK_OR_COMMENT = /^\s*(#.*)?$/;
const NOTHING: PolicyOutline = { rules: [], cases: [], others: {} };

/** Texts that were outlined last: whoever edits one asks again and again about what it was. */
const MAX_KEPT = 4;
const kept = new Map<string, PolicyOutline>();

/** Outlines a text; of what is no YAML mapping nothing can be made out. */
export function outlinePolicy(text: string): PolicyOutline {
  const known = kept.get(text) ?? outline(text);
  kept.delete(text);
  kept.set(text, known);
  const [oldest] = kept.keys();
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  return known;
}

function outline(text: string): PolicyOutline {
  const read = readYaml(text);
  if (!read.ok || !isMembers(read.value.value)) return NOTHING;
  const { rules, cases, ...others } = read.value.value;
  const all: readonly unknown[] = Array.isArray(rules) ? rules : [];
  const starts = all.map((_, at) => read.value.locate(['rules', at], 'value').line);
  const behind = Object.keys(read.value.value).map((name) => read.value.locate([name], 'key').line);
  const lines = text.split('\n');
  const outlined = all.flatMap((written, at): readonly OutlinedRule[] => {
    const line = starts[at] ?? 1;
    const next = starts[at + 1] ?? Math.min(...behind.filter((other) => other > line), lines.length + 1);
    if (!isMembers(written) || typeof written['name'] !== 'string') return [];
    const { name, effect } = written;
    const isRule = effect === 'allow' || effect === 'ask' || effect === 'deny';
    return isRule ? [{ name, effect, line, endLine: lastOf(lines, line, next - 1), written }] : [];
  });
  return { rules: outlined, cases: Array.isArray(cases) ? cases.filter((one) => typeof one === 'string') : [], others };
}

/** The last line that says something: what stands in front of the next rule is about that. */
function lastOf(lines: readonly string[], first: number, last: number): number {
  let line = last;
  while (line > first && BLANK_OR_COMMENT.test(lines[line - 1] ?? '')) line -= 1;
  return line;
}

/** What became of the rules of one text in another, and which other members are written otherwise. */
export function compareOutlines(
  before: PolicyOutline,
  after: PolicyOutline,
): { readonly rules: readonly ChangedRule[]; readonly otherwise: readonly string[] } {
  const was = new Map(before.rules.map((rule) => [rule.name, rule]));
  const is = new Map(after.rules.map((rule) => [rule.name, rule]));
  const inPlace = longestInOrder(
    after.rules.flatMap(({ name }) => (was.has(name) ? [name] : [])),
    [...was.keys()],
  );
  const removed = before.rules.filter(({ name }) => !is.has(name));
  const rules = after.rules.flatMap(({ name, line, written }): readonly ChangedRule[] => {
    const old = was.get(name);
    if (old === undefined) return [{ name, change: 'added', line }];
    if (!isDeepStrictEqual(old.written, written)) return [{ name, change: 'changed', line }];
    return inPlace.has(name) ? [] : [{ name, change: 'moved', line }];
  });
  const members = [...new Set([...Object.keys(before.others), ...Object.keys(after.others)])];
  const otherwise = members.filter((name) => !isDeepStrictEqual(before.others[name], after.others[name]));
  if (!isDeepStrictEqual(before.cases, after.cases)) otherwise.push('cases');
  return { rules: [...rules, ...removed.map(({ name }) => ({ name, change: 'removed', line: null }) as const)], otherwise };
}

/** Of names, the most that stand in the same order in both lists (patience sorting): the others were moved. */
function longestInOrder(names: readonly string[], order: readonly string[]): ReadonlySet<string> {
  const placeOf = new Map(order.map((name, at) => [name, at]));
  interface Link {
    readonly name: string;
    readonly place: number;
    readonly before: Link | undefined;
  }
  const ends: Link[] = [];
  for (const name of names) {
    const place = placeOf.get(name) ?? 0;
    const found = ends.findIndex((end) => end.place >= place);
    const at = found < 0 ? ends.length : found;
    ends[at] = { name, place, before: ends[at - 1] };
  }
  const kept = new Set<string>();
  for (let link = ends.at(-1); link !== undefined; link = link.before) kept.add(link.name);
  return kept;
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
