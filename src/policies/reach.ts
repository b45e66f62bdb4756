// Who could call a thing at all, whatever they say in the call: which rules are about it, and what these leave to each caller. A rule that looks at what is
// only known of a call (arguments, address, earlier use, findings) may hold or not, and so the answer may be that it depends.

import type { Principal } from '../agents/index.ts';
import { compileGlob } from '../base/index.ts';
import { compileRule } from './compile.ts';
import { compileForesight } from './replay/index.ts';
import { holdsLabels, patternsOf } from './rule.ts';
import type { PolicyDocument, Question, Rule, Subject, ToolFacts } from './types.ts';

/** A thing on a server, and what is known of it. */
export interface Reached {
  readonly server: string;
  readonly subject: Subject;
  /** Of a tool. */
  readonly facts: ToolFacts | undefined;
  /** Of what is no tool. */
  readonly labels: readonly string[];
}

/** What a policy leaves to a caller: yes in any case, no in any case, or it depends on the call or on a person. */
export type WithinReach = 'yes' | 'depends' | 'no';

export interface Reach {
  /** Rules that cover the thing, whoever calls. */
  rulesAbout(thing: Reached): readonly Rule[];
  of(principal: Principal, thing: Reached, timeMs: number): WithinReach;
}

const UNKNOWN: ReadonlySet<'args' | 'source' | 'taint' | 'findings'> = new Set(['args', 'source', 'taint', 'findings']);

/** Looks at a document that compiles. */
export function createReach(document: PolicyDocument, servers: readonly string[]): Reach {
  const foresee = compileForesight(document, servers);
  const compiled = document.rules.map(compileRule);
  return {
    rulesAbout: ({ server, subject, facts, labels }) =>
      compiled
        .filter((rule) => {
          if (!rule.rule.servers.some((pattern) => compileGlob(pattern)(server))) return false;
          if (subject.kind === 'server') return true;
          const { kind, name } = subject;
          const isNamed = patternsOf(rule, kind).some((pattern) => compileGlob(pattern)(name));
          return isNamed && holdsLabels(rule, kind, facts?.labels ?? labels, facts?.guessed);
        })
        .map(({ rule }) => rule),
    of: (principal, { server, subject, facts, labels }, timeMs) => {
      const question: Question = {
        principal,
        server,
        subject,
        tool: facts,
        labels: facts === undefined ? labels : undefined,
        taint: [],
        args: subject.kind === 'tool' || subject.kind === 'prompt' ? {} : undefined,
        request: { timeMs, era: 'modern', source: '', listener: '' },
      };
      const { kinds } = foresee(question, UNKNOWN);
      if (kinds.size === 1 && kinds.has('allow')) return 'yes';
      return kinds.has('allow') || kinds.has('ask') ? 'depends' : 'no';
    },
  };
}

/** Whom a rule is about and what else it wants, in a line. */
export function describeConcern({ agents, groups, after, when }: Rule): string {
  const who = [agents.length > 0 ? `agents ${agents.join(', ')}` : '', groups.length > 0 ? `groups ${groups.join(', ')}` : ''];
  const conditions = [after === undefined ? '' : `after the use of ${after.join(' and ')}`, when === undefined ? '' : `when ${when}`];
  return [who.filter((part) => part !== '').join(' and '), ...conditions.filter((part) => part !== '')].join(', ');
}
