// `sallyport agents …`: who may call, and with which keys. While a gateway runs, it makes the change, so that it holds at once
// everywhere; when none runs, the store is changed directly. The text of a key is printed once and kept nowhere.

import { existsSync } from 'node:fs';
import { ENDPOINTS } from '../admin/contract.ts';
import type { AdminProblem, AgentsPort, IssuedKey } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { lookForStore } from '../cluster/index.ts';
import { readDataFolder } from '../config/index.ts';
import { actDirectly } from './acts.ts';
import type { DirectAct } from './acts.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command, OptionSpec } from './command.ts';
import { parseDuration } from './duration.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { configPath, dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable } from './print.ts';
import { complainAbout } from './problems.ts';

const NAME = { name: 'NAME', text: 'name of the agent: letters, digits, dots, underscores, @ and hyphens' } as const;
const GROUP: OptionSpec = { name: 'group', value: 'GROUP', repeated: true, text: 'put it into this group, which rules may name' };
const ATTRIBUTE: OptionSpec = { name: 'attribute', value: 'NAME=VALUE', repeated: true, text: 'a fact about it' };
const PRIORITY: OptionSpec = {
  name: 'priority',
  value: 'PRIORITY',
  text: 'whose calls go first where there are too many: critical, interactive or batch',
};
const EXPIRES: OptionSpec = {
  name: 'expires',
  value: 'TIME',
  text: 'when the key stops working, as 90m, 12h, 30d or 4w from now (default: never)',
};
const LABEL: OptionSpec = { name: 'label', value: 'TEXT', text: 'what the key is for' };

const add: Command = {
  name: 'agents add',
  summary: 'Add an agent and print its key',
  description: ['The key is shown this once. The agent sends it with every request, as: Authorization: Bearer KEY'],
  positionals: [NAME],
  options: [
    GROUP,
    ATTRIBUTE,
    PRIORITY,
    LABEL,
    EXPIRES,
    { name: 'no-key', text: 'issue no key, as for an agent that a listener admits without one' },
  ],
  examples: [['sallyport agents add billing --group finance --expires 30d', 'a key that works for thirty days']],
  run: async (args, deps) => {
    const attributes = readAttributes(args);
    if (!attributes.ok) return complain(deps, EXIT.usage, attributes.error);
    const key = readKeyInput(args, deps);
    if (!key.ok) return complain(deps, EXIT.usage, key.error);
    const input = {
      name: args.word('NAME'),
      groups: [...args.list('group')],
      attributes: attributes.value ?? {},
      priority: args.text('priority'),
      key: args.flag('no-key') ? null : key.value,
    };
    const checked = ENDPOINTS.addAgent.request.safeParse(input);
    if (!checked.success) return complainMalformed(deps, checked.error);
    const added = await onAgents(args, deps, (agents) => agents.add(checked.data), {
      action: 'agents.add',
      target: checked.data.name,
      details: { groups: checked.data.groups.join(' '), priority: checked.data.priority },
    });
    if (!added.ok) return complainAbout(deps, added.error);
    const { agent, key: issued } = added.value;
    if (issued !== null) return printKey(args, deps, agent.name, issued);
    if (args.output === 'json') printJson(deps, { agent: agent.name, key: null });
    else printLine(deps, `Agent ${agent.name} was added, without a key.`);
    return EXIT.ok;
  },
};

const key: Command = {
  name: 'agents key',
  summary: 'Issue another key for an agent',
  description: ['For replacing a key without a pause: issue the new one, give it to the agent, then revoke the old one.'],
  positionals: [NAME],
  options: [LABEL, EXPIRES],
  run: async (args, deps) => {
    const input = readKeyInput(args, deps);
    if (!input.ok) return complain(deps, EXIT.usage, input.error);
    const checked = ENDPOINTS.addKey.request.safeParse(input.value);
    if (!checked.success) return complainMalformed(deps, checked.error);
    const issued = await onAgents(args, deps, (agents) => agents.addKey(args.word('NAME'), checked.data), {
      action: 'keys.issue',
      target: args.word('NAME'),
    });
    return issued.ok ? printKey(args, deps, args.word('NAME'), issued.value) : complainAbout(deps, issued.error);
  },
};

