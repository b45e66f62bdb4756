// Every action of the console has its command line, and every line works: each that the console can show is read by a shell and by the command line's own
// reader, with names in it that strangers chose; and whatever changes anything shows the line of what it does.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../console/src/commands.ts';
import { toOptions } from '../console/src/records/filter.ts';
import { ENDPOINTS } from '../src/admin/contract.ts';
import type { EndpointName } from '../src/admin/contract.ts';
import type { Endpoint } from '../src/admin/endpoint.ts';
import type { RecordView } from '../src/admin/index.ts';
import { cliFixture } from '../src/cli/cli.fixture.ts';
import { EXIT } from '../src/cli/index.ts';
import { toTerminalLines } from '../src/processes/record/terminal-lines.ts';

const CONSOLE = fileURLToPath(new URL('../console/src/', import.meta.url));
const GATEWAY = fileURLToPath(new URL('../src/', import.meta.url));

type Commands = typeof commands;
type CommandName = keyof Commands;

/** A name as a hostile server may choose it. */
const HOSTILE = ['--all', "it's", '$(id) `id`', '-x', 'a b'] as const;
const FINGERPRINT = 'f'.repeat(64);
const TAG = 'a'.repeat(64);
const FILTER = toOptions({
  from: '24h',
  to: '2026-11-22T10:00:00Z',
  kind: 'call,act',
  id: 'ab12-1',
  agent: 'ada',
  subject: 'sub_0123456789abcdef01234567',
  server: 'files',
  tool: '--all',
  rule: 'readers',
  verdict: 'deny',
  status: 'refused',
  finding: 'secret/aws',
  order: 'oldest',
});

/** What each is shown with. */
const SAMPLES: { readonly [Name in CommandName]: readonly Parameters<Commands[Name]>[] } = {
  top: [[]],
  doctor: [[], ['files']],
  signIn: [[]],
  reload: [[]],
  limits: [[]],
  servers: [[]],
  importServers: [[]],
  lock: [
    [{ kind: 'all', name: '', reason: '' }],
    [{ kind: 'agent', name: 'billing', reason: "its key is in Kim's repository" }],
    ...HOSTILE.map((name) => [{ kind: 'tool', name: `files/${name}`, reason: '-' }] as [Parameters<Commands['lock']>[0]]),
  ],
  lift: [[{ kind: 'all', name: '', reason: 'over' }], [{ kind: 'server', name: 'files', reason: '' }]],
  liftEverything: [[]],
  listAgents: [[]],
  addAgent: [
    [{ name: '', groups: [], key: {} }],
    [{ name: 'billing', groups: ['finance', 'readers'], key: { label: "Kim's laptop", expires: '365d' } }],
    [{ name: 'billing', groups: [], key: undefined }],
  ],
  setAgent: [
    ['billing', { groups: [], attributes: {}, priority: 'interactive' }],
    ['billing', { groups: ['finance'], attributes: { team: 'labs', url: 'http://x/?a=b' }, priority: 'critical' }],
  ],
  removeAgent: [['billing']],
  issueKey: [['billing'], ['billing', { label: '-', expires: '30d' }]],
  revokeKeys: [['billing'], ['billing', 'key_1']],
  listTools: [['files']],
  reviewTools: [[]],
  lookAlikes: [[]],
  decideDefinition: [
    ['approve', { server: 'files', kind: 'instructions', name: '', fingerprint: FINGERPRINT }],
    ...HOSTILE.map(
      (name) => ['reject', { server: 'files', kind: 'tool', name, fingerprint: FINGERPRINT }] as Parameters<Commands['decideDefinition']>,
    ),
  ],
  approveAll: [['files']],
  listApprovals: [[]],
  decideApprovals: [
    ['approve', ['apr_1', 'apr_2']],
    ['reject', ['apr_1']],
  ],
  explain: [
    [{ agent: '', server: '', kind: 'tool', name: '', args: '', user: '' }],
    [{ agent: 'ada', server: 'files', kind: 'server', name: '', args: '', user: 'kim' }],
    ...HOSTILE.map(
      (name) =>
        [{ agent: 'ada', server: 'files', kind: 'tool', name, args: '{"path":"it\'s"}', user: '' }] as Parameters<Commands['explain']>,
    ),
  ],
  replayPolicy: [['1h'], ['24h'], ['7d'], ['30d']],
  showPolicy: [[]],
  savePolicy: [[{ reason: '', tag: TAG }], [{ reason: '--dry-run', tag: TAG }]],
  rollBackPolicy: [[11, { reason: 'Back to revision 11', tag: TAG }]],
  listRevisions: [[]],
  showRevision: [[11]],
  listProposals: [[]],
  decideProposal: [
    ['accept', 'prp_1', ''],
    ['reject', 'prp_1', 'not this'],
    ['withdraw', 'prp_1', ''],
  ],
  tailRecord: [[]],
  queryRecord: [
    [[]],
    [FILTER],
    ...['15m', '1h', '7d', '30d'].map((from): [readonly string[]] => [toOptions({ from })]),
    ...['call', 'act', 'approval', 'lockdown', 'refusals', 'checkpoint', 'log'].map((kind): [readonly string[]] => [toOptions({ kind })]),
    ...['ok', 'tool_error', 'rpc_error', 'failed', 'refused', 'cancelled', 'unknown'].map((status): [readonly string[]] => [
      toOptions({ status }),
    ]),
  ],
  countRecord: ['server', 'tool', 'rule', 'verdict', 'status', 'finding', 'hour'].map((by): [string, readonly string[]] => [by, []]),
  exportRecord: ['csv', 'jsonl', 'ocsf', 'otlp'].map((format): Parameters<Commands['exportRecord']> => [
    { format, filter: toOptions({ from: '24h', verdict: 'deny' }), reason: 'audit 7' },
  ]),
  verifyRecord: [[]],
  listOperators: [[]],
  addOperator: [
    [{ name: '', role: 'admin', groups: [], agents: [] }],
    [{ name: 'ada', role: 'approver', groups: ['lawyers'], agents: ['robot'] }],
  ],
  changeOperator: [
    [{ name: 'ada', role: 'viewer', groups: [], agents: [] }],
    [{ name: 'ada', role: 'auditor', groups: ['a', 'b'], agents: ['robot'] }],
  ],
  removeOperator: [['ada']],
  linkOperator: [['ada']],
  signOutOperator: [['ada']],
};

