// `sallyport vault …`: what rules had sealed, and how two people have it released. The gateway never has the private key: keys are made, and envelopes opened, by
// whoever runs the command, on a machine of their own if they like.

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkVault, createVaultKey, isWhole, listVault, printRecipient, printVaultKeyFile, vaultFolder } from '../audit/index.ts';
import type { VaultEntry } from '../audit/index.ts';
import { compileGlob } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { readTimes, TIME_OPTIONS } from './entry-filter.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { openCommand } from './vault-open.ts';
import { releaseCommands } from './vault-releases.ts';

const keygen: Command = {
  name: 'vault keygen',
  summary: 'Make a key to which a purpose is sealed',
  description: [
    'Writes the private key into FILE and prints the public key, for `audit.purposes` of the config. Make it where the gateway does not run, and keep the file there: whoever has it, and a release, can read what was sealed. Without it nobody ever can.',
  ],
  positionals: [{ name: 'FILE', text: 'a new file for the private key' }],
  examples: [['sallyport vault keygen incident.key', 'a key for one purpose']],
  run: runKeygen,
};

const list: Command = {
  name: 'vault list',
  summary: 'List what lies sealed in the vault',
  description: ['Shows what the record of each call shows, too. What is in an envelope takes a release and the private key.'],
  options: [
    ...TIME_OPTIONS,
    { name: 'purpose', value: 'NAME', text: 'sealed for this purpose' },
    { name: 'server', value: 'NAME', text: 'of calls to this server, by name or glob' },
    { name: 'subject', value: 'PSEUDONYM', text: 'about whoever is on record so' },
    { name: 'call', value: 'ID', text: 'of this call' },
  ],
  run: runList,
};

const check: Command = {
  name: 'vault check',
  summary: 'Check that what lies in the vault is what was sealed',
  description: [
    'Holds every envelope against the record of its call, which has its SHA-256. Needs no key and no gateway; that nobody changed the record itself, `audit verify` says.',
  ],
  run: runCheck,
};

export const vaultCommands: readonly Command[] = [keygen, list, check, ...releaseCommands, openCommand];

async function runKeygen(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const file = resolve(deps.cwd, args.word('FILE'));
  const key = createVaultKey();
  try {
    writeFileSync(file, printVaultKeyFile(key, deps.now()), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    return complain(
      deps,
      EXIT.usage,
      isThere ? `${file} is there already, and may be the only copy of a key.` : `${file} cannot be written.`,
    );
  }
  const recipient = printRecipient(key);
  if (args.output === 'json') printJson(deps, { file, recipient });
  else {
    printLine(deps, recipient);
    deps.stderr.write(`The private key is in ${file}. Keep it away from the gateway, and a copy in a safe place.\n`);
  }
  return EXIT.ok;
}

async function runList(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const times = readTimes(args, deps);
  if (!times.ok) return complain(deps, EXIT.usage, times.error);
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const { fromMs = -Infinity, toMs = Infinity } = times.value;
  const isServer = compileGlob(args.text('server') ?? '*');
  const isAsked = (name: string, value: string): boolean => (args.text(name) ?? value) === value;
  const entries: VaultEntry[] = [];
  for await (const entry of listVault(vaultFolder(folder))) {
    const { purpose, server, subject, call, time } = entry.head;
    if (
      isServer(server) &&
      isAsked('purpose', purpose) &&
      isAsked('subject', subject) &&
      isAsked('call', call) &&
      time >= fromMs &&
      time < toMs
    )
      entries.push(entry);
  }
  if (args.output === 'json') printJson(deps, { envelopes: entries.map(toJson) });
  else if (entries.length === 0) printLine(deps, 'There is nothing like that in the vault.');
  else printTable(deps, ['CALL', 'PART', 'PURPOSE', 'SERVER', 'WHAT', 'SUBJECT', 'SEALED', 'KEPT UNTIL', 'BYTES'], entries.map(toCells));
  return EXIT.ok;
}

async function runCheck(args: ParsedArguments, deps: CliDeps): Promise<ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const report = await checkVault(vaultFolder(folder), join(folder, 'audit'));
  const { good, changed, gone, goneUntilMs, unrecorded } = report;
  if (args.output === 'json') printJson(deps, report);
  else {
    printLine(deps, `${good} ${good === 1 ? 'envelope is' : 'envelopes are'} what the record says.`);
    if (goneUntilMs !== undefined)
      printLine(
        deps,
        `${gone} on record are not there any more: removed in time, or lost. The last of them was sealed ${new Date(goneUntilMs).toISOString()}.`,
      );
    for (const id of unrecorded) printText(deps, `${id} has no record: that was removed in time, or a crash came before it.`);
    for (const id of changed) printText(deps, `${id} was CHANGED.`);
  }
  return changed.length === 0
    ? EXIT.ok
    : complain(deps, EXIT.failed, `${changed.length} of ${good + changed.length} envelopes are not what was sealed.`);
}

function toJson(entry: VaultEntry): object {
  const { id, call, part, purpose, server, name, subject, time, until, isCut, bytes } = entry.head;
  const [sealed, keptUntil] = [time, until].map((ms) => new Date(ms).toISOString());
  return { id, call, part, purpose, server, name, subject, sealed, keptUntil, bytes, isCut, isWhole: isWhole(entry), file: entry.path };
}

function toCells(entry: VaultEntry): readonly string[] {
  const { call, part, purpose, server, name, subject, time, until, isCut, bytes } = entry.head;
  const size = `${bytes}${isCut ? ', cut' : ''}${isWhole(entry) ? '' : ', torn'}`;
  return [call, part, purpose, server, name, subject, new Date(time).toISOString(), new Date(until).toISOString(), size];
}
