// `sallyport audit prove` and `check-proof`: that a record is in a log as it was signed, or that a log goes on from what was signed before, so that
// somebody can check it who sees neither the log nor the gateway.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  CHECKPOINT_KEY_FILE,
  checkProof,
  findKeys,
  listLogs,
  newestOf,
  printProof,
  proveConsistency,
  proveInclusion,
  readNotes,
  toEntryLine,
  withholdNames,
} from '../audit/index.ts';
import type { LogDirectory, Proof, SignedNote, VerifierKey } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command, OptionSpec } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { noLogs } from './log-folder.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { recordSettings } from './record-access.ts';
import { isFolder } from './record-folder.ts';
import { fileSink } from './sink.ts';

const TWO_PEOPLE =
  'This record is from before the privacy profile kept names out of the record, and has one. A proof would show it, and it takes two people to learn it.';
const KEY: OptionSpec = { name: 'key', value: 'KEY', repeated: true, text: 'a verifier key, or a file with some' };

const prove: Command = {
  name: 'audit prove',
  summary: 'Prove to somebody that a record is in a log, or that a log was only added to',
  description: [
    'With --record: that this record is in the log as it was signed. The proof shows the record, and nothing of any other. With --from: that everything that was in the log when an older checkpoint was signed is still in it, unchanged.',
    'Proofs are those of RFC 9162. sallyport audit check-proof, or sallyport-verify --proof, checks one with the public key alone.',
  ],
  positionals: [{ name: 'LOG', text: 'the log: worker-0, control, …' }],
  options: [
    { name: 'record', value: 'NUMBER', text: 'the record, by its number in the log (seq)' },
    { name: 'from', value: 'FILE', text: 'a file with an older checkpoint of the log, as it was noted down then' },
    {
      name: 'to',
      value: 'FILE',
      text: 'a file with the checkpoint to prove it for (default: the first over the record; with --from: the newest)',
    },
    { name: 'out', value: 'FILE', text: 'a new file for the proof, readable by this user alone (default: standard output)' },
    { ...KEY, text: `${KEY.text} (default: the key beside the logs)` },
  ],
  examples: [
    ['sallyport audit prove worker-0 --record 1734 --out proof.json', 'Prove that a record is in the log'],
    ['sallyport audit prove worker-0 --from noted-in-may --out proof.json', 'Prove that nothing was changed since May'],
  ],
  run: async (args, deps) => {
    const data = dataFolder(args, deps);
    if (data === undefined) return EXIT.config;
    const folder = join(data, 'audit');
    if (!isFolder(folder)) return noLogs(deps, folder);
    const out = args.text('out');
    if (out !== undefined && existsSync(resolve(deps.cwd, out)))
      return complain(deps, EXIT.usage, `${out} is there already: --out names a new file.`);
    if (!isOneAsked(args)) return complain(deps, EXIT.usage, ONE_OF);
    const unread = await unreadNotes(args, deps);
    if (unread !== undefined) return complain(deps, EXIT.usage, `${unread} cannot be read.`);
    const log = (await listLogs(folder)).find(({ slot }) => slot === args.word('LOG'));
    if (log === undefined) return complain(deps, EXIT.usage, `There is no log '${args.word('LOG')}' in ${folder}.`);
    const named = args.list('key');
    const keys = await findKeys(named.length > 0 ? named : [join(folder, CHECKPOINT_KEY_FILE)]);
    if (!keys.ok || keys.value === undefined) return complain(deps, EXIT.usage, keys.ok ? 'There is no key.' : keys.error);
    const proof = await makeProof(args, deps, log, keys.value);
    if (!proof.ok) return complain(deps, EXIT.failed, proof.error);
    if (recordSettings(data).hidesNames && saysWho(proof.value)) return complain(deps, EXIT.failed, TWO_PEOPLE);
    return writeProof(args, deps, proof.value);
  },
};

const checkProofCommand: Command = {
  name: 'audit check-proof',
  summary: 'Check a proof with the public key alone',
  positionals: [{ name: 'FILE', text: 'the proof' }],
  options: [{ ...KEY, text: `${KEY.text}, of whoever signed the log` }],
  run: async (args, deps) => {
    const keys = await findKeys(args.list('key'));
    if (!keys.ok) return complain(deps, EXIT.usage, keys.error);
    if (keys.value === undefined) return complain(deps, EXIT.usage, 'A proof is checked with a key: name it with --key.');
    const file = resolve(deps.cwd, args.word('FILE'));
    const text = await readText(file);
    if (text === undefined) return complain(deps, EXIT.usage, `${file} cannot be read.`);
    const checked = checkProof(text, keys.value);
    if (!checked.ok) return complain(deps, EXIT.failed, checked.error);
    if (args.output === 'json') printJson(deps, checked.value);
    else printText(deps, checked.value.says);
    return EXIT.ok;
  },
};

export const auditProveCommands: readonly Command[] = [prove, checkProofCommand];

const ONE_OF = 'Name either --record with a whole number from 1, or --from.';

function isOneAsked(args: ParsedArguments): boolean {
  const record = args.text('record');
  if ((record === undefined) === (args.text('from') === undefined)) return false;
  return record === undefined || /^[1-9]\d{0,14}$/.test(record);
}

async function makeProof(
  args: ParsedArguments,
  deps: CliDeps,
  log: LogDirectory,
  keys: readonly VerifierKey[],
): Promise<Result<Proof, string>> {
  const record = args.text('record');
  const from = args.text('from');
  const to = await findNote(args.text('to'), deps, log, keys);
  if (!to.ok) return to;
  if (record !== undefined) return proveInclusion(log, Number(record), { keys, to: to.value });
  const older = await findNote(from, deps, log, keys);
  if (!older.ok) return older;
  return older.value === undefined ? fail(ONE_OF) : proveConsistency(log, older.value, { keys, to: to.value });
}

/** A proof has the record as it stands. */
function saysWho(proof: Proof): boolean {
  if (proof.kind !== 'inclusion') return false;
  const line = toEntryLine(proof.seq, 0, proof.record);
  return withholdNames(line) !== line;
}

/** The newest checkpoint of the log in a file; undefined where no file was named. */
async function findNote(
  named: string | undefined,
  deps: CliDeps,
  log: LogDirectory,
  keys: readonly VerifierKey[],
): Promise<Result<SignedNote | undefined, string>> {
  if (named === undefined) return ok(undefined);
  const file = resolve(deps.cwd, named);
  const notes: string[] = [];
  for await (const { text } of readNotes(file)) notes.push(text);
  const newest = await newestOf(log, notes, keys);
  return newest === undefined ? fail(`${file} has no checkpoint of ${log.slot} that is signed by the key.`) : ok(newest);
}

/** The first file named for a checkpoint that cannot be read. */
async function unreadNotes(args: ParsedArguments, deps: CliDeps): Promise<string | undefined> {
  for (const name of ['from', 'to']) {
    const named = args.text(name);
    const file = resolve(deps.cwd, named ?? '');
    if (named !== undefined && (await readText(file)) === undefined) return file;
  }
  return undefined;
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

async function writeProof(args: ParsedArguments, deps: CliDeps, proof: Proof): Promise<number> {
  const out = args.text('out');
  if (out === undefined) {
    printLine(deps, printProof(proof));
    return EXIT.ok;
  }
  const file = resolve(deps.cwd, out);
  const sink = await fileSink(file);
  try {
    await sink.write(`${printProof(proof)}\n`);
  } finally {
    await sink.close();
  }
  if (args.output === 'json') printJson(deps, { file });
  else printText(deps, `The proof is in ${file}.`);
  return EXIT.ok;
}
