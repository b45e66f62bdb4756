// `sallyport version`.

import type { Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { printJson, printLine } from './print.ts';

export const versionCommand: Command = {
  name: 'version',
  summary: 'Say which version this is',
  run: async (args, deps) => {
    if (args.output === 'json') printJson(deps, { version: deps.version });
    else printLine(deps, `sallyport ${deps.version}`);
    return EXIT.ok;
  },
};
