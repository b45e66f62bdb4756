// `sallyport audit checkpoints` and `audit accept`: what was signed of the record and where that was noted down, and giving up what was signed of a log that
// is not there any more as it was.

import type { CheckpointsView } from '../admin/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';

const list: Command = {
  name: 'audit checkpoints',
  summary: 'Show what was signed of the record, and which anchors have it',
  description: [
    "The key is what 'audit verify --key' takes: note it down elsewhere. Whether the record is as it was signed, only 'audit verify' says.",
  ],
  options: [],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const said = await deps.admin(folder).checkpoints.read();
    if (!said.ok) return complainAbout(deps, said.error);
    if (args.output === 'json') printJson(deps, said.value);
    else print(deps, said.value);
    return EXIT.ok;
  },
};

const accept: Command = {
  name: 'audit accept',
  summary: 'Let go of what was signed of a log that was cut, changed or removed',
  description: [
    'What is there is signed from then on; what was signed before stays in the anchors, and in the record of who did this and why. Find out first what has happened: sallyport audit verify.',
  ],
  positionals: [{ name: 'LOG', text: "the name of the log, as 'audit checkpoints' shows it" }],
  options: [{ name: 'reason', value: 'TEXT', text: 'why, for the record' }],
  run: async (args, deps) => {
    const log = args.word('LOG');
    const reason = args.text('reason');
    if (reason === undefined) return complain(deps, EXIT.usage, 'Say why, with --reason.');
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const done = await deps.admin(folder).checkpoints.accept({ log, reason });
    if (!done.ok) return complainAbout(deps, done.error);
    const { slot, records, at } = done.value;
    if (args.output === 'json') printJson(deps, done.value);
    else printText(deps, `${records} records of ${slot} had been signed by ${at}; from now on what is there is signed.`);
    return EXIT.ok;
  },
};

export const auditCheckpointCommands: readonly Command[] = [list, accept];

function print(deps: CliDeps, { key, logs, anchors, faults }: CheckpointsView): void {
  if (key !== null) printLine(deps, `key  ${key}`);
  printTable(
    deps,
    ['WRITER', 'LOG', 'RECORDS', 'SIGNED'],
    logs.map(({ slot, log, records, at }) => [slot, log, String(records), at]),
  );
  if (anchors.length > 0)
    printTable(
      deps,
      ['ANCHOR', 'STATE'],
      anchors.map(({ name, owedSince, fault }) => [name, fault ?? (owedSince === null ? 'has all of it' : 'is brought the newest')]),
    );
  for (const fault of faults) printText(deps, fault);
}