const set: Command = {
  name: 'agents set',
  summary: 'Set the groups, attributes or priority of an agent',
  description: ['What is given replaces what was there; what is not given stays.'],
  positionals: [NAME],
  options: [
    GROUP,
    ATTRIBUTE,
    PRIORITY,
    { name: 'no-groups', text: 'take it out of all groups' },
    { name: 'no-attributes', text: 'remove all its attributes' },
  ],
  run: async (args, deps) => {
    const attributes = readAttributes(args);
    if (!attributes.ok) return complain(deps, EXIT.usage, attributes.error);
    const groups = args.list('group');
    const change = {
      groups: args.flag('no-groups') ? [] : groups.length > 0 ? [...groups] : undefined,
      attributes: args.flag('no-attributes') ? {} : attributes.value,
      priority: args.text('priority'),
    };
    if (Object.values(change).every((value) => value === undefined))
      return complain(deps, EXIT.usage, 'Nothing to set: give --group, --attribute or --priority.');
    const checked = ENDPOINTS.changeAgent.request.safeParse(change);
    if (!checked.success) return complainMalformed(deps, checked.error);
    const changed = await onAgents(args, deps, (agents) => agents.change(args.word('NAME'), checked.data), {
      action: 'agents.change',
      target: args.word('NAME'),
    });
    if (!changed.ok) return complainAbout(deps, changed.error);
    if (args.output === 'json') printJson(deps, changed.value);
    else printLine(deps, `Agent ${changed.value.name} was changed.`);
    return EXIT.ok;
  },
};

const list: Command = {
  name: 'agents list',
  summary: 'List the agents and their keys',
  run: async (args, deps) => {
    const listed = await onAgents(args, deps, (agents) => agents.list());
    if (!listed.ok) return complainAbout(deps, listed.error);
    const { version, agents } = listed.value;
    if (args.output === 'json') {
      printJson(deps, { version, agents });
      return EXIT.ok;
    }
    if (agents.length === 0) {
      printLine(deps, "There are no agents yet; 'sallyport agents add NAME' makes one.");
      return EXIT.ok;
    }
    const rows = agents.flatMap(({ name, groups, attributes, priority, keys }) => {
      const own = [
        name,
        groups.join(' '),
        Object.entries(attributes)
          .map(([attribute, value]) => `${attribute}=${value}`)
          .join(' '),
        priority,
      ];
      if (keys.length === 0) return [own];
      return keys.map((one) => [...own, one.id, one.label, shownTime(one.createdAt), expiry(one.expiresAt, deps.now())]);
    });
    printTable(deps, ['AGENT', 'GROUPS', 'ATTRIBUTES', 'PRIORITY', 'KEY', 'LABEL', 'CREATED', 'EXPIRES'], rows);
    return EXIT.ok;
  },
};

const revoke: Command = {
  name: 'agents revoke',
  summary: "Revoke an agent's keys",
  description: ['A revoked key stops working at once and for good; streams that were opened with it are closed within a second.'],
  positionals: [NAME],
  options: [{ name: 'key', value: 'ID', text: 'only this key; its id is in the list (default: all its keys)' }],
  run: async (args, deps) => {
    const revoked = await onAgents(args, deps, (agents) => agents.revokeKeys(args.word('NAME'), args.text('key')), {
      action: 'keys.revoke',
      target: args.word('NAME'),
      details: { key: args.text('key') ?? 'all' },
    });
    if (!revoked.ok) return complainAbout(deps, revoked.error);
    if (args.output === 'json') printJson(deps, { revoked: revoked.value });
    else printLine(deps, revoked.value.length === 0 ? 'There was no key to revoke.' : `Revoked: ${revoked.value.join(', ')}`);
    return EXIT.ok;
  },
};

const remove: Command = {
  name: 'agents remove',
  summary: 'Remove an agent and revoke its keys',
  positionals: [NAME],
  run: async (args, deps) => {
    const removed = await onAgents(args, deps, (agents) => agents.remove(args.word('NAME')), {
      action: 'agents.remove',
      target: args.word('NAME'),
    });
    if (!removed.ok) return complainAbout(deps, removed.error);
    if (args.output === 'json') printJson(deps, { removed: removed.value.name });
    else printLine(deps, `Agent ${removed.value.name} was removed.`);
    return EXIT.ok;
  },
};

export const agentsCommands: readonly Command[] = [add, list, set, key, revoke, remove];

