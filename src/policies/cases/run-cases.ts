// Holds cases against a policy: what each expected, what came, and which rules made it so.

import { nearest } from '../../base/index.ts';
import { describeMatch } from '../describe.ts';
import type { ToolFactsOf } from '../tool-facts.ts';
import type { Policy, Question, Rule, RuleExplanation, Verdict } from '../types.ts';
import type { PolicyCase } from './parse-cases.ts';

/** A case that the policy does not fulfil. */
export interface CaseFailure {
  readonly line: number;
  readonly text: string;
  /** Like `allow payments`. */
  readonly expected: string;
  /** Undefined where nothing came, as the case cannot be asked. */
  readonly came: string | undefined;
  /** A sentence about the case, with what was expected, what came, and why. */
  readonly message: string;
  readonly fix: string;
}

/** What cases are held against. */
export interface CaseBed {
  readonly policy: Policy;
  readonly servers: readonly string[];
  /** What the config says of tools, and of servers, where a case says no labels. */
  readonly toolFacts: ToolFactsOf;
  readonly serverLabels: (server: string) => readonly string[];
}

/** Rules of which a failure tells; more would hide the one that matters. */
const MAX_TOLD = 5;

/** Runs cases; those that hold say nothing. */
export function runCases(cases: readonly PolicyCase[], bed: CaseBed): readonly CaseFailure[] {
  return cases.flatMap((one) => {
    const failure = runCase(one, bed);
    return failure === undefined ? [] : [failure];
  });
}

function runCase(
  { line, text, question, labels, expected }: PolicyCase,
  { policy, servers, toolFacts, serverLabels }: CaseBed,
): CaseFailure | undefined {
  const wanted = shown(expected.kind, expected.rule);
  const { server, subject } = question;
  const impossible = (message: string, fix: string): CaseFailure => ({ line, text, expected: wanted, came: undefined, message, fix });
  // A denial that is expected of a server or rule that is misspelt would always be fulfilled.
  if (!servers.includes(server)) return impossible(`is about '${server}', which is not a server`, suggest(server, servers));
  const rules = policy.rules.map(({ name }) => name);
  if (typeof expected.rule === 'string' && !rules.includes(expected.rule))
    return impossible(`expects the rule '${expected.rule}', which is not there`, suggest(expected.rule, rules));
  const facts = subject.kind === 'tool' ? toolFacts(server, subject.name) : undefined;
  const asked: Question =
    facts === undefined
      ? { ...question, tool: undefined, labels: labels ?? serverLabels(server) }
      : { ...question, tool: labels === undefined ? facts : { labels, class: facts.class, fingerprint: facts.fingerprint } };
  const verdict = policy.judge(asked);
  if (verdict.kind === expected.kind && (expected.rule === undefined || (verdict.rule ?? null) === expected.rule)) return undefined;
  const came = shown(verdict.kind, verdict.rule ?? null);
  const why = tellWhy(policy, asked, expected.rule ?? undefined);
  return {
    line,
    text,
    expected: wanted,
    came,
    message: `should be '${wanted}', and is '${came}'${why === '' ? ': no rule is about it' : `: ${why}`}`,
    fix: 'Correct the rules; or the case, if this is what should be.',
  };
}

function shown(kind: Verdict['kind'], rule: string | null | undefined): string {
  return rule === undefined ? kind : `${kind} ${rule ?? '-'}`;
}

function suggest(written: string, among: readonly string[]): string {
  const meant = nearest(written, among);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  return among.length === 0 ? 'There are none.' : `There are: ${among.slice(0, 20).join(', ')}.`;
}

/** The rules that had to do with it, and the one that was expected to. */
function tellWhy(policy: Policy, question: Question, expected: string | undefined): string {
  const { rules } = policy.explain(question);
  const told = rules.flatMap((explained, i): readonly [Rule, RuleExplanation][] => {
    const rule = policy.rules[i];
    return rule !== undefined && (isNear(explained) || rule.name === expected) ? [[rule, explained]] : [];
  });
  const shownRules = told.slice(0, MAX_TOLD).map(([rule, explained]) => `${rule.name} (${rule.effect}) ${describeMatch(rule, explained)}`);
  return [...shownRules, ...(told.length > MAX_TOLD ? [`and ${told.length - MAX_TOLD} more`] : [])].join('; ');
}

function isNear({ match }: RuleExplanation): boolean {
  return match === 'matches' || match === 'condition-false' || match === 'condition-error' || match === 'other-labels';
}
