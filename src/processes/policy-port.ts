// What would become of a call, for whoever asks: the policy in force, and everything else that stands between a call and its server, as
// control knows it. Nothing is sent anywhere, and nothing is taken.

import type { AdminPorts, ExplainInput, ExplanationView, WorldView } from '../admin/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Store } from '../cluster/index.ts';
import { unreadAmong } from '../config/index.ts';
import type { ConfigShard } from '../config/index.ts';
import { countFindings, createForesight, DEFAULT_INSPECTION } from '../inspection/index.ts';
import type { Foresight, TalliedFinding } from '../inspection/index.ts';
import { parseJson } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { compileLockdown, compilePolicy, compileToolFacts, explainCall, explainUnread, factsOfUnread } from '../policies/index.ts';
import type { Policy, Question, ToolFactsOf } from '../policies/index.ts';
import { createArgumentsCheck } from '../tools/index.ts';
import type { ServerCatalogue, ToolGuess } from '../tools/index.ts';
import type { CatalogueAuthority } from './catalogue-authority.ts';

export interface PolicyPortOptions {
  readonly tenant: string;
  readonly store: () => Store | undefined;
  readonly config: () => ConfigShard | undefined;
  readonly revision: () => number;
  readonly catalogue: () => CatalogueAuthority | undefined;
  readonly lockdown: Pick<AdminPorts['lockdown'], 'read'>;
  readonly flow: Pick<AdminPorts['flow'], 'read'>;
  readonly nowMs: () => number;
}

type Gate = ExplanationView['gates'][number];

