// `sallyport serve`: reads what to do from the command line; running the gateway is not its business.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from './command.ts';
import { complainNoConfig, configPath } from './locate.ts';

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Run the gateway',
  description: [
    'Runs until it is told to stop. Ctrl-C or SIGTERM: takes no new calls, lets those under way finish, and ends. SIGHUP: reads the config again; what is wrong is refused with its line, and the gateway goes on with what it had.',
  ],
  options: [
    { name: 'listen', value: 'HOST:PORT', text: "listen here instead of the config's first address; port 0 is any free one" },
    { name: 'console', value: 'HOST:PORT', text: "serve the console here instead of the config's admin.listen; off: not at all" },
    { name: 'quickstart', text: 'issue a key for an agent called quickstart and print how to use it' },
  ],
  examples: [
    ['sallyport serve', 'uses sallyport.yaml in this folder'],
    [
      'sallyport serve --config /etc/sallyport/sallyport.yaml --output json',
      'prints one line of JSON per event; the first says that it is ready',
    ],
  ],
  run: async (args, deps) => {
    const configFile = configPath(args, deps);
    if (!existsSync(configFile)) return complainNoConfig(deps, configFile);
    const data = args.text('data');
    return deps.serve({
      configFile,
      dataFolder: data === undefined ? undefined : resolve(deps.cwd, data),
      listen: args.text('listen'),
      console: args.text('console'),
      quickstart: args.flag('quickstart'),
      output: args.output,
    });
  },
};