/** What the pages do that changes something, and whose line they show for it: in the same file, or where it says. */
const ACTIONS: Partial<Record<EndpointName, { readonly by: readonly CommandName[]; readonly in?: string }>> = {
  lockDown: { by: ['lock'] },
  liftLockdown: { by: ['lift'] },
  addAgent: { by: ['addAgent'] },
  changeAgent: { by: ['setAgent'] },
  removeAgent: { by: ['removeAgent'] },
  addKey: { by: ['issueKey'] },
  revokeKey: { by: ['revokeKeys'] },
  revokeKeys: { by: ['revokeKeys'] },
  decideDefinitions: { by: ['decideDefinition', 'approveAll'] },
  decideApprovals: { by: ['decideApprovals'] },
  explain: { by: ['explain'] },
  beginReplay: { by: ['replayPolicy'] },
  writePolicy: { by: ['savePolicy', 'rollBackPolicy'], in: 'pages/policies/SaveDialog.tsx' },
  decideProposal: { by: ['decideProposal'] },
  reload: { by: ['reload'] },
  beginVerification: { by: ['verifyRecord'] },
  exportRecords: { by: ['exportRecord'] },
  addOperator: { by: ['addOperator'] },
  changeOperator: { by: ['changeOperator'] },
  removeOperator: { by: ['removeOperator'] },
  makeLink: { by: ['linkOperator'] },
  endSessions: { by: ['signOutOperator'] },
  probeServer: { by: ['doctor'], in: 'pages/servers/ServerPage.tsx' },
};
/** What has no command, because only a browser has it to do. */
const OF_THE_BROWSER: Partial<Record<EndpointName, string>> = {
  signIn: 'a command is nobody who signs in',
  signOut: 'this browser; everywhere is a command',
  cancelJob: 'a job that this page began: what a command does ends with the command',
  proveRecord: 'the line comes with the record, from the gateway',
};

const sources = globSync('**/*.{ts,tsx}', { cwd: CONSOLE })
  .filter((path) => !/\.(test|fixture)\.tsx?$/.test(path) && path !== 'commands.ts')
  .map((path) => ({ path, text: readFileSync(join(CONSOLE, path), 'utf8') }));

