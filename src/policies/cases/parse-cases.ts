// Reads a file of policy cases: what somebody wants, and what the policy is to say. test/cases/policy/README.md describes the format.
// Lenient in space, strict in everything else: a case that is misread is a wall with a hole that everybody believes in.

import { fail, nearest, ok } from '../../base/index.ts';
import type { Result } from '../../base/index.ts';
import { FINDING_CLASSES } from '../../inspection/index.ts';
import type { FindingClass } from '../../inspection/index.ts';
import { parseJson } from '../../mcp/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import type { Question, Subject, Verdict } from '../types.ts';
import { listOf, splitColumns, splitParts } from './split-case.ts';

/** One case. */
export interface PolicyCase {
  /** Where it begins, from 1. */
  readonly line: number;
  /** As written, on one line, without what is expected. */
  readonly text: string;
  /** What is asked, but for what the config says of the tool. */
  readonly question: Omit<Question, 'tool'>;
  /** Undefined: those that the config gives. */
  readonly labels: readonly string[] | undefined;
  readonly expected: {
    readonly kind: Verdict['kind'];
    /** Undefined: whichever; null: none. */
    readonly rule: string | null | undefined;
  };
}

/** What is wrong with a line. The message is a sentence about the line. */
export interface CaseMistake {
  readonly line: number;
  readonly message: string;
  readonly fix: string;
}

/** A file of cases. */
export interface CaseFile {
  /** What the file shows. */
  readonly prose: string;
  /** The policy that the file brings along, as text; undefined: it is about the one of the config. */
  readonly policy: { readonly text: string; /** Lines in front of it. */ readonly linesBefore: number } | undefined;
  readonly cases: readonly PolicyCase[];
  readonly mistakes: readonly CaseMistake[];
}

/** A Monday noon: within office hours nearly everywhere, and the same whenever the cases run. */
const TIME_MS = Date.UTC(2026, 0, 5, 12);
const COLUMNS = 'agent | server | wants | verdict';
const EXAMPLE = 'ada [finance] | bank | tool pay {"amount": 20} | allow payments';
const KINDS = ['tool', 'prompt', 'resource'] as const;

/** Reads a file. */
export function parseCases(text: string): CaseFile {
  const parts: { readonly lines: string[]; readonly linesBefore: number }[] = [{ lines: [], linesBefore: 0 }];
  text.split(/\r?\n/).forEach((line, i) => {
    if (/^---\s*$/.test(line)) parts.push({ lines: [], linesBefore: i + 1 });
    else parts.at(-1)?.lines.push(line);
  });
  const last = parts.pop() ?? { lines: [], linesBefore: 0 };
  const [prose, policy, more] = parts;
  const { cases, mistakes } = readLines(last.lines, last.linesBefore);
  const tooMany =
    more === undefined ? [] : [mistake(more.linesBefore, 'begins a fourth part', 'A file has at most three: prose, policy, cases.')];
  return {
    prose: prose?.lines.join('\n').trim() ?? '',
    policy: policy === undefined ? undefined : { text: policy.lines.join('\n'), linesBefore: policy.linesBefore },
    cases,
    mistakes: [...tooMany, ...mistakes],
  };
}

function readLines(lines: readonly string[], linesBefore: number): Pick<CaseFile, 'cases' | 'mistakes'> {
  const written: { line: number; text: string }[] = [];
  const mistakes: CaseMistake[] = [];
  lines.forEach((text, i) => {
    const line = linesBefore + i + 1;
    if (text.trim() === '' || text.startsWith('#')) return;
    const before = written.at(-1);
    // A line that begins with a space goes on with the one before.
    if (!/^\s/.test(text)) written.push({ line, text: text.trim() });
    else if (before !== undefined) before.text += ` ${text.trim()}`;
    else mistakes.push(mistake(line, 'goes on with a case that is not there', 'Take away the space at its beginning.'));
  });
  const cases: PolicyCase[] = [];
  for (const { line, text } of written) {
    const read = readCase(line, text);
    if (read.ok) cases.push(read.value);
    else mistakes.push({ line, ...read.error });
  }
  return { cases, mistakes };
}

