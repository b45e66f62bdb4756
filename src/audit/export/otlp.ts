// Entries as OpenTelemetry logs, in OTLP's JSON form (opentelemetry-proto, `ExportLogsServiceRequest`): one request on a line, as a collector's file receiver and
// its HTTP receiver take it. Attribute names are those of the semantic conventions where they have one, else they begin with `sallyport.`.

import type { Entry, EntryLine } from '../entries/entry.ts';
import { toFindings, toText } from '../read-members.ts';

const CONVENTIONAL: Readonly<Record<string, string>> = {
  method: 'mcp.method.name',
  revision: 'mcp.protocol.version',
  resource: 'mcp.resource.uri',
  tool: 'gen_ai.tool.name',
  prompt: 'gen_ai.prompt.name',
  code: 'error.type',
  rpcCode: 'rpc.response.status_code',
};
/** The frame of a line, said otherwise. */
const FRAME: ReadonlySet<string> = new Set(['v', 'time', 'kind', 'chain', 'findings']);

const INFO = { severityNumber: 9, severityText: 'INFO' } as const;
const WARN = { severityNumber: 13, severityText: 'WARN' } as const;

interface Attribute {
  readonly key: string;
  readonly value: AttributeValue;
}

type AttributeValue =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly boolValue: boolean }
  | { readonly arrayValue: { readonly values: readonly AttributeValue[] } };

/** One request with these entries; `version` is that of the gateway. */
export function toOtlp(entries: readonly Entry[], version: string): object {
  const slots = new Map<string, Entry[]>();
  for (const entry of entries) slots.set(entry.slot, [...(slots.get(entry.slot) ?? []), entry]);
  return {
    resourceLogs: Array.from(slots, ([slot, own]) => ({
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'sallyport' } },
          { key: 'service.version', value: { stringValue: version } },
          { key: 'service.instance.id', value: { stringValue: slot } },
        ],
      },
      scopeLogs: [{ scope: { name: 'sallyport.audit', version: '1' }, logRecords: own.map(toLogRecord) }],
    })),
  };
}

function toLogRecord({ kind, line, outcome }: Entry): object {
  return {
    // Nanoseconds do not fit into a number: OTLP writes 64 bits as text.
    timeUnixNano: `${line.time}000000`,
    observedTimeUnixNano: `${line.time}000000`,
    ...severityOf(line, outcome),
    eventName: `sallyport.${kind}`,
    body: { stringValue: bodyOf(kind, line, outcome) },
    attributes: [...attributesOf(line, ''), ...(outcome === undefined ? [] : attributesOf(outcome, 'outcome.'))],
  };
}

function severityOf(line: EntryLine, outcome: EntryLine | undefined): typeof INFO | typeof WARN {
  const verdict = toText(line.members['verdict']);
  const status = toText(outcome?.members['status']);
  return verdict === 'deny' || (status !== '' && status !== 'ok') ? WARN : INFO;
}

function bodyOf(kind: string, { members }: EntryLine, outcome: EntryLine | undefined): string {
  const words = [
    kind,
    members['verdict'],
    members['event'],
    members['action'],
    members['server'],
    members['tool'],
    outcome?.members['status'],
  ];
  return words.filter((word) => typeof word === 'string' && word !== '').join(' ');
}

function attributesOf({ members }: EntryLine, prefix: string): readonly Attribute[] {
  const attributes = Object.entries(members).flatMap(([name, value]) => {
    if (FRAME.has(name) || (prefix !== '' && (name === 'id' || name === 'seq'))) return [];
    const key = CONVENTIONAL[name] ?? `sallyport.${prefix}${name}`;
    return flatten(key, value);
  });
  const findings = toFindings(members['findings']);
  const found = findings.map(({ type, count, action }): AttributeValue => ({ stringValue: `${type} ${count} ${action}` }));
  return found.length === 0
    ? attributes
    : [...attributes, { key: `sallyport.${prefix}findings`, value: { arrayValue: { values: found } } }];
}

/** What a record holds is at most two levels deep: a commitment, an envelope, the details of an act. */
function flatten(key: string, value: unknown): readonly Attribute[] {
  const simple = toValue(value);
  if (simple !== undefined) return [{ key, value: simple }];
  if (Array.isArray(value)) {
    const values = value.map((one: unknown) => toValue(one)).filter((one) => one !== undefined);
    return [{ key, value: { arrayValue: { values } } }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    const inner = toValue(member);
    return inner === undefined ? [] : [{ key: `${key}.${name}`, value: inner }];
  });
}

function toValue(value: unknown): AttributeValue | undefined {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number') return undefined;
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