/** The words of each line, as a shell reads them. */
function readByShell(lines: readonly string[]): readonly (readonly string[])[] {
  const script = ['sallyport() { printf "%s\\0" "$@" "|end|"; }', ...lines].join('\n');
  const all = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  return all
    .split('\0|end|\0')
    .slice(0, -1)
    .map((one) => one.split('\0'));
}

const lines = Object.entries(SAMPLES).flatMap(([name, calls]) => {
  const make = commands[name as CommandName] as (...args: readonly unknown[]) => string;
  return calls.map((args: readonly unknown[]) => make(...args));
});

test('every line that the console can show is one that the command line takes', async (t) => {
  const record = { kind: 'call', log: 'worker-0', seq: 7, id: 'ab12-1', agent: 'ada', server: 'files', tool: 'read it', rule: 'readers' };
  const told = toTerminalLines(record as RecordView).map(({ command }) => command);
  const kept = [...readFileSync(join(GATEWAY, 'processes/settings-port.ts'), 'utf8').matchAll(/command: '([^']+)'/g)].map(
    ([, line]) => line ?? '',
  );
  assert.ok(kept.length >= 4, 'what is kept beside the file has its lines');
  const { run } = cliFixture(t, { env: { HOME: '/nonexistent' } });
  const all = [...lines, ...told, ...kept];
  const read = readByShell(all);
  assert.equal(read.length, all.length);
  for (const [at, words] of read.entries()) {
    const { code, stderr } = await run(...words);
    assert.ok(code !== EXIT.usage && code !== EXIT.internal, `${all[at]}\n${stderr}`);
  }
});

test('what strangers call their tools is never an option of a line', () => {
  const [words = []] = readByShell([
    commands.decideDefinition('approve', { server: 'files', kind: 'tool', name: '--all', fingerprint: 'f' }),
  ]);
  assert.deepEqual(words, ['tools', 'approve', '--kind', 'tool', '--fingerprint', 'f', '--', 'files', '--all']);
});

test('lines are made in one place', () => {
  assert.ok(sources.length > 100, `only ${sources.length} files were found`);
  for (const { path, text } of sources) {
    if (path !== 'ui/command-line.ts') assert.doesNotMatch(text, /\bcommandLine\(/, path);
    assert.doesNotMatch(text, /command="|command=\{['"`]/, path);
  }
  const used = new Set(sources.flatMap(({ text }) => [...text.matchAll(/\bcommands\.(\w+)\(/g)].map(([, name]) => name)));
  assert.deepEqual(
    Object.keys(commands).filter((name) => !used.has(name)),
    [],
    'every command is shown somewhere',
  );
});

test('whatever changes anything shows its command line', () => {
  const done = new Set<string>();
  for (const { path, text } of sources.filter((source) => !source.path.startsWith('api/')))
    for (const [, name = ''] of text.matchAll(/\b(?:useAct|ask|download)\('(\w+)'/g)) {
      const endpoint = name as EndpointName;
      const { method, act }: Endpoint = ENDPOINTS[endpoint];
      if (method === 'GET' && act?.kind !== 'change' && endpoint !== 'exportRecords' && endpoint !== 'proveRecord') continue;
      done.add(name);
      if (OF_THE_BROWSER[endpoint] !== undefined) continue;
      const action = ACTIONS[endpoint];
      assert.ok(action, `${path} does ${name}: say by which command it is done`);
      const shown = action.in === undefined ? text : (sources.find((source) => source.path === action.in)?.text ?? '');
      assert.ok(
        action.by.some((command) => shown.includes(`commands.${command}(`)),
        `${action.in ?? path} does ${name} and does not show ${action.by.join(' or ')}`,
      );
    }
  assert.deepEqual(
    [...Object.keys(ACTIONS), ...Object.keys(OF_THE_BROWSER)].filter((name) => !done.has(name)),
    [],
    'what is in these tables is done somewhere',
  );
});

test('a question before something is done has the command that does it', () => {
  for (const { path, text } of sources.filter((source) => source.path !== 'ui/Dialog.tsx'))
    for (const [dialog] of text.matchAll(/<ConfirmDialog\b[^]*?onConfirm=/g)) assert.match(dialog, /\bcommand=\{commands\./, path);
});