/** What a change is called on record, as the gateway would have it; a question has none. */
type ChangeAct = Omit<DirectAct, 'isAgent' | 'reason'>;

/** Asks the running gateway, or works on the store when there is none: then it is this command that puts the change on record. */
async function onAgents<T>(
  args: ParsedArguments,
  deps: CliDeps,
  action: (agents: AgentsPort) => Promise<Result<T, AdminProblem>>,
  act?: ChangeAct,
): Promise<Result<T, AdminProblem | undefined>> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return fail(undefined);
  const answered = await action(deps.admin(folder).agents);
  if (answered.ok || answered.error.code !== 'gateway_not_running') return answered;
  const store = lookForStore(folder);
  if (store === 'unreadable') {
    return fail({
      code: 'data_forbidden',
      detail: `The data folder ${folder} may not be read by this user. Run the command as the user that runs the gateway.`,
    });
  }
  // A folder that was mistyped must not come into being as an empty store: the key in it would look good and never work.
  if (store === 'absent' && !(act?.action === 'agents.add' && isMeant(folder, args, deps))) {
    return fail({
      code: 'gateway_not_running',
      detail: `No gateway runs on ${folder}, and no agents are stored there. Start the gateway ('sallyport serve'), name its folder with --data, or its config with --config.`,
    });
  }
  const opened = deps.openAgents(folder);
  try {
    const directly = (): Promise<Result<T, AdminProblem>> => action(opened.agents);
    return await (act === undefined ? directly() : actDirectly(folder, deps, { ...act, isAgent: true }, directly));
  } finally {
    await opened.close();
  }
}

/** Whether a config that is there says that this is its data folder: then a gateway will use it, and it may be made. */
function isMeant(folder: string, args: ParsedArguments, deps: CliDeps): boolean {
  const config = configPath(args, deps);
  const configured = existsSync(config) ? readDataFolder(config, deps.env) : undefined;
  return configured?.ok === true && configured.value === folder;
}

/** The same check as the gateway's, also where the store is changed without one. */
function complainMalformed(
  deps: CliDeps,
  { issues }: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[] },
): 2 {
  const said = issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}.`);
  return complain(deps, EXIT.usage, ...(said.length > 0 ? said : ['Something in the command line is not as it should be.']));
}

function printKey(args: ParsedArguments, deps: CliDeps, agent: string, issued: IssuedKey): ExitCode {
  if (args.output === 'json') {
    printJson(deps, { agent, key: issued.text, keyId: issued.id, label: issued.label, expiresAt: issued.expiresAt });
    return EXIT.ok;
  }
  printLine(deps, `agent    ${agent}`);
  printLine(deps, `key      ${issued.text}`);
  printLine(deps, `id       ${issued.id}`);
  printLine(deps, `expires  ${issued.expiresAt ?? 'never'}`);
  printLine(deps, '');
  printLine(deps, 'The key is shown this once. The agent sends it with every request:');
  printLine(deps, `Authorization: Bearer ${issued.text}`);
  return EXIT.ok;
}

function readAttributes(args: ParsedArguments): Result<Record<string, string> | undefined, string> {
  const pairs = args.list('attribute');
  const entries: [string, string][] = [];
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) return fail(`--attribute is NAME=VALUE, not '${pair}'.`);
    entries.push([pair.slice(0, at), pair.slice(at + 1)]);
  }
  return ok(entries.length === 0 ? undefined : Object.fromEntries(entries));
}

function readKeyInput(args: ParsedArguments, deps: CliDeps): Result<{ label: string; expiresAt: string | null }, string> {
  const label = args.text('label') ?? '';
  const expires = args.text('expires');
  if (expires === undefined) return ok({ label, expiresAt: null });
  const durationMs = parseDuration(expires);
  if (durationMs === undefined) return fail(`--expires is a time like 90m, 12h, 30d or 4w, not '${expires}'.`);
  return ok({ label, expiresAt: new Date(deps.now().getTime() + durationMs).toISOString() });
}

function expiry(expiresAt: string | null, now: Date): string {
  if (expiresAt === null) return 'never';
  return `${Date.parse(expiresAt) <= now.getTime() ? 'expired ' : ''}${shownTime(expiresAt)}`;
}

/** To the minute, with its zone. */
function shownTime(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
