// Looks for what is wrong with a policy although every rule by itself is well-formed: names used twice, rules about nothing.

import { compileCondition } from './condition/index.ts';
import { checkLimits } from './limits/index.ts';
import { createNameIndex, NONE } from './name-index.ts';
import { compileGlob, isGlob } from '../base/index.ts';
import type { PolicyDocument, PolicyProblem, Rule } from './types.ts';

/** What the document may refer to. */
export interface Known {
  readonly servers: readonly string[];
  /** Labels that some tool has, or may come to have; undefined: any may be. */
  readonly labels?: readonly string[];
  /** Purposes for which rules may have something sealed; undefined: any may be. */
  readonly purposes?: readonly string[];
}

/** Where inspection asks a person, its name stands in the place of a rule's: an approval for the one must not be good for the other. */
const RESERVED = 'inspection';

/** All problems, in document order. With an error among them the document is not compiled. */
export function checkPolicy(document: PolicyDocument, known: Known): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  if (document.rules.length === 0) {
    problems.push({
      severity: 'warning',
      path: ['rules'],
      message: 'has no rule, so nothing may be called',
      fix: 'Add one: { name: all, effect: allow, agents: ["*"], servers: ["*"] }, for example.',
    });
  }
  const names = new Map<string, number>();
  const servers = createNameIndex(known.servers.map((pattern, order) => ({ pattern, order })));
  document.rules.forEach((rule, i) => {
    if (rule.name === RESERVED)
      problems.push({
        severity: 'error',
        path: ['rules', i, 'name'],
        message: 'is the name under which inspection asks',
        fix: 'Give the rule another name.',
      });
    const first = names.get(rule.name);
    if (first === undefined) names.set(rule.name, i);
    else
      problems.push({
        severity: 'error',
        path: ['rules', i, 'name'],
        message: `is also the name of rule ${first + 1}; denials and records could not tell them apart`,
        fix: 'Give each a name of its own.',
      });
    rule.servers.forEach((pattern, j) => {
      const path = ['rules', i, 'servers', j];
      if (isGlob(pattern)) {
        // A glob may be meant for servers to come, so it is only doubtful; without any server there is nothing to say.
        if (known.servers.length > 0 && !known.servers.some(compileGlob(pattern)))
          problems.push({ severity: 'warning', path, message: 'matches no server' });
      } else if (servers.first(pattern) === NONE) {
        problems.push({ severity: 'error', path, message: 'is not a server of this config', written: pattern, among: known.servers });
      }
    });
    problems.push(
      ...checkLabels(rule, i, 'labels', known.labels),
      ...checkLabels(rule, i, 'after', known.labels),
      ...checkCondition(rule, i),
      ...checkCapture(rule, i, known.purposes),
    );
  });
  problems.push(...checkLimits(document, known.servers));
  return problems;
}

/** A label that no tool carries may be meant for tools to come, so it is only doubtful. */
function checkLabels(rule: Rule, i: number, member: 'labels' | 'after', known: readonly string[] | undefined): readonly PolicyProblem[] {
  return (rule[member] ?? []).flatMap((label, j): readonly PolicyProblem[] =>
    known === undefined || known.includes(label)
      ? []
      : [{ severity: 'warning', path: ['rules', i, member, j], message: 'is a label that no tool has', written: label, among: known }],
  );
}

function checkCapture({ capture }: Rule, i: number, known: readonly string[] | undefined): readonly PolicyProblem[] {
  if (capture === undefined || known === undefined || known.includes(capture)) return [];
  const path = ['rules', i, 'capture'];
  return known.length === 0
    ? [
        {
          severity: 'error',
          path,
          message: 'names a purpose, and audit.purposes has none',
          fix: `Add audit.purposes.${capture}, or remove it.`,
        },
      ]
    : [{ severity: 'error', path, message: 'is not a purpose of audit.purposes', written: capture, among: known }];
}

function checkCondition({ when, prompts, resources }: Rule, i: number): readonly PolicyProblem[] {
  if (when === undefined) return [];
  const path = ['rules', i, 'when'];
  const compiled = compileCondition(when);
  if (!compiled.ok) {
    const { fix, ...mistake } = compiled.error;
    return [{ severity: 'error', path, ...mistake, ...(fix !== undefined && { fix }) }];
  }
  const { reads } = compiled.value;
  const lost = [
    ...(prompts !== undefined && reads.has('tool') ? [['prompts', 'tool']] : []),
    ...(resources !== undefined && reads.has('tool') ? [['resources', 'tool']] : []),
    ...(resources !== undefined && reads.has('args') ? [['resources', 'args']] : []),
  ];
  return lost.slice(0, 1).map(([kind, variable]) => ({
    severity: 'warning',
    path: ['rules', i, kind ?? ''],
    message: `are never matched: the condition reads ${variable}, which ${kind} do not have`,
    fix: 'Write a rule of their own for them.',
  }));
}