/** The policy in force as the admin API has it. */
export function createPolicyPort(options: PolicyPortOptions): AdminPorts['policy'] {
  const { tenant, store, config, revision, catalogue, lockdown, flow, nowMs } = options;
  const unavailable = fail({ code: 'unavailable', detail: 'The gateway is starting; try again.' } as const);
  let compiled: { readonly shard: ConfigShard; readonly policy: Policy; readonly foresight: Foresight } | undefined;

  const compiledOf = (shard: ConfigShard): NonNullable<typeof compiled> | undefined => {
    if (compiled?.shard === shard) return compiled;
    const result = compilePolicy(shard.policy, { servers: shard.servers.map(({ name }) => name) });
    if (result.ok) compiled = { shard, policy: result.value, foresight: createForesight(shard.inspection ?? DEFAULT_INSPECTION) };
    return result.ok ? compiled : undefined;
  };

  const factsIn = (shard: ConfigShard): ToolFactsOf => {
    const byServer = new Map(
      catalogue()
        ?.all()
        .map((one) => [one.server, guessesOf(one)]),
    );
    return compileToolFacts(shard.servers, (server, tool) => {
      const guess = byServer.get(server)?.get(tool);
      return guess === undefined ? undefined : { fingerprint: undefined, guess };
    });
  };

  const taintOf = async (agent: string): Promise<readonly string[] | undefined> => {
    const known = await flow.read();
    if (!known.ok || known.value.fault !== null || known.value.hidden) return undefined;
    return known.value.agents.find((one) => one.agent === agent)?.labels.map(({ label }) => label) ?? [];
  };

  const questionOf = async (input: ExplainInput, shard: ConfigShard): Promise<{ readonly question: Question; readonly known: boolean }> => {
    const agent = (await store()?.agents(tenant))?.agents.find(({ name }) => name === input.agent);
    const subject = input.kind === 'server' ? ({ kind: 'server' } as const) : { kind: input.kind, name: input.name };
    const facts = subject.kind === 'tool' ? factsIn(shard)(input.server, subject.name) : undefined;
    const own = shard.servers.find(({ name }) => name === input.server)?.labels ?? [];
    return {
      known: agent !== undefined,
      question: {
        principal: {
          tenant,
          agent: input.agent,
          user: input.user ?? undefined,
          groups: input.groups ?? agent?.groups ?? [],
          attributes: input.attributes ?? agent?.attributes ?? {},
          keyId: 'explain',
        },
        server: input.server,
        subject,
        tool: facts === undefined || input.labels === null ? facts : { labels: input.labels, class: facts.class, fingerprint: undefined },
        labels: facts === undefined ? (input.labels ?? own) : undefined,
        taint: input.taint ?? (await taintOf(input.agent)),
        args: subject.kind === 'tool' || subject.kind === 'prompt' ? toJson(input.args) : undefined,
        request: {
          timeMs: input.time === null ? nowMs() : Date.parse(input.time),
          era: input.era,
          source: input.source,
          listener: input.listener,
        },
      },
    };
  };

  const isLocked = async ({ principal, server, subject }: Question, isUnread: boolean): Promise<boolean> => {
    const read = await lockdown.read();
    if (!read.ok || read.value.fault !== null) return true;
    const { stops, concerns } = compileLockdown(read.value.locks.map((lock) => ({ ...lock, tenant })));
    return isUnread ? concerns(principal, server) : stops(principal, server, subject);
  };

  return {
    explain: async (input) => {
      const shard = config();
      const inForce = shard === undefined ? undefined : compiledOf(shard);
      const authority = catalogue();
      if (shard === undefined || inForce === undefined || authority === undefined) return unavailable;
      const { policy, foresight } = inForce;
      const { question: asked, known } = await questionOf(input, shard);
      const found = foresight.find({ kind: input.kind, name: input.name, args: input.args === null ? undefined : asked.args });
      const question: Question = { ...asked, findings: found && countFindings(found) };
      const { principal, server, tool, labels, taint } = question;
      const unread = unreadIn(shard, server);
      const explained =
        unread === undefined
          ? explainCall(policy, shard.policy, question)
          : explainUnread(policy, shard.policy, question, factsOfUnread(unread).class);
      const findings = foresight.tally(unread === undefined ? (found ?? []) : [], server, input.kind === 'tool' ? input.name : undefined, {
        required: explained.inspect === 'required',
        redact: explained.redact,
      });
      const gates = [
        lockdownGate(await isLocked(question, unread !== undefined)),
        ...(shard.servers.some(({ name }) => name === server)
          ? []
          : [{ gate: 'server', passes: false, says: 'There is no such server.' } as const]),
        ...(unread === undefined ? await catalogueGates(authority, question, input.args !== null) : []),
        ...inspectionGates(findings),
      ];
      return ok({
        ...explained,
        rules: [...explained.rules],
        limits: [...explained.limits],
        redact: [...explained.redact],
        findings: [...findings],
        revision: revision(),
        agent: { name: principal.agent, known, groups: [...principal.groups], attributes: { ...principal.attributes } },
        labels: [...(tool?.labels ?? labels ?? [])],
        taint: [...(taint ?? [])],
        gates,
        passes: explained.verdict.kind === 'allow' && gates.every((gate) => gate.passes),
      });
    },
    argumentTypes: async ({ server, tool }) => {
      const authority = catalogue();
      if (authority === undefined) return unavailable;
      const pin = authority
        .all()
        .find((one) => one.server === server)
        ?.pins?.pins.find(({ kind, name }) => kind === 'tool' && name === tool);
      if (pin === undefined) return ok({ types: null });
      const rows = (await authority.seen(server)).filter(
        ({ kind, name, fingerprint }) => kind === 'tool' && name === tool && pin.fingerprints.includes(fingerprint),
      );
      const row = rows.find(({ current }) => current) ?? rows[0];
      const schema = row === undefined ? undefined : schemaOf(row.definition);
      return ok({ types: typesIn(schema) });
    },
    world: async () => {
      const shard = config();
      const authority = catalogue();
      if (shard === undefined || authority === undefined) return unavailable;
      const factsOf = factsIn(shard);
      const servers = new Set(shard.servers.map(({ name }) => name));
      const tools = authority.all().flatMap(({ server, pins }): WorldView['tools'] =>
        servers.has(server)
          ? (pins?.pins ?? []).flatMap(({ kind, name }) => {
              const facts = factsOf(server, name);
              return kind === 'tool' ? [{ server, name, labels: [...facts.labels], class: facts.class ?? 'standard' }] : [];
            })
          : [],
      );
      return ok({ revision: revision(), tools });
    },
  };
}

/** The server, if nobody looks into what is said to it. */
function unreadIn({ audit, servers }: ConfigShard, name: string): ConfigShard['servers'][number] | undefined {
  return unreadAmong(audit?.noInspect ?? [], [name]).size === 0 ? undefined : servers.find((one) => one.name === name);
}

