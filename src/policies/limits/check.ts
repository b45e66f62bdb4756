// Looks for what is wrong with limits although every one by itself is well-formed: names that lead nowhere, costs that no bucket can hold.

import { nearest } from '../../base/index.ts';
import { compileGlob, isGlob } from '../../base/index.ts';
import type { PolicyDocument, PolicyProblem } from '../types.ts';
import { bucketShape } from './compile.ts';
import type { Limit } from './types.ts';

/** What limits are about; such a member has no place in one that rules name. */
const SELECTORS = ['agents', 'groups', 'tools', 'prompts', 'resources', 'labels'] as const;

/** All problems of the limits, and of the rules that name them. */
export function checkLimits({ rules, limits = {} }: PolicyDocument, servers: readonly string[]): readonly PolicyProblem[] {
  const names = Object.keys(limits);
  const named = new Set<string>();
  const problems: PolicyProblem[] = [];
  rules.forEach(({ limit }, i) => {
    const written = limit === undefined ? [] : typeof limit === 'string' ? [limit] : limit;
    written.forEach((name, j) => {
      named.add(name);
      if (names.includes(name)) return;
      const path = ['rules', i, 'limit', ...(typeof limit === 'string' ? [] : [j])];
      problems.push({
        severity: 'error',
        path,
        message: `${JSON.stringify(name)} is not a limit of this policy`,
        fix: remedy(name, names),
      });
    });
  });
  for (const [name, limit] of Object.entries(limits)) problems.push(...checkOne(name, limit, named.has(name), servers));
  return problems;
}

function remedy(name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  if (meant !== undefined) return `Did you mean ${meant}?`;
  if (names.length === 0) return `Add it under limits: { ${name}: { rate: { calls: 60 } } }, for example.`;
  return `There are: ${names.slice(0, 20).join(', ')}.`;
}

function checkOne(name: string, limit: Limit, isNamed: boolean, servers: readonly string[]): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  limit.servers.forEach((pattern, i) => {
    const path = ['limits', name, 'servers', i];
    if (!isGlob(pattern) && !servers.includes(pattern))
      problems.push({ severity: 'error', path, message: 'is not a server of this config', written: pattern, among: servers });
    else if (isGlob(pattern) && servers.length > 0 && !servers.some(compileGlob(pattern)))
      problems.push({ severity: 'warning', path, message: 'matches no server' });
  });
  const given = SELECTORS.find((member) => (limit[member]?.length ?? 0) > 0);
  if (isNamed && (given !== undefined || limit.servers.some((pattern) => pattern !== '*')))
    problems.push({
      severity: 'error',
      path: ['limits', name, given ?? 'servers'],
      message: 'is of no use here: rules name this limit, and it concerns the calls that they grant',
      fix: 'Remove it, or remove the limit from the rules.',
    });
  const shape = bucketShape(limit);
  for (const [glob, units] of Object.entries(limit.spend?.costs ?? {}))
    if (shape !== undefined && units > shape.capacity)
      problems.push({
        severity: 'error',
        path: ['limits', name, 'spend', 'costs', glob],
        message: `is more than the limit ever holds, ${shape.capacity}, so that such a call could never be made`,
        fix: 'Lower it, or raise burst or units.',
      });
  return problems;
}