type Wrong = Omit<CaseMistake, 'line'>;

function readCase(line: number, text: string): Result<PolicyCase, Wrong> {
  const columns = splitColumns(text);
  if (columns.length !== 4 && columns.length !== 5)
    return wrong(`has ${columns.length} columns, not the four of ${COLUMNS}`, `Write ${EXAMPLE}, for example.`);
  const [who = '', server = '', wants = ''] = columns;
  const principal = readWho(who);
  if (!principal.ok) return principal;
  if (!/^\S+$/.test(server)) return wrong('does not name one server', `Write ${EXAMPLE}, for example.`);
  const wanted = readWants(wants);
  if (!wanted.ok) return wanted;
  const circumstances = readCircumstances(columns.length === 5 ? (columns[3] ?? '') : '');
  if (!circumstances.ok) return circumstances;
  const expected = readVerdict(columns.at(-1) ?? '');
  if (!expected.ok) return expected;
  const { subject, labels, args } = wanted.value;
  const question = { principal: principal.value, server, subject, args, ...circumstances.value };
  return ok({ line, text: columns.slice(0, -1).join(' | '), question, labels, expected: expected.value });
}

/** `ada [finance] {"team": "emea"} for eve@example.com` */
function readWho(column: string): Result<Question['principal'], Wrong> {
  const user = /\sfor (\S+)$/.exec(column)?.[1];
  const { words, list, json, rest } = splitParts(user === undefined ? column : column.slice(0, -` for ${user}`.length));
  if (!/^\S+$/.test(words) || rest !== '')
    return wrong(
      `says '${column}' where an agent stands`,
      'Write its name, its groups in brackets, its attributes in braces, and for whom: ada [finance] {"team": "emea"} for eve@example.com.',
    );
  const attributes = readObject(json);
  if (!attributes.ok) return attributes;
  const texts = Object.entries(attributes.value).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
  if (texts.length < Object.keys(attributes.value).length)
    return wrong('has an attribute that is no text', 'Write it in quotes: {"level": "3"}.');
  return ok({ tenant: 'default', agent: words, user, groups: list ?? [], attributes: Object.fromEntries(texts), keyId: 'case' });
}

interface Wanted {
  readonly subject: Subject;
  readonly labels: readonly string[] | undefined;
  readonly args: JsonValue | undefined;
}

/** `server`, or `tool write [destructive] {"path": "/tmp/a"}` */
function readWants(column: string): Result<Wanted, Wrong> {
  const { words, list, json, rest } = splitParts(column);
  const [first = '', ...names] = words.split(/\s+/);
  const kind = KINDS.find((one) => one === first);
  if (kind === undefined && (first !== 'server' || names.length > 0))
    return wrong(`wants '${column}'`, 'Write server, or tool, prompt or resource and its name: tool write_file {"path": "/tmp/a"}.');
  if (rest !== '') return wrong(`says '${rest}' behind what is wanted`, 'Labels come first, in brackets, then arguments, in braces.');
  if (json !== undefined && kind !== 'tool' && kind !== 'prompt')
    return wrong(`gives arguments to a ${first}`, 'Only tools and prompts take arguments; remove them.');
  if (kind === undefined) return ok({ subject: { kind: 'server' }, labels: list, args: undefined });
  const args = readObject(json);
  if (!args.ok) return args;
  const subject = { kind, name: names.join(' ') };
  return ok({ subject, labels: list, args: kind === 'resource' ? undefined : args.value });
}

