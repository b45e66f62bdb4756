// `sallyport tools …`: lists and calls tools through the gateway's own door, with a key, like any agent: the same policy, the same
// record. It has no other way in.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail, nearest, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { readAuthorities } from '../tls/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command, OptionSpec } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { dataFolder, findDataFolder } from './locate.ts';
import { connectMcp } from './mcp-client.ts';
import type { McpClient } from './mcp-client.ts';
import type { McpFailure } from './mcp-faults.ts';
import { isObject } from './mcp-http.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';
import { mirrorHeaders, readArguments, readJsonArguments } from './tool-arguments.ts';

const MAX_PAGES = 1_000;

const TARGET = {
  name: 'TARGET',
  text: 'URL of a route, like http://127.0.0.1:7625/mcp/files, or the name of a server of the gateway that runs here',
} as const;
const OPTIONS: readonly OptionSpec[] = [
  { name: 'key', value: 'KEY', text: "the agent's key (default: SALLYPORT_KEY of the environment, else none)" },
  { name: 'ca', value: 'FILE', text: "certificates to trust, in place of the system's (PEM)" },
];

const list: Command = {
  name: 'tools list',
  summary: 'List the tools that an agent may call',
  positionals: [TARGET],
  options: OPTIONS,
  run: (args, deps) =>
    withClient(args, deps, async (client) => {
      const tools = await listTools(client);
      if (!tools.ok) return complainFailure(deps, tools.error);
      if (args.output === 'json') printJson(deps, { tools: tools.value });
      else if (tools.value.length === 0) printLine(deps, 'There are no tools that this agent may call.');
      else printTable(deps, ['TOOL', 'ARGUMENTS', 'DESCRIPTION'], tools.value.map(toolRow));
      return EXIT.ok;
    }),
};

const call: Command = {
  name: 'tools call',
  summary: 'Call a tool',
  description: [
    "An argument is name=value; the tool's schema decides whether the value is a text, a number, true or false. name:=json gives exactly that JSON. A tool that reports an error, and a call that policy denies, end with exit code 1.",
  ],
  positionals: [
    TARGET,
    { name: 'TOOL', text: 'name of the tool' },
    { name: 'ARGUMENT', text: 'name=value or name:=json', optional: true, repeated: true },
  ],
  options: [{ name: 'json', value: 'OBJECT', text: 'all arguments as one JSON object; - reads it from standard input' }, ...OPTIONS],
  examples: [
    ['sallyport tools call http://127.0.0.1:7625/mcp/everything echo message=hello --key spk_…', 'calls echo with one argument'],
    ['sallyport tools call everything get-sum --json \'{"a": 1, "b": 2}\'', 'the key is in SALLYPORT_KEY'],
  ],
  run: async (args, deps) => {
    const words = args.words('ARGUMENT');
    const json = args.text('json');
    if (json !== undefined && words.length > 0) return complain(deps, EXIT.usage, 'Give the arguments as words or with --json, not both.');
    const given = json === undefined ? undefined : readJsonArguments(json === '-' ? await deps.readStdin() : json);
    if (given?.ok === false) return complain(deps, EXIT.usage, given.error);
    const shape = readArguments(words, undefined);
    if (!shape.ok) return complain(deps, EXIT.usage, shape.error);
    return withClient(args, deps, async (client) => {
      const tool = args.word('TOOL');
      const schema = await schemaOf(client, tool);
      const read = given ?? readArguments(words, schema);
      if (!read.ok) return complain(deps, EXIT.usage, read.error);
      const headers = client.era === 'modern' ? mirrorHeaders(read.value, schema) : {};
      const called = await client.request('tools/call', { params: { name: tool, arguments: read.value }, name: tool, headers });
      return called.ok ? report(args, deps, called.value) : complainFailure(deps, called.error);
    });
  },
};

export const toolsCommands: readonly Command[] = [list, call];

/** Opens a conversation with what the command line names, and closes it whatever happens. */
async function withClient(args: ParsedArguments, deps: CliDeps, action: (client: McpClient) => Promise<ExitCode>): Promise<ExitCode> {
  const url = await findTarget(args, deps);
  if (typeof url === 'number') return url;
  const ca = readCa(args, deps);
  if (!ca.ok) return complain(deps, EXIT.usage, ca.error);
  const key = args.text('key') ?? deps.env['SALLYPORT_KEY'];
  const connected = await connectMcp({ url, key, ca: ca.value, signal: deps.interrupted, version: deps.version });
  if (!connected.ok) {
    const { status } = connected.error;
    if (status === 401) return complainFailure(deps, withKeyRemedy(connected.error, key !== undefined));
    return complainFailure(deps, status === 404 ? await withKnownServers(connected.error, url, args, deps) : connected.error);
  }
  try {
    return await action(connected.value);
  } finally {
    await connected.value.close();
  }
}

async function findTarget(args: ParsedArguments, deps: CliDeps): Promise<URL | ExitCode> {
  const target = args.word('TARGET');
  if (/^https?:\/\//i.test(target)) {
    return URL.canParse(target) ? new URL(target) : complain(deps, EXIT.usage, `'${target}' is not a URL.`);
  }
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const status = await deps.admin(folder).status();
  if (!status.ok) return complainAbout(deps, status.error);
  const base = status.value.listeners[0]?.url;
  if (base === undefined) return complain(deps, EXIT.failed, 'The gateway has no listener. Give the URL of a route instead of a name.');
  return new URL(`/mcp/${encodeURIComponent(target)}`, base);
}

