// `sallyport explain`: what would become of a call, and why. Asks the running gateway, which knows what is in force, approved, locked and used;
// without one, the config file alone says what its rules would.

import { ENDPOINTS } from '../admin/contract.ts';
import type { ExplainInput, ExplanationView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { labelsIn } from '../config/index.ts';
import type { UntestedConfig } from '../config/index.ts';
import { countFindings, createForesight, DEFAULT_INSPECTION } from '../inspection/index.ts';
import type { TalliedFinding } from '../inspection/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonObject } from '../mcp/index.ts';
import { compilePolicy, compileToolFacts, explainCall } from '../policies/index.ts';
import type { ExplainedCall } from '../policies/index.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CliDeps, Command } from './command.ts';
import { EXIT } from './exit-codes.ts';
import type { ExitCode } from './exit-codes.ts';
import { knownAgents } from './known.ts';
import { dataFolder, findDataFolder, shownPath } from './locate.ts';
import { readPolicyConfig } from './policy-config.ts';
import { complain, printJson, printLine, printTable, printText } from './print.ts';
import { complainAbout } from './problems.ts';
import { readArguments, readJsonArguments } from './tool-arguments.ts';

/** An explanation, and what it goes by. */
type Shown = Omit<ExplanationView, 'revision' | 'gates' | 'passes'> & {
  /** Undefined: of a config file, and nothing is known beside it. */
  readonly inForce: Pick<ExplanationView, 'revision' | 'gates' | 'passes'> | undefined;
  /** The config file that was asked instead. */
  readonly file: string | undefined;
};

const KINDS = ['tool', 'prompt', 'resource'] as const;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Say what would become of a call, and why',
  description: [
    'Asks the running gateway: its rules, what it knows of the agent, and what else stands between the call and its server. With --offline, or where none runs, the config file is asked for its rules alone.',
    "An argument is name=value, read by the tool's approved schema as 'tools call' reads it; where no gateway is asked, what looks like a number, true or false is taken for one. Without arguments it is said what becomes of the tool, whatever a call brings.",
    'Arguments, or the URI of a resource, are also looked into as inspection would; values are not shown.',
    'Nothing is called, and nothing is taken from any limit. Ends with exit code 1 if the call would not be carried as it is.',
  ],
  positionals: [
    { name: 'AGENT', text: 'name of the agent' },
    { name: 'SERVER', text: 'name of the server' },
    { name: 'KIND', text: 'tool, prompt or resource (default: the server as such)', optional: true },
    { name: 'NAME', text: 'its name, or its URI', optional: true },
    { name: 'ARGUMENT', text: 'name=value, or name:=json', optional: true, repeated: true },
  ],
  options: [
    { name: 'args', value: 'JSON', text: 'all arguments as one JSON object' },
    { name: 'group', value: 'GROUP', repeated: true, text: 'as if it were in these groups, and no others' },
    { name: 'attribute', value: 'NAME=VALUE', repeated: true, text: 'as if it had these attributes, and no others' },
    { name: 'user', value: 'USER', text: 'on behalf of this user' },
    { name: 'label', value: 'LABEL', repeated: true, text: 'as if the thing carried these labels, and no others' },
    { name: 'after', value: 'LABEL', repeated: true, text: 'as if the task had used what carries these labels' },
    { name: 'time', value: 'TIME', text: 'at this time, as 2026-03-02T21:00:00Z (default: now)' },
    { name: 'era', value: 'ERA', text: 'modern or legacy (default: modern)' },
    { name: 'source', value: 'ADDRESS', text: 'from this address (default: 127.0.0.1)' },
    { name: 'listener', value: 'NAME', text: 'over this listener (default: main)' },
    { name: 'offline', text: 'by the config file, even if a gateway runs' },
    { name: 'all', text: 'show every rule, also those about others' },
  ],
  examples: [
    ['sallyport explain ada bank tool pay amount:=20000', 'may ada pay so much, and by which rule'],
    ['sallyport explain ada bank --offline', 'would ada be let speak to the server by the rules in the file'],
  ],
  run: async (args, deps) => {
    // Before anything is asked: what makes no sense is refused whether or not a gateway runs.
    const guessed = readInput(args, deps, undefined);
    if (!guessed.ok) return complain(deps, EXIT.usage, guessed.error);
    const schema = await schemaInForce(guessed.value, args, deps);
    const input = schema === undefined ? guessed : readInput(args, deps, schema);
    if (!input.ok) return complain(deps, EXIT.usage, input.error);
    const shown = args.flag('offline') ? await explainOffline(input.value, args, deps) : await explainRunning(input.value, args, deps);
    if (typeof shown === 'number') return shown;
    if (args.output === 'json') {
      const { inForce, file: _, ...explained } = shown;
      printJson(deps, { ...explained, ...(inForce ?? { revision: null, gates: [], passes: null }) });
    } else print(deps, shown, input.value, args);
    const isStopped = shown.findings.some(({ action }) => action === 'deny' || action === 'ask');
    const isCarried = shown.inForce?.passes ?? (shown.verdict.kind === 'allow' && !isStopped);
    return isCarried ? EXIT.ok : EXIT.failed;
  },
};

