// Names in rules that nothing has which exists now: agents, groups, servers, tools and labels. Where nobody knows what exists, nothing is said.

import { nearest } from '../../base/index.ts';
import { compileGlob, isGlob } from '../../base/index.ts';
import type { PolicyDocument, PolicyProblem, Rule } from '../types.ts';
import type { LintFinding } from './lint.ts';

/** What exists. A member that is undefined: nobody knows. */
export interface Existing {
  readonly servers: readonly string[];
  readonly agents?: readonly string[];
  /** Groups that some agent is in. */
  readonly groups?: readonly string[];
  /** Labels that some tool or server has. */
  readonly labels?: readonly string[];
  /** The tools of each server of which they are known. */
  readonly tools?: ReadonlyMap<string, readonly string[]>;
}

/** What a rule names and nobody has. */
export function findDangling(rule: Rule, i: number, existing: Existing): readonly LintFinding[] {
  const lookFor = (
    member: 'agents' | 'groups' | 'servers' | 'tools' | 'labels' | 'after',
    what: string,
    known: readonly string[] | undefined,
  ) =>
    known === undefined
      ? []
      : (rule[member] ?? []).flatMap((name, j): readonly LintFinding[] =>
          isThere(name, known)
            ? []
            : [
                {
                  kind: 'dangling',
                  rule: rule.name,
                  path: ['rules', i, member, j],
                  message: `names ${JSON.stringify(name)}, which ${what}`,
                  fix: remedy(name, known),
                },
              ],
        );
  return [
    ...lookFor('agents', isOneName, existing.agents),
    ...lookFor('groups', 'no agent is in', existing.groups),
    ...lookFor('servers', 'is no server of this config', existing.servers),
    ...lookFor('tools', 'no server it is about has as a tool', toolsOf(rule, existing)),
    ...lookFor('labels', 'nothing carries', existing.labels),
    ...lookFor('after', 'nothing carries', existing.labels),
  ];
}

/** The same of tools alone, as a doubt about the document: a rule with a misspelt tool is in force and does nothing. */
export function findStrayTools(
  { rules }: Pick<PolicyDocument, 'rules'>,
  existing: Pick<Existing, 'servers' | 'tools'>,
): readonly PolicyProblem[] {
  return rules.flatMap((rule, i) =>
    findDangling(rule, i, existing).flatMap(({ path, message, fix }): readonly PolicyProblem[] =>
      path[2] === 'tools' ? [{ severity: 'warning', path, message, fix }] : [],
    ),
  );
}

const isOneName = 'is no agent';

/** The tools of the servers that a rule is about; undefined unless those of all of them are known. */
function toolsOf({ servers }: Rule, existing: Existing): readonly string[] | undefined {
  const concerned = existing.servers.filter((server) => servers.some((pattern) => compileGlob(pattern)(server)));
  const lists = concerned.map((server) => existing.tools?.get(server));
  return lists.length === 0 || lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

function isThere(name: string, known: readonly string[]): boolean {
  // `*` means whoever there may come to be.
  if (name === '*') return true;
  return isGlob(name) ? known.some(compileGlob(name)) : known.includes(name);
}

function remedy(name: string, known: readonly string[]): string {
  const meant = isGlob(name) ? undefined : nearest(name, known);
  return meant === undefined ? 'Correct it, or remove it if nothing will be called that.' : `Did you mean ${meant}?`;
}
