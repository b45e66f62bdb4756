// `sallyport reload`: the running gateway reads its config file again.

import type { Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { dataFolder } from './locate.ts';
import { printJson, printLine } from './print.ts';
import { complainAbout } from './problems.ts';

export const reloadCommand: Command = {
  name: 'reload',
  summary: 'Put the changed config file in force',
  description: [
    'Calls under way go on, save those that the new config does not allow any more: at a server or route that is gone, or against its rules. They are cut; what came of them is unknown.',
    'A config that is wrong is refused with its lines, and the gateway goes on with the one before.',
  ],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const reloaded = await deps.admin(folder).reload();
    if (!reloaded.ok) return complainAbout(deps, reloaded.error);
    if (args.output === 'json') printJson(deps, reloaded.value);
    else printLine(deps, `The config is in force, as revision ${reloaded.value.revision}.`);
    return EXIT.ok;
  },
};
