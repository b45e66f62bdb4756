// `sallyport init`: a first config to read and change, and the schema with which editors complete it. Never overwrites a config.

import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configJsonSchema, refusedAddress, renderConfig } from '../config/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { configPath, shownPath } from './locate.ts';
import { complain, printJson, printLine } from './print.ts';

const SCHEMA_FILE = 'sallyport.schema.json';

export const initCommand: Command = {
  name: 'init',
  summary: 'Write a first config file',
  description: [
    'Writes sallyport.yaml, with comments, and sallyport.schema.json, with which editors complete it. A config that is there is never overwritten.',
  ],
  options: [{ name: 'listen', value: 'HOST:PORT', text: 'where agents will reach the gateway (default: 127.0.0.1:7625)' }],
  run: async (args, deps) => {
    const file = configPath(args, deps);
    const address = args.text('listen');
    if (existsSync(file))
      return complain(
        deps,
        EXIT.config,
        `${shownPath(file, deps)} is there already and was left as it is. Move it away, or name another with --config.`,
      );
    const refused = address === undefined ? undefined : refusedAddress(address, deps.env);
    if (refused !== undefined)
      return complain(deps, EXIT.usage, `--listen ${refused.message}.${refused.fix === undefined ? '' : ` ${refused.fix}`}`);
    try {
      writeSchema(dirname(file));
      writeFileSync(file, renderConfig({ servers: {}, schema: `./${SCHEMA_FILE}`, ...(address === undefined ? {} : { address }) }), {
        flag: 'wx',
      });
    } catch (error) {
      return complainWrite(deps, file, error);
    }
    if (args.output === 'json') printJson(deps, { written: [file, join(dirname(file), SCHEMA_FILE)] });
    else {
      printLine(deps, `Wrote ${shownPath(file, deps)}.`);
      printLine(
        deps,
        "Next: 'sallyport import FILE' takes over the servers of an MCP client, 'sallyport check' checks what you change, 'sallyport serve' runs it.",
      );
    }
    return EXIT.ok;
  },
};

/** Puts the schema beside a config. It is generated: an older one is replaced. */
export function writeSchema(folder: string): void {
  writeFileSync(join(folder, SCHEMA_FILE), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
}

/** Says that a file cannot be written. */
export function complainWrite(deps: CliDeps, file: string, error: unknown): 1 {
  const folder = dirname(file);
  if (!existsSync(folder)) {
    const sentence = `${shownPath(file, deps)} cannot be written: the folder ${shownPath(folder, deps)} does not exist.`;
    return complain(deps, EXIT.failed, `${sentence} Make it, or name another place with --config.`);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return complain(
    deps,
    EXIT.failed,
    `${shownPath(file, deps)} cannot be written: ${reason}. Make the folder writable for this user, or name another place with --config.`,
  );
}
