// Records from before a profile kept names out of the record have both, a name and its pseudonym. Where it takes two people to learn whose a pseudonym is, a
// command that showed such a record as it stands would tell one person alone. So what says who it was is taken out of what is shown; the log stays as it is.

import { toMembers, toText } from '../read-members.ts';
import type { Entry, EntryLine } from './entry.ts';

/** Stands where a name stood that no pseudonym stands for. No agent can be called so. */
const WITHHELD = '(withheld)';

const PSEUDONYM = /^sub_[0-9a-f]{24}$/;
/** What an act of these was done to is an agent. */
const ACTS_ON_AGENTS = /^(agents|keys|flow)\.|^records\.(query|count|export|watch)$/;
const LOCKS = /^lockdown\./;

type Members = Readonly<Record<string, unknown>>;

/** The line without what says who it was by name; the line itself where there is nothing of that. */
export function withholdNames<Line extends { readonly text: string; readonly members: Members }>(line: Line): Line {
  const hidden = hiddenIn(line.members);
  if (hidden.size === 0) return line;
  const shown = Object.entries(line.members).flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
    if (!hidden.has(name)) return [[name, value]];
    const instead = hidden.get(name);
    return instead === undefined ? [] : [[name, instead]];
  });
  const members = Object.fromEntries([...shown, ['withheld', [...hidden.keys()]]]);
  return { ...line, members, text: toAscii(JSON.stringify(members)) };
}

/** The same of an entry. */
export function withholdNamesIn(entry: Entry): Entry {
  const line: EntryLine = withholdNames(entry.line);
  return line === entry.line ? entry : { ...entry, line };
}

/** Members that name somebody, with what is shown in their place; undefined: nothing. */
function hiddenIn(members: Members): ReadonlyMap<string, unknown> {
  const hidden = new Map<string, unknown>();
  const hide = (member: string, instead?: unknown): void => {
    if (isName(members[member])) hidden.set(member, instead);
  };
  switch (members['kind']) {
    case 'decision':
      hide('agent');
      hide('user');
      // Who may list the agents sees whose key it is; where names are kept out, an alias stands here.
      if (hidden.size > 0) hide('keyId');
      break;
    case 'approval':
      hide('agent', WITHHELD);
      hide('user');
      break;
    case 'flow':
      hide('agent', WITHHELD);
      break;
    case 'lockdown':
      if (members['subject'] === 'agent') hide('name', WITHHELD);
      break;
    case 'act':
      hideInAct(members, hidden);
      break;
    default:
  }
  const by = members['by'];
  // `os:` and a user of the machine stands there whatever the profile.
  if (typeof by === 'string' && by.startsWith('key:') && isName(by.slice('key:'.length))) hidden.set('by', `key:${WITHHELD}`);
  return hidden;
}

function hideInAct(members: Members, hidden: Map<string, unknown>): void {
  const { action, target } = members;
  const details = toMembers(members['details']);
  const isOnAgent = ACTS_ON_AGENTS.test(toText(action)) || (LOCKS.test(toText(action)) && details['kind'] === 'agent');
  if (isOnAgent && isName(target)) hidden.set('target', WITHHELD);
  const about = details['about'];
  // What a hold was about, in a sentence: `agent ada, from …`.
  if (typeof about === 'string' && /\bagent /.test(about)) hidden.set('details', { ...details, about: WITHHELD });
}

function isName(value: unknown): boolean {
  // `*`: all agents.
  return typeof value === 'string' && value !== '' && value !== '*' && !PSEUDONYM.test(value);
}

/** As lines of the record are: nothing in them steers a terminal. */
function toAscii(json: string): string {
  return json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