/** Whether what is found stops the call. Without anything there is nothing to say. */
function inspectionGates(findings: readonly TalliedFinding[]): readonly Gate[] {
  const stopping = findings.find(({ action }) => action === 'deny') ?? findings.find(({ action }) => action === 'ask');
  if (stopping === undefined)
    return findings.length === 0 ? [] : [{ gate: 'inspection', passes: true, says: 'What is in it may be sent there, as the list says.' }];
  const { type, path, action } = stopping;
  return [
    {
      gate: 'inspection',
      passes: false,
      says:
        action === 'deny' ? `${type} at ${path} may not be sent there.` : `A person has to approve that ${type} at ${path} is sent there.`,
    },
  ];
}

function guessesOf({ guesses }: ServerCatalogue): ReadonlyMap<string, ToolGuess> {
  return new Map(guesses.map((guess) => [guess.name, guess]));
}

function lockdownGate(isLocked: boolean): Gate {
  return {
    gate: 'lockdown',
    passes: !isLocked,
    says: isLocked ? 'It is locked: `sallyport lockdown` says by whom and why.' : 'It is not locked.',
  };
}

/** What the catalogue says: whether the definition is approved, and whether the arguments fit it, if there are any. */
async function catalogueGates(
  authority: CatalogueAuthority,
  { server, subject, args }: Question,
  isGiven: boolean,
): Promise<readonly Gate[]> {
  if (subject.kind === 'server' || subject.kind === 'resource') return [];
  const known = authority.all().find((one) => one.server === server);
  const definition = (passes: boolean, says: string): Gate => ({ gate: 'definition', passes, says });
  if (known?.fault !== undefined) return [definition(false, `Everything of ${server} is withheld: ${known.fault}.`)];
  const pin = known?.pins?.pins.find(({ kind, name }) => kind === subject.kind && name === subject.name);
  const withheld = known?.withheld.find(({ kind, name }) => kind === subject.kind && name === subject.name);
  if (withheld !== undefined)
    return [
      definition(
        false,
        `What the server lists now is ${pin === undefined ? 'new' : 'changed'} and withheld: \`sallyport tools review ${server}\` shows it.`,
      ),
    ];
  if (pin === undefined) return [definition(false, 'Nothing of this name is approved; the server may not have been asked yet.')];
  const approved = definition(true, `Approved, as ${pin.fingerprints.map((print) => print.slice(0, 15)).join(' and ')}.`);
  if (subject.kind !== 'tool') return [approved];
  // Whoever names none asks about the tool, not about a call with nothing: what such a call lacks would hide what was asked for.
  if (!isGiven)
    return [approved, { gate: 'arguments', passes: true, says: 'None were given; those of a call have to fit the approved schema.' }];
  const rows = await authority.seen(server);
  const faults = pin.fingerprints.flatMap((print) => {
    const row = rows.find((one) => one.kind === 'tool' && one.name === subject.name && one.fingerprint === print);
    const schema = row === undefined ? undefined : schemaOf(row.definition);
    const checked = schema === undefined ? undefined : createArgumentsCheck(schema).check(args ?? {});
    return checked === undefined || checked.kind === 'valid' ? [] : [checked.say];
  });
  const fits = faults.length < pin.fingerprints.length;
  return [approved, { gate: 'arguments', passes: fits, says: fits ? 'They fit the approved schema.' : (faults[0] ?? '') }];
}

function schemaOf(definition: string): JsonValue | undefined {
  const parsed = parseJson(Buffer.from(definition));
  const value = parsed.ok ? parsed.value.value : undefined;
  return isObject(value) ? value['inputSchema'] : undefined;
}

/** The types that a schema names for its properties; of one that names none there is nothing to say. */
function typesIn(schema: JsonValue | undefined): Record<string, string[]> {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  if (!isObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const type = isObject(property) ? property['type'] : undefined;
      return [name, (Array.isArray(type) ? type : [type]).filter((one) => typeof one === 'string')];
    }),
  );
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Arguments as the road would read them. */
function toJson(args: ExplainInput['args']): JsonValue {
  const parsed = parseJson(Buffer.from(JSON.stringify(args ?? {})));
  return parsed.ok ? parsed.value.value : {};
}
