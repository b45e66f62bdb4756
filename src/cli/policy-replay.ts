// `sallyport policy replay`: what would have been decided otherwise, had these rules been in force.

import { DEFAULT_AUDIT } from '../audit/index.ts';
import { labelsIn } from '../config/index.ts';
import { compileToolFacts, createReplay } from '../policies/index.ts';
import type { LeftOut, ReplayGroup, ReplayReport } from '../policies/index.ts';
import type { Command, CliDeps } from './command.ts';
import { openDecisions, SINCE } from './decisions.ts';
import { EXIT } from './exit-codes.ts';
import { knownAgents } from './known.ts';
import { readPolicyConfig } from './policy-config.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { withProgress } from './progress.ts';

const DEFAULT_LIMIT = 50;

const WHY_LEFT_OUT: Readonly<Record<LeftOut, string>> = {
  'not-by-policy': 'were denied by something else than policy, which may do so again',
  'asked-first': 'asked a person; what came of it has a record of its own',
  'cut-short': 'are about a name, or a URI, that the record does not have whole',
  'no-server': 'are about a route as a whole, whose servers have records of their own',
  unread: 'are about servers that are not looked into, of which the record does not say what was wanted',
  nameless: 'are on record without the name of the agent, by the privacy profile, so that nobody can say which rules concern it',
};

export const policyReplayCommand: Command = {
  name: 'policy replay',
  summary: 'Show what changed rules would decide otherwise',
  description: [
    'Takes the decisions on record, and says which of them the rules of the config file would decide otherwise. Edit the file, replay, and then reload.',
    'A record has no arguments, no address of the caller, not what the task had used before, and of what was found only types and places: where a rule looks at these, the change cannot be said, and is counted as such. Groups, attributes and labels are those of now.',
  ],
  options: [SINCE, { name: 'limit', value: 'COUNT', text: `so many kinds of changes at most (default: ${DEFAULT_LIMIT})` }],
  examples: [
    ['sallyport policy replay --since 30d', 'the rules in sallyport.yaml against a month'],
    ['sallyport policy replay --config candidate.yaml --data .sallyport', 'the rules of another file'],
  ],
  run: async (args, deps) => {
    const limit = Number(args.text('limit') ?? DEFAULT_LIMIT);
    if (!Number.isInteger(limit) || limit < 1) return complain(deps, EXIT.usage, '--limit is a whole number from 1.');
    const config = await readPolicyConfig(args, deps);
    if (typeof config === 'number') return config;
    const opened = await openDecisions(args, deps, 'policy.replay');
    if (typeof opened === 'number') return opened;
    const { policy, servers, audit = DEFAULT_AUDIT } = config.shard;
    const replay = createReplay(policy, {
      servers: servers.map(({ name }) => name),
      agents: (await knownAgents(args, deps)) ?? new Map(),
      toolFacts: compileToolFacts(servers),
      serverLabels: labelsIn(servers),
      isTogether: audit.subjects === 'pseudonyms' || audit.smallestGroup > 1,
    });
    for await (const decision of withProgress(deps, 'decisions replayed', opened.read())) replay.take(decision);
    const report = replay.report();
    if (args.output === 'json') printJson(deps, { ...report, groups: report.groups.slice(0, limit).map(toJson) });
    else printReport(deps, report, limit);
    return EXIT.ok;
  },
};

function toJson({ subject, now, lastMs, ...group }: ReplayGroup): object {
  const name = subject.kind === 'server' ? {} : { name: subject.name };
  return { ...group, kind: subject.kind, ...name, now: now ?? null, last: new Date(lastMs).toISOString() };
}

function printReport(deps: CliDeps, report: ReplayReport, limit: number): void {
  const { decisions, same, changed, unsaid, leftOut, unknownAgents, groups, ungrouped } = report;
  const rows = groups
    .slice(0, limit)
    .map(({ agent, server, subject, was, now, rules, count }) => [
      `${count}`,
      agent,
      server,
      subject.kind === 'server' ? 'the server' : `${subject.kind} ${subject.name}`,
      shown(was),
      now === undefined ? `cannot be said: ${rules.join(', ')}` : shown(now),
    ]);
  if (rows.length > 0) printTable(deps, ['COUNT', 'AGENT', 'SERVER', 'WHAT', 'WAS', 'WOULD BE'], rows);
  if (groups.length > limit || ungrouped > 0)
    printLine(
      deps,
      `… and ${groups.length - Math.min(limit, groups.length)} more kinds${ungrouped > 0 ? `, and ${ungrouped} decisions that were not kept apart` : ''}.`,
    );
  if (rows.length > 0) printLine(deps, '');
  printLine(deps, `${decisions} decisions: ${same} would be the same, ${changed} would change, of ${unsaid} it cannot be said.`);
  for (const [why, count] of Object.entries(leftOut)) if (count > 0) printLine(deps, `${count} ${sentenceOf(why)}.`);
  if (unknownAgents.length > 0)
    printText(
      deps,
      `Nothing is known of ${unknownAgents.slice(0, 10).join(', ')}${unknownAgents.length > 10 ? ', …' : ''}: taken to be in no group.`,
    );
  if (unsaid > 0) printLine(deps, 'What cannot be said depends on arguments, addresses or earlier use, which are not on record.');
}

function sentenceOf(why: string): string {
  for (const [one, sentence] of Object.entries(WHY_LEFT_OUT)) if (one === why) return sentence;
  return why;
}

function shown({ verdict, rule }: ReplayGroup['was']): string {
  return `${verdict} ${rule ?? '-'}`;
}