function readObject(json: string | undefined): Result<JsonObject, Wrong> {
  if (json === undefined) return ok({});
  const parsed = parseJson(new TextEncoder().encode(json));
  if (!parsed.ok)
    return wrong(`has braces that hold no JSON: ${parsed.error.say}`, 'Names and texts stand in double quotes: {"path": "/tmp/a"}.');
  const { value } = parsed.value;
  return isObject(value) ? ok(value) : wrong('has braces that hold no JSON object', 'Write {"path": "/tmp/a"}, for example.');
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const CIRCUMSTANCES = ['time', 'era', 'source', 'listener', 'taint', 'findings'];

/** `time=2026-03-02T21:00:00Z era=legacy source=10.0.0.1 listener=main taint=private-source,untrusted-source findings=secret:1` */
function readCircumstances(column: string): Result<Pick<Question, 'request' | 'taint' | 'findings'>, Wrong> {
  const given = new Map<string, string>();
  for (const word of column.split(/\s+/).filter((one) => one !== '')) {
    const [, name = word, value = ''] = /^([a-z]+)=(.+)$/.exec(word) ?? [];
    if (!CIRCUMSTANCES.includes(name) || value === '') {
      const meant = nearest(name, CIRCUMSTANCES);
      return wrong(
        `says '${word}' of the request`,
        meant === undefined ? `Write ${CIRCUMSTANCES.map((one) => `${one}=…`).join(', ')}.` : `Did you mean ${meant}=…?`,
      );
    }
    if (given.has(name)) return wrong(`says ${name} twice`, 'Write it once.');
    given.set(name, value);
  }
  const time = given.get('time');
  const timeMs = time === undefined ? TIME_MS : readTime(time);
  if (timeMs === undefined) return wrong(`has the time '${time}'`, 'Write it with its zone: time=2026-03-02T21:00:00Z.');
  const era = given.get('era') ?? 'modern';
  if (era !== 'modern' && era !== 'legacy') return wrong(`has the era '${era}'`, 'Write era=modern or era=legacy.');
  const findings = readFindings(listOf(given.get('findings') ?? ''));
  if (!findings.ok) return findings;
  const source = given.get('source') ?? '127.0.0.1';
  const listener = given.get('listener') ?? 'main';
  return ok({ taint: listOf(given.get('taint') ?? ''), findings: findings.value, request: { timeMs, era, source, listener } });
}

/** `secret`, or `secret:2`. */
function readFindings(words: readonly string[]): Result<Readonly<Record<string, number>>, Wrong> {
  const found: Record<string, number> = {};
  for (const word of words) {
    const [, name = word, count = '1'] = /^([a-z]+)(?::(\d{1,6}))?$/.exec(word) ?? [];
    if (!isFindingClass(name)) {
      const meant = nearest(name, FINDING_CLASSES);
      return wrong(
        `finds '${word}'`,
        meant === undefined ? `Write findings=secret:2; there are: ${FINDING_CLASSES.join(', ')}.` : `Did you mean ${meant}?`,
      );
    }
    found[name] = Number(count);
  }
  return ok(found);
}

function isFindingClass(name: string): name is FindingClass {
  return FINDING_CLASSES.some((one) => one === name);
}

/** RFC 3339. A time without a zone would be another one on every machine. */
function readTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** `allow`, `ask large-sums`, `deny -` */
function readVerdict(column: string): Result<PolicyCase['expected'], Wrong> {
  const [, kind, rule] = /^(allow|ask|deny)(?:\s+(\S+))?$/.exec(column) ?? [];
  if (kind !== 'allow' && kind !== 'ask' && kind !== 'deny')
    return wrong(`expects '${column}'`, 'Write allow, ask or deny and the rule that decides: allow payments. For no rule, write deny -.');
  return ok({ kind, rule: rule === '-' ? null : rule });
}

function mistake(line: number, message: string, fix: string): CaseMistake {
  return { line, message, fix };
}

function wrong(message: string, fix: string): { readonly ok: false; readonly error: Wrong } {
  return fail({ message, fix });
}
