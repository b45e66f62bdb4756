// `sallyport inspect`: what inspection would find in a text or a message, and do about it, by the config. Nothing is sent anywhere, and what was found is
// not shown: whoever reads the output need not be whoever may read the file.

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { compileActions, createEngine, DEFAULT_INSPECTION, isStricter, lookInto, tallyFindings } from '../inspection/index.ts';
import type { Action, Direction, InspectionDocument, TalliedFinding } from '../inspection/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { findConfigFile, isConfigNamed, shownPath } from './locate.ts';
import { readPolicyConfig } from './policy-config.ts';
import { complain, printJson, printLine, printTable } from './print.ts';

/** More rows than these nobody reads; with --output json all are there. */
const MAX_ROWS = 200;

export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Say what inspection finds in a file, and does about it',
  description: [
    'Reads JSON, as messages are, or any text, and looks into it by the inspection of the config, or by what is built in where there is no config. Says types and places, never what stands there.',
    'What is done about it depends on which way it goes, and from or to which server: say so with the options. Ends with exit code 1 if it would not pass as it is.',
  ],
  positionals: [{ name: 'FILE', text: 'a file, or - for standard input (default: -)', optional: true }],
  options: [
    { name: 'direction', value: 'DIRECTION', text: 'requests (to a server) or answers (to an agent; default)' },
    { name: 'server', value: 'SERVER', text: 'as if it went to, or came from, this server' },
    { name: 'tool', value: 'TOOL', text: 'as if it were a call of this tool, or its answer' },
  ],
  examples: [
    ['sallyport inspect answer.json --server crm', 'what an agent would get of an answer of crm'],
    ['git diff | sallyport inspect --direction requests', 'whether a text may be sent to a server'],
  ],
  run: async (args, deps) => {
    const direction = args.text('direction') ?? 'answers';
    if (direction !== 'requests' && direction !== 'answers')
      return complain(deps, EXIT.usage, `--direction is requests or answers, not '${direction}'.`);
    const config = await readInspection(args, deps);
    if (typeof config === 'number') return config;
    const { document, servers, by } = config;
    const server = args.text('server');
    if (server !== undefined && !servers.includes(server))
      return complain(deps, EXIT.usage, `'${server}' is not a server of the config. There are: ${servers.join(', ') || 'none'}.`);
    const bytes = await readInput(args.word('FILE'), deps);
    if (bytes === undefined)
      return complain(deps, EXIT.failed, `${args.word('FILE')} cannot be read. Name a file, or - for standard input.`);
    const findings = inspect(bytes, document, { direction, server: server ?? '', tool: args.text('tool') });
    const strictest = findings.reduce<Action>((most, { action }) => (isStricter(action, most) ? action : most), 'tag');
    if (args.output === 'json') printJson(deps, { action: findings.length === 0 ? null : strictest, findings });
    else print(deps, findings, direction, by);
    return strictest === 'tag' ? EXIT.ok : EXIT.failed;
  },
};

interface Way {
  readonly direction: Direction;
  readonly server: string;
  readonly tool: string | undefined;
}

function inspect(bytes: Uint8Array, document: InspectionDocument, { direction, server, tool }: Way): readonly TalliedFinding[] {
  const engine = createEngine(document);
  // A config whose detectors do not compile was refused when it was read.
  if (!engine.ok) return [];
  const message = parseJson(bytes).ok ? bytes : Buffer.from(JSON.stringify(Buffer.from(bytes).toString('utf8')));
  const found = lookInto(engine.value, message, direction === 'requests' ? 'request' : 'answer');
  return tallyFindings(found, compileActions(document).on(server, tool, direction));
}

interface InspectionOfConfig {
  readonly document: InspectionDocument;
  readonly servers: readonly string[];
  /** Behind "by": whose lines these are. */
  readonly by: string;
}

/** Without a config, what is built in. */
async function readInspection(args: ParsedArguments, deps: CliDeps): Promise<InspectionOfConfig | ExitCode> {
  const file = await findConfigFile(args, deps);
  if (!isConfigNamed(args, deps) && !existsSync(file))
    return { document: DEFAULT_INSPECTION, servers: [], by: 'what is built in, as there is no config' };
  const config = await readPolicyConfig(args, deps);
  if (typeof config === 'number') return config;
  const { servers, inspection = DEFAULT_INSPECTION } = config.shard;
  return { document: inspection, servers: servers.map(({ name }) => name), by: shownPath(file, deps) };
}

async function readInput(file: string, deps: CliDeps): Promise<Uint8Array | undefined> {
  if (file === '' || file === '-') return Buffer.from(await deps.readStdin());
  try {
    return readFileSync(resolve(deps.cwd, file));
  } catch {
    return undefined;
  }
}

function print(deps: CliDeps, findings: readonly TalliedFinding[], direction: Direction, by: string): void {
  if (findings.length === 0) return printLine(deps, `Nothing was found, by ${by}.`);
  printTable(
    deps,
    ['TYPE', 'CLASS', 'SURE', 'COUNT', 'PATH', 'ACTION'],
    findings
      .slice(0, MAX_ROWS)
      .map(({ type, class: of, confidence, count, path, action }) => [type, of, confidence, String(count), path, action]),
  );
  if (findings.length > MAX_ROWS) printLine(deps, `And ${findings.length - MAX_ROWS} more; --output json has them all.`);
  printLine(deps, `\nin ${direction}, by ${by}`);
}