function withKeyRemedy(failure: McpFailure, given: boolean): McpFailure {
  const remedy = given
    ? "The key that was given is not accepted: it is mistyped, revoked, expired, or for another gateway; 'sallyport agents list' shows what is in force."
    : "Give a key with --key or in SALLYPORT_KEY; 'sallyport agents add NAME' makes one.";
  return { ...failure, detail: given ? remedy : `${failure.detail} ${remedy}` };
}

/** Names the server that is not there, and those that are, if the gateway that was asked is the one that runs here. */
async function withKnownServers(failure: McpFailure, url: URL, args: ParsedArguments, deps: CliDeps): Promise<McpFailure> {
  const wanted = /^\/mcp\/([\w.-]+)$/.exec(url.pathname)?.[1];
  const absent =
    wanted === undefined ? `${url.host} has no route ${url.pathname}; a server is at /mcp/NAME.` : `${url.host} has no server '${wanted}'.`;
  const folder = findDataFolder(args, deps);
  const admin = folder.ok ? deps.admin(folder.value) : undefined;
  const status = await admin?.status();
  const ours = status?.ok === true && status.value.listeners.some((listener) => new URL(listener.url).port === url.port);
  const known = ours ? await admin?.servers() : undefined;
  if (known?.ok !== true) return { ...failure, detail: absent };
  const names = known.value.map(({ name }) => name);
  const meant = wanted === undefined ? undefined : nearest(wanted, names);
  const list = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
  return { ...failure, detail: `${absent} ${list}${meant === undefined ? '' : ` Did you mean '${meant}'?`}` };
}

function readCa(args: ParsedArguments, deps: CliDeps): Result<string | undefined, string> {
  const file = args.text('ca');
  if (file === undefined) return ok(undefined);
  try {
    const pem = readFileSync(resolve(deps.cwd, file), 'utf8');
    // The TLS library would skip what it cannot read, and then say that the server is not to be trusted.
    const read = readAuthorities(pem, deps.now());
    return read.ok ? ok(pem) : fail(`The file of --ca cannot be used. ${read.error}`);
  } catch (error) {
    return fail(`The file of --ca cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

async function listTools(client: McpClient, until: (tool: JsonObject) => boolean = () => false): Promise<Result<JsonObject[], McpFailure>> {
  const tools: JsonObject[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const listed = await client.request('tools/list', cursor === undefined ? {} : { params: { cursor } });
    if (!listed.ok) return listed;
    const { tools: found, nextCursor } = listed.value;
    if (Array.isArray(found)) tools.push(...found.filter((tool: JsonValue) => isObject(tool)));
    if (typeof nextCursor !== 'string' || tools.some(until)) return ok(tools);
    cursor = nextCursor;
  }
  return fail({ kind: 'refused', detail: `The list of tools does not end within ${MAX_PAGES} pages.` });
}

/** The tool's input schema, if the agent may see the tool. One that it may not see is called all the same: policy answers, not we. */
async function schemaOf(client: McpClient, name: string): Promise<JsonObject | undefined> {
  const tools = await listTools(client, (tool) => tool['name'] === name);
  const schema = tools.ok ? tools.value.find((tool) => tool['name'] === name)?.['inputSchema'] : undefined;
  return isObject(schema) ? schema : undefined;
}

function report(args: ParsedArguments, deps: CliDeps, result: JsonObject): ExitCode {
  const code = result['isError'] === true ? EXIT.failed : EXIT.ok;
  if (args.output === 'json') {
    printJson(deps, result);
    return code;
  }
  if (result['resultType'] === 'input_required') {
    return complain(deps, EXIT.failed, 'The tool asks for input, which this command cannot give. Use an MCP client that can.');
  }
  const { content, structuredContent } = result;
  const blocks = Array.isArray(content) ? content.map(describeBlock) : [];
  if (blocks.length === 0 && structuredContent !== undefined) blocks.push(JSON.stringify(structuredContent, null, 2));
  if (code === EXIT.failed) return complain(deps, code, blocks.join('\n') || 'The tool reported an error without a text.');
  for (const block of blocks) printText(deps, block);
  return code;
}

function describeBlock(block: JsonValue): string {
  if (!isObject(block)) return '';
  const { type, text, data, resource } = block;
  if (type === 'text') return textOf(text);
  if (type === 'resource' && isObject(resource)) return textOf(resource['text']) || `[resource ${textOf(resource['uri'])}]`;
  if (type === 'resource_link') return `[link ${textOf(block['uri'])}]`;
  const size = typeof data === 'string' ? `, ${data.length} characters of base64` : '';
  return `[${textOf(type)} ${textOf(block['mimeType'])}${size}; --output json has it]`;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function toolRow(tool: JsonObject): readonly string[] {
  const schema = tool['inputSchema'];
  const properties = isObject(schema) && isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const required: readonly JsonValue[] = isObject(schema) && Array.isArray(schema['required']) ? schema['required'] : [];
  const names = properties.map((name) => (required.includes(name) ? name : `[${name}]`));
  const firstLine = textOf(tool['description']).split('\n', 1)[0] ?? '';
  return [textOf(tool['name']), names.join(' '), firstLine.length > 100 ? `${firstLine.slice(0, 99)}…` : firstLine];
}

function complainFailure(deps: CliDeps, { kind, detail }: McpFailure): ExitCode {
  const unreachable = kind === 'unreachable' && !deps.interrupted.aborted;
  return complain(deps, unreachable ? EXIT.unreachable : EXIT.failed, detail);
}