function readInput(args: ParsedArguments, deps: CliDeps, schema: JsonObject | undefined): Result<ExplainInput, string> {
  const kindText = args.word('KIND');
  const kind = kindText === '' ? 'server' : KINDS.find((one) => one === kindText);
  if (kind === undefined) return fail(`KIND is tool, prompt or resource, not '${kindText}'.`);
  const name = args.word('NAME');
  if (kind !== 'server' && name === '') return fail('NAME is missing.');
  const words = args.words('ARGUMENT');
  const json = args.text('args');
  if (json !== undefined && words.length > 0) return fail('Give the arguments as words, or as --args, not both.');
  const given = json === undefined ? readArguments(words, schema ?? guessSchema(words)) : readJsonArguments(json);
  if (!given.ok) return given;
  const attributes = args.list('attribute').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  if (attributes.some(([key]) => key === '')) return fail('--attribute is NAME=VALUE.');
  const orNull = (option: string): string[] | null => (args.list(option).length === 0 ? null : [...args.list(option)]);
  const parsed = ENDPOINTS.explain.request.safeParse({
    agent: args.word('AGENT'),
    groups: orNull('group'),
    attributes: attributes.length === 0 ? null : Object.fromEntries(attributes),
    user: args.text('user') ?? null,
    server: args.word('SERVER'),
    kind,
    name,
    args: json === undefined && words.length === 0 ? null : given.value,
    labels: orNull('label'),
    taint: orNull('after'),
    time: args.text('time') ?? (args.flag('offline') ? deps.now().toISOString() : null),
    ...(args.text('era') !== undefined && { era: args.text('era') }),
    ...(args.text('source') !== undefined && { source: args.text('source') }),
    ...(args.text('listener') !== undefined && { listener: args.text('listener') }),
  });
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return fail(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`);
}

/**
 * By which `name=value` is read, as `tools call` reads it; where nothing of the name is approved, one that says nothing: every value is a text.
 * Undefined: nobody can say, or nothing is to be read.
 */
async function schemaInForce(input: ExplainInput, args: ParsedArguments, deps: CliDeps): Promise<JsonObject | undefined> {
  if (args.flag('offline') || args.words('ARGUMENT').length === 0) return undefined;
  if (input.kind !== 'tool') return {};
  const folder = findDataFolder(args, deps);
  const read = folder.ok ? await deps.admin(folder.value).policy.argumentTypes({ server: input.server, tool: input.name }) : undefined;
  if (read?.ok !== true) return undefined;
  return { properties: Object.fromEntries(Object.entries(read.value.types ?? {}).map(([name, type]) => [name, { type }])) };
}

/** Without a gateway to ask, a word that is a number is taken for one: that is what a condition compares it with. */
function guessSchema(words: readonly string[]): { readonly properties: Readonly<Record<string, { readonly type: string }>> } {
  const numbers = words.flatMap((word) => {
    const [, name, value] = /^([^=:]+)=(.*)$/.exec(word) ?? [];
    return name !== undefined && value !== undefined && /^(-?(0|[1-9]\d*)(\.\d+)?|true|false)$/.test(value)
      ? [[name, { type: value === 'true' || value === 'false' ? 'boolean' : 'number' }] as const]
      : [];
  });
  return { properties: Object.fromEntries(numbers) };
}

async function explainRunning(input: ExplainInput, args: ParsedArguments, deps: CliDeps): Promise<Shown | ExitCode> {
  const folder = dataFolder(args, deps);
  if (folder === undefined) return EXIT.config;
  const asked = await deps.admin(folder).policy.explain(input);
  if (asked.ok) {
    const { revision, gates, passes, ...explained } = asked.value;
    return { ...explained, inForce: { revision, gates, passes }, file: undefined };
  }
  if (asked.error.code !== 'gateway_not_running') return complainAbout(deps, asked.error);
  return explainOffline(input, args, deps);
}

async function explainOffline(input: ExplainInput, args: ParsedArguments, deps: CliDeps): Promise<Shown | ExitCode> {
  const config = await readPolicyConfig(args, deps);
  if (typeof config === 'number') return config;
  const known = (await knownAgents(args, deps))?.get(input.agent);
  const groups = [...(input.groups ?? known?.groups ?? [])];
  const attributes = { ...(input.attributes ?? known?.attributes) };
  const labels = [...(input.labels ?? labelsOf(input, config))];
  const taint = [...(input.taint ?? [])];
  const explained = explain({ ...input, groups, attributes, taint }, labels, config, deps);
  if (explained === undefined) return EXIT.config;
  return {
    ...explained,
    rules: [...explained.rules],
    limits: [...explained.limits],
    redact: [...explained.redact],
    findings: [...explained.findings],
    agent: { name: input.agent, known: known !== undefined, groups, attributes },
    labels,
    taint,
    inForce: undefined,
    file: config.files[0],
  };
}

function labelsOf({ kind, name, server }: ExplainInput, { shard }: UntestedConfig): readonly string[] {
  return kind === 'tool' ? compileToolFacts(shard.servers)(server, name).labels : labelsIn(shard.servers)(server);
}

/** What the rules say, and what is found in what was given. */
type ExplainedByFile = ExplainedCall & { readonly findings: readonly TalliedFinding[] };

function explain(input: ExplainInput, labels: readonly string[], { shard }: UntestedConfig, deps: CliDeps): ExplainedByFile | undefined {
  const compiled = compilePolicy(shard.policy, { servers: shard.servers.map(({ name }) => name) });
  if (!compiled.ok) return undefined;
  const { agent, groups, attributes, user, server, kind, name, taint, time, era, source, listener } = input;
  const subject = kind === 'server' ? ({ kind } as const) : { kind, name };
  const args = parseJson(Buffer.from(JSON.stringify(input.args ?? {})));
  const foresight = createForesight(shard.inspection ?? DEFAULT_INSPECTION);
  const found = foresight.find({ kind, name, args: input.args !== null && args.ok ? args.value.value : undefined });
  const explained = explainCall(compiled.value, shard.policy, {
    principal: { tenant: 'default', agent, user: user ?? undefined, groups: groups ?? [], attributes: attributes ?? {}, keyId: 'explain' },
    server,
    subject,
    tool: kind === 'tool' ? { ...compileToolFacts(shard.servers)(server, name), labels } : undefined,
    labels: kind === 'tool' ? undefined : labels,
    taint: taint ?? [],
    findings: found && countFindings(found),
    args: (kind === 'tool' || kind === 'prompt') && args.ok ? args.value.value : undefined,
    request: { timeMs: time === null ? deps.now().getTime() : Date.parse(time), era, source, listener },
  });
  const duties = { required: explained.inspect === 'required', redact: explained.redact };
  return { ...explained, findings: foresight.tally(found ?? [], server, kind === 'tool' ? name : undefined, duties) };
}

function print(deps: CliDeps, shown: Shown, { server, kind, name }: ExplainInput, args: ParsedArguments): void {
  const { agent, verdict, labels, taint, inForce, file, limits, findings, inspect, redact, capture } = shown;
  const by =
    inForce === undefined
      ? `${file === undefined ? 'the config file' : shownPath(file, deps)}, as no gateway was asked`
      : `config revision ${inForce.revision}, in force`;
  const facts = [
    ...(agent.groups.length > 0 ? [`groups ${agent.groups.join(', ')}`] : []),
    ...Object.entries(agent.attributes).map(([key, value]) => `${key}=${value}`),
  ];
  printText(
    deps,
    `${agent.name}${facts.length > 0 ? ` (${facts.join('; ')})` : ''} wants ${kind === 'server' ? 'to speak to' : `${kind} ${name} on`} ${server}`,
  );
  if (!agent.known) printText(deps, `No agent is called ${agent.name}: it is taken as the options say.`);
  if (labels.length > 0) printText(deps, `labels: ${labels.join(', ')}`);
  if (taint.length > 0) printText(deps, `after the use of: ${taint.join(', ')}`);
  printText(deps, `\n${verdict.kind.toUpperCase()}  ${verdict.says}\nby ${by}\n`);
  printRules(deps, shown, args.flag('all'));
  for (const { gate, passes, says } of inForce?.gates ?? []) printText(deps, `${passes ? 'passes' : 'STOPS '}  ${gate}: ${says}`);
  for (const { limit, says } of limits) printText(deps, `charged  ${limit}: ${says}`);
  for (const { type, class: of, path, action, count } of findings)
    printText(deps, `found    ${type} (${of})${count > 1 ? ` ×${count}` : ''} at ${path}: ${action}`);
  if (inspect === 'required') printLine(deps, 'inspect  required: what is not looked into is denied, also in the answer');
  if (redact.length > 0) printLine(deps, `redact   ${redact.join(', ')}: at least, also in the answer`);
  if (capture !== null) printLine(deps, `capture  ${capture}: what is said is sealed for this purpose, both ways`);
  if (inForce !== undefined)
    printLine(
      deps,
      inForce.passes
        ? '\nThe call would be carried.'
        : verdict.kind === 'ask'
          ? '\nThe call would wait for a person.'
          : '\nThe call would be refused.',
    );
}

function printRules(deps: CliDeps, { rules }: Shown, all: boolean): void {
  const near = rules.filter(({ match }) => all || !['other-agent', 'other-server', 'other-subject'].includes(match));
  if (near.length > 0)
    printTable(
      deps,
      ['RULE', 'EFFECT', 'WHY', 'CONDITION'],
      near.map(({ rule, effect, says, when }) => [rule, effect, says, when ?? '']),
    );
  const others = rules.length - near.length;
  if (others > 0)
    printLine(deps, `${others} ${others === 1 ? 'rule is' : 'rules are'} about other agents, servers or things; --all shows them.`);
  printLine(deps, '');
}
