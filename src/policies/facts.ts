// What a question shows to conditions.

import { FINDING_CLASSES } from '../inspection/index.ts';
import type { Facts } from './condition/index.ts';
import type { Asked } from './rule.ts';
import type { Question } from './types.ts';

const UNLABELLED: readonly string[] = [];
const NOTHING_FOUND: Readonly<Record<string, number>> = Object.fromEntries(FINDING_CLASSES.map((one) => [one, 0]));

/** What conditions are asked about by a question. */
export function askedBy(question: Question): Asked {
  const { subject, tool, labels, taint, args } = question;
  return {
    kind: subject.kind,
    labels: tool?.labels ?? labels ?? UNLABELLED,
    guessed: tool?.guessed,
    taint,
    hasArgs: args !== undefined,
    factsOf: () => factsOf(question),
  };
}

/** Made only where a condition runs. */
function factsOf({ principal, server, subject, tool, args, taint, findings, request }: Question): Facts {
  const { agent, groups, attributes, tenant, user } = principal;
  return {
    agent: { name: agent, groups, attributes, tenant, ...(user !== undefined && { user }) },
    server: { name: server },
    tool: subject.kind === 'tool' ? { name: subject.name, labels: tool?.labels ?? [], class: tool?.class ?? 'standard' } : undefined,
    args,
    taint,
    findings: findings && { ...NOTHING_FOUND, ...findings },
    request: { time: new Date(request.timeMs), era: request.era, source: request.source, listener: request.listener },
  };
}
