// `sallyport audit retain`: what the gateway does once a day by itself, now. Without a gateway nothing is removed, since only its keeper can sign for it.

import type { RetentionView } from '../admin/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { complainAbout } from './problems.ts';

/** Removes records whose time is over. */
export const auditRetainCommand: Command = {
  name: 'audit retain',
  summary: 'Remove records whose time is over, as the gateway does once a day',
  description: [
    'Records go by whole segments, and the newest segment of a log stays. Each removal leaves a signed tombstone, so that the rest still verifies; what a legal hold is about stays.',
    'After a leap of the clock nothing is removed until somebody has said that it is right.',
    'Ends with exit code 1 where something that is old enough stays, and no hold is why; a dry run too.',
  ],
  options: [
    { name: 'dry-run', text: 'only say what would be removed' },
    { name: 'clock-is-right', text: 'the clock has leapt, and what it shows now is right' },
    { name: 'reason', value: 'TEXT', text: 'why, for the record; needed with --clock-is-right' },
  ],
  run: async (args, deps) => {
    const reason = args.text('reason') ?? null;
    const clockIsRight = args.flag('clock-is-right');
    if (clockIsRight && reason === null) return complain(deps, EXIT.usage, 'Say how you know that the clock is right, with --reason.');
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const done = await deps.admin(folder).removeOld({ dryRun: args.flag('dry-run'), clockIsRight, reason });
    if (!done.ok) return complainAbout(deps, done.error);
    if (args.output === 'json') printJson(deps, done.value);
    else print(deps, done.value);
    const isWhole = done.value.fault === null && done.value.logs.every(({ fault }) => fault === null);
    return isWhole ? EXIT.ok : EXIT.failed;
  },
};

function print(deps: CliDeps, view: RetentionView): void {
  printLine(deps, `Records are kept for ${view.days} days: what had been written by ${view.cutoff} is old enough.`);
  const said = view.fault ?? view.note;
  if (said !== null) printText(deps, said);
  const verb = view.isDryRun ? 'would be removed' : 'were removed';
  for (const { slot, segments, removed, held, fault } of view.logs) {
    if (removed.length === 0) printText(deps, `${slot}: nothing to remove of ${segments} ${segments === 1 ? 'segment' : 'segments'}`);
    for (const { first, last, from, to } of removed)
      printText(deps, `${slot}: records ${from} to ${to} ${verb}, segments ${first} to ${last}`);
    for (const { segment, holds } of held) printText(deps, `${slot}: segment ${segment} stays because of ${holds.join(', ')}`);
    if (fault !== null) printText(deps, `${slot}: ${fault}`);
  }
  if (view.envelopes > 0) printLine(deps, `${view.envelopes} envelopes of the vault ${verb}.`);
  if (view.keys > 0) printLine(deps, `${view.keys} keys of subjects were destroyed: no record of their months is left.`);
}
