// `sallyport import`: puts the servers of an MCP client behind the gateway. What is in the config already stays as it is, and so does the
// client's file.

import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { addServers, formatProblem, importClientConfig, renderConfig } from '../config/index.ts';
import type { ConfigProblem, ImportedServers } from '../config/index.ts';
import { ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { complainWrite, writeSchema } from './init.ts';
import { configPath, shownPath } from './locate.ts';
import { complain, printJson, printLine, printText } from './print.ts';

export const importCommand: Command = {
  name: 'import',
  summary: "Take over the servers of an MCP client's config",
  description: [
    "Reads the mcpServers JSON that most MCP clients share, and adds its servers to the config; a config that is not there yet is written. Secrets are not copied: a reference to an environment variable takes their place. Afterwards, replace the servers in the client by the gateway's routes, or it will go on calling them directly.",
  ],
  positionals: [{ name: 'FILE', text: "the client's config, like .mcp.json or ~/.cursor/mcp.json" }],
  examples: [['sallyport import ~/.cursor/mcp.json', 'adds the servers of that client to sallyport.yaml here']],
  run: async (args, deps) => {
    const source = resolve(deps.cwd, args.word('FILE'));
    const text = readText(source);
    if (text === undefined)
      return complain(deps, EXIT.failed, `${shownPath(source, deps)} cannot be read. Name the config file of an MCP client.`);
    const imported = importClientConfig(text, { file: source });
    if (!imported.ok) return complainConfig(deps, imported.error);
    const file = configPath(args, deps);
    const written = merge(file, imported.value.servers);
    if (!written.ok) return complainConfig(deps, written.error);
    try {
      replaceFile(file, written.value.text);
    } catch (error) {
      return complainWrite(deps, file, error);
    }
    const { added, kept } = written.value;
    const { notes } = imported.value;
    if (args.output === 'json') printJson(deps, { file, added, kept, notes });
    else {
      printLine(deps, added.length === 0 ? 'No server was added.' : `Added to ${shownPath(file, deps)}: ${added.join(', ')}.`);
      if (kept.length > 0) printLine(deps, `There already, and left as they are: ${kept.join(', ')}.`);
      for (const { server, message } of notes) printText(deps, `${server} ${message}.`);
      printLine(deps, "'sallyport check' checks the result.");
    }
    return EXIT.ok;
  },
};

interface Merged {
  readonly text: string;
  readonly added: readonly string[];
  readonly kept: readonly string[];
}

function merge(file: string, servers: ImportedServers['servers']): Result<Merged, readonly ConfigProblem[]> {
  const before = readText(file);
  if (before !== undefined) return addServers(before, file, servers);
  return ok({ text: renderConfig({ servers, schema: './sallyport.schema.json' }), added: Object.keys(servers), kept: [] });
}

/** Replaces the file in one step, so that a gateway that reads it meanwhile sees the old one or the new one. */
function replaceFile(file: string, text: string): void {
  if (!existsSync(file)) writeSchema(dirname(file));
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644;
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { flag: 'wx', mode: mode & 0o777 });
    renameSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function complainConfig(deps: CliDeps, problems: readonly ConfigProblem[]): 3 {
  const lines = problems.map((problem) => formatProblem({ ...problem, file: shownPath(problem.file, deps) }));
  return complain(deps, EXIT.config, 'Nothing was changed.', ...lines);
}
