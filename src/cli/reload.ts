// `sallyport reload`: the running gateway reads its config file again.

import { formatProblem } from '../config/index.ts';
import type { Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { configPath, dataFolder, isConfigNamed, isSameFile, shownPath } from './locate.ts';
import { complain, printJson, printLine, printText } from './print.ts';
import { complainAbout } from './problems.ts';

export const reloadCommand: Command = {
  name: 'reload',
  summary: 'Put the changed config file in force',
  description: [
    'Calls under way go on, save those that the new config does not allow any more: at a server or route that is gone, or against its rules. They are cut; what came of them is unknown.',
    'The file is the one that the gateway was started with; naming another with --config is refused.',
    'What is doubtful about it is printed, as `sallyport check` prints it: a label that no tool has, a tool that no server lists.',
    'A config that is wrong is refused with its lines, and the gateway goes on with the one before.',
  ],
  run: async (args, deps) => {
    const folder = dataFolder(args, deps);
    if (folder === undefined) return EXIT.config;
    const gateway = deps.admin(folder);
    // A gateway reads the file that it was started with. Reloading that one for somebody who names another would look like the other's success.
    if (isConfigNamed(args, deps)) {
      const status = await gateway.status();
      if (!status.ok) return complainAbout(deps, status.error);
      const { file } = status.value.config;
      const named = configPath(args, deps);
      if (file !== null && !isSameFile(file, named))
        return complain(
          deps,
          EXIT.usage,
          `The gateway on ${folder} was started with ${file} and reads no other file; ${shownPath(named, deps)} is not in force.`,
          'Change that file, or start the gateway again with the other one.',
        );
    }
    const reloaded = await gateway.reload();
    if (!reloaded.ok) return complainAbout(deps, reloaded.error);
    const { file, revision, warnings } = reloaded.value;
    if (args.output === 'json') {
      printJson(deps, reloaded.value);
      return EXIT.ok;
    }
    for (const problem of warnings) printText(deps, formatProblem({ fix: undefined, ...problem, file: shownPath(problem.file, deps) }));
    printLine(deps, `${file === null ? 'The config' : shownPath(file, deps)} is in force, as config revision ${revision}.`);
    return EXIT.ok;
  },
};
