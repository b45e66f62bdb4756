// Every command line that the console shows, in one place: what can be done here can be done in a terminal, a script or a note as well. A test of the gateway
// reads each with the command line's own reader, so that none is shown that does not work. Words in capitals stand for what nobody has typed yet.

import type { ExplainForm } from './pages/policies/explain-input.ts';
import { commandLine } from './ui/command-line.ts';

/** What stands for a reason that nobody has given yet. */
const REASON = 'REASON';

/** All of them, by what they do. */
export const commands = {
  top: () => commandLine('top'),
  /** Of everything, or of one server. */
  doctor: (server?: string) => commandLine('doctor', given(server)),
  signIn: () => commandLine('console'),
  reload: () => commandLine('reload'),
  limits: () => commandLine('limits'),
  servers: () => commandLine('servers'),
  importServers: () => commandLine('import', ['FILE']),

  lock: ({ kind, name, reason }: Lock) => commandLine('lockdown', lockWords(kind, name), option('--reason', reason)),
  lift: ({ kind, name, reason }: Lock) => commandLine('lockdown lift', lockWords(kind, name), option('--reason', reason)),
  liftEverything: () => commandLine('lockdown lift', [], ['--every']),

  listAgents: () => commandLine('agents list'),
  addAgent: ({ name, groups, key }: NewAgent) =>
    commandLine('agents add', [name || 'NAME'], [...each('--group', groups), ...(key === undefined ? ['--no-key'] : keyOptions(key))]),
  setAgent: (agent: string, { groups, attributes, priority }: AgentWords) => {
    const pairs = Object.entries(attributes).map(([name, value]) => `${name}=${value}`);
    return commandLine(
      'agents set',
      [agent],
      [...all('--group', '--no-groups', groups), ...all('--attribute', '--no-attributes', pairs), ...option('--priority', priority)],
    );
  },
  removeAgent: (agent: string) => commandLine('agents remove', [agent]),
  issueKey: (agent: string, key: NewKey = {}) => commandLine('agents key', [agent], keyOptions(key)),
  /** All of its keys, or one. */
  revokeKeys: (agent: string, key?: string) => commandLine('agents revoke', [agent], option('--key', key)),

  /** The tools that an agent may call. */
  listTools: (server: string) => commandLine('tools list', [server]),
  reviewTools: () => commandLine('tools review'),
  lookAlikes: () => commandLine('tools look-alikes'),
  /** Instructions have no name. */
  decideDefinition: (decision: 'approve' | 'reject', { server, kind, name, fingerprint }: Definition) =>
    commandLine(`tools ${decision}`, [server, ...given(name)], ['--kind', kind, '--fingerprint', fingerprint]),
  approveAll: (server: string) => commandLine('tools approve', [server], ['--all']),

  listApprovals: () => commandLine('approvals list'),
  decideApprovals: (decision: 'approve' | 'reject', ids: readonly string[]) => commandLine(`approvals ${decision}`, ids),

  explain: ({ agent, server, kind, name, args, user }: ExplainForm) =>
    commandLine(
      'explain',
      [agent || 'AGENT', server || 'SERVER', ...(kind === 'server' ? [] : [kind, name || 'NAME'])],
      [...(kind === 'tool' ? option('--args', args) : []), ...option('--user', user)],
    ),
  replayPolicy: (since: string) => commandLine('policy replay', [], ['--since', since]),
  showPolicy: () => commandLine('policy show', [], ['--text']),
  savePolicy: ({ reason, tag }: Save) => commandLine('policy save', ['policy.yaml'], saveOptions(reason || REASON, tag)),
  rollBackPolicy: (revision: number, { reason, tag }: Save) =>
    commandLine('policy roll-back', [String(revision)], saveOptions(reason, tag)),
  listRevisions: () => commandLine('policy history'),
  showRevision: (revision: number) => commandLine('policy show', [String(revision)]),
  listProposals: () => commandLine('policy proposals', [], ['--all']),
  decideProposal: (decision: 'accept' | 'reject' | 'withdraw', proposal: string, reason: string) =>
    commandLine(`policy ${decision}`, [proposal], option('--reason', reason)),

  tailRecord: () => commandLine('audit tail'),
  /** `filter`: as options. */
  queryRecord: (filter: readonly string[]) => commandLine('audit query', [], filter),
  countRecord: (by: string, filter: readonly string[]) => commandLine('audit query', [], ['--count-by', by, ...filter]),
  exportRecord: ({ format, filter, reason }: Export) =>
    commandLine('audit export', [], ['--format', format, ...filter, ...option('--reason', reason)]),
  verifyRecord: () => commandLine('audit verify'),

  listOperators: () => commandLine('operators list'),
  addOperator: ({ name, role, groups, agents }: Person) =>
    commandLine('operators add', [name || 'NAME'], ['--role', role, ...each('--group', groups), ...each('--agent', agents)]),
  changeOperator: ({ name, role, groups, agents }: Person) =>
    commandLine(
      'operators change',
      [name],
      ['--role', role, ...all('--group', '--no-groups', groups), ...all('--agent', '--no-agents', agents)],
    ),
  removeOperator: (name: string) => commandLine('operators remove', [name]),
  linkOperator: (name: string) => commandLine('operators link', [name]),
  signOutOperator: (name: string) => commandLine('operators sign-out', [name]),
} as const satisfies Record<string, (...args: never) => string>;

interface Lock {
  readonly kind: 'agent' | 'server' | 'tool' | 'all';
  readonly name: string;
  readonly reason: string;
}

/** A key that is to be issued. */
interface NewKey {
  readonly label?: string;
  /** As the command says it; undefined: until it is revoked. */
  readonly expires?: string | undefined;
}

/** What is said of an agent that is there. */
interface AgentWords {
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly priority: string;
}

interface NewAgent {
  readonly name: string;
  readonly groups: readonly string[];
  readonly key: NewKey | undefined;
}

interface Definition {
  readonly server: string;
  readonly kind: string;
  readonly name: string;
  readonly fingerprint: string;
}

interface Save {
  readonly reason: string;
  /** Of the policy that was looked at. */
  readonly tag: string;
}

interface Export {
  readonly format: string;
  readonly filter: readonly string[];
  readonly reason: string;
}

interface Person {
  readonly name: string;
  readonly role: string;
  readonly groups: readonly string[];
  readonly agents: readonly string[];
}

function lockWords(kind: Lock['kind'], name: string): readonly string[] {
  return kind === 'all' ? [kind] : [kind, name];
}

function keyOptions({ label, expires }: NewKey): readonly string[] {
  return [...option('--label', label), ...option('--expires', expires)];
}

function saveOptions(reason: string, tag: string): readonly string[] {
  return [...option('--reason', reason), '--if-match', tag];
}

/** Nothing where nothing was given. */
function given(word: string | undefined): readonly string[] {
  return word === undefined || word === '' ? [] : [word];
}

function option(name: string, value: string | undefined): readonly string[] {
  return given(value?.trim()).flatMap((text) => [name, text]);
}

function each(name: string, values: readonly string[]): readonly string[] {
  return values.flatMap((value) => [name, value]);
}

/** What is given replaces what was there; `none` takes all of it away. */
function all(name: string, none: string, values: readonly string[]): readonly string[] {
  return values.length === 0 ? [none] : each(name, values);
}
