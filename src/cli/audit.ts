// `sallyport audit …`: what is on record, and whether anybody changed it. Reads the files of the data folder and needs no gateway.

import { dirname } from 'node:path';
import { GIVEN_UP, isGivenUp, tailLogs, toFindings, toMembers, toNumber, withholdNames } from '../audit/index.ts';
import type { TailRecord } from '../audit/index.ts';
import { auditEvidenceCommand } from './audit-evidence.ts';
import { auditCheckpointCommands } from './audit-checkpoints.ts';
import { auditExportCommand } from './audit-export.ts';
import { auditHoldCommands } from './audit-hold.ts';
import { auditMatchCommand } from './audit-match.ts';
import { auditProveCommands } from './audit-prove.ts';
import { auditQueryCommands } from './audit-query.ts';
import { auditSubjectCommand } from './audit-subject.ts';
import { auditRetainCommand } from './audit-retain.ts';
import { auditSubjectCommands } from './audit-subjects.ts';
import { auditVerifyCommand } from './audit-verify.ts';
import { auditWhoCommand } from './audit-who.ts';
import type { Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { FOLDER, logFolder, noLogs } from './log-folder.ts';
import { complain, printLine, printText } from './print.ts';
import { recordSettings } from './record-access.ts';
import { isFolder } from './record-folder.ts';

const DEFAULT_LIMIT = 50;

const tail: Command = {
  name: 'audit tail',
  summary: 'Show the newest records',
  description: [
    'A call has two records: what was decided, before the server was asked, and how it ended. Records hold no arguments and no results.',
  ],
  positionals: [FOLDER],
  options: [
    { name: 'limit', value: 'COUNT', text: `so many of the newest, or all (default: ${DEFAULT_LIMIT})` },
    { name: 'follow', text: 'go on as records come, until interrupted' },
  ],
  run: async (args, deps) => {
    const limit = readLimit(args.text('limit'));
    if (limit === 'malformed') return complain(deps, EXIT.usage, "--limit is a whole number from 1, or 'all'.");
    const folder = logFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const follow = args.flag('follow');
    if (!isFolder(folder) && !follow) return noLogs(deps, folder);
    const { hidesNames } = recordSettings(dirname(folder));
    for await (const read of tailLogs(folder, { follow, limit, signal: deps.interrupted })) {
      const record = hidesNames ? withholdNames(read) : read;
      if (args.output === 'json') printLine(deps, record.text);
      else printText(deps, describe(record));
    }
    return EXIT.ok;
  },
};

export const auditCommands: readonly Command[] = [
  tail,
  ...auditQueryCommands,
  auditExportCommand,
  auditWhoCommand,
  auditSubjectCommand,
  auditVerifyCommand,
  ...auditProveCommands,
  ...auditCheckpointCommands,
  auditMatchCommand,
  ...auditSubjectCommands,
  auditRetainCommand,
  ...auditHoldCommands,
  auditEvidenceCommand,
];

function readLimit(text: string | undefined): number | undefined | 'malformed' {
  if (text === undefined) return DEFAULT_LIMIT;
  if (text === 'all') return undefined;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 'malformed';
}

/** One record on one line, the members that matter to a person first. */
function describe({ time, slot, kind, members }: TailRecord): string {
  const when = `${new Date(time).toISOString()}  ${slot}  `;
  const text = (name: string): string => {
    const value = members[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const id = text('id');
  const subject = text('tool') || text('prompt') || text('resource');
  switch (kind) {
    case 'decision': {
      const why = text('rule') === '' ? text('reason') : `rule ${text('rule')}`;
      const verdict = isGivenUp(members) ? GIVEN_UP : text('verdict');
      return `${when}${verdict.padEnd(5)}  ${text('agent') || text('subject')} → ${text('server')}  ${text('method')}${subject === '' ? '' : ` ${subject}`}  (${why})${findingsOf(members)}  ${id}`;
    }
    case 'outcome': {
      const code = text('code') === '' ? '' : ` (${text('code')})`;
      const took = text('serverUs') === '' ? '' : `  ${(Number(text('serverUs')) / 1000).toFixed(1)} ms at the server`;
      return `${when}${text('status')}${code}  ${text('answerBytes')} bytes${took}${findingsOf(members)}  ${id}`;
    }
    case 'approval':
      return `${when}${text('event')}  ${text('agent')} → ${text('server')} ${subject}  (rule ${text('rule')})  by ${text('by')}  ${text('approval')}`;
    case 'lockdown': {
      const what =
        text('event') === 'unreadable' ? 'everything, because nobody could say what is' : `${text('subject')} ${text('name')}`.trimEnd();
      const why = text('reason') === '' ? '' : `  (${text('reason')})`;
      const who = text('by') === '' ? '' : `  by ${text('by')}`;
      return `${when}${text('event')}  ${what}${why}${who}  ${text('cut')} cut`;
    }
    case 'flow': {
      const whose = text('agent') === '*' ? 'of all agents' : `of ${text('agent')}`;
      return `${when}${text('event')}  what was used before, ${whose}  by ${text('by') || 'nobody who said'}`;
    }
    case 'act':
      return when + describeAct(members);
    case 'refusals':
      return `${when}refused  ${text('source')}  ${text('count')} requests (${text('reason')})`;
    case 'checkpoint': {
      const note = members['note'];
      return `${when}signed  the records up to ${Array.isArray(note) ? String(note[1]) : '?'}`;
    }
    default:
      if (text('event') === 'disputed')
        return `${when}log  disputed (${text('why')}): another log was signed up to record ${text('signed')}`;
      return `${when}${kind}  ${text('event')} ${text('writer')}${text('reason')}`.trimEnd();
  }
}

/** `done  agents.add billing  by os:alice (cli)  key=… groups=eu  act_…`: what is left out was not said. */
function describeAct(members: TailRecord['members']): string {
  const text = (name: string): string => (typeof members[name] === 'string' ? members[name] : '');
  const details = Object.entries(toMembers(members['details'])).map(([name, value]) => `${name}=${String(value)}`);
  const parts = [
    text('outcome').padEnd(7),
    `${text('action')} ${text('target')}`.trimEnd(),
    `by ${text('by')} (${text('via')})`,
    ...(text('reason') === '' ? [] : [`because: ${text('reason')}`]),
    ...(details.length === 0 ? [] : [details.join(' ')]),
    text('act'),
  ];
  return parts.join('  ');
}

/** What was found, as a part of a line: `  found vendor-token ×2 (deny), email (tag), 5 in all`. */
function findingsOf(members: TailRecord['members']): string {
  const findings = toFindings(members['findings']);
  if (findings.length === 0) return '';
  const total = toNumber(members['findingsTotal']);
  const each = findings.map(({ type, count, action }) => `${type}${count > 1 ? ` ×${count}` : ''} (${action})`);
  return `  found ${each.join(', ')}${total > 0 ? `, ${total} in all` : ''}`;
}
