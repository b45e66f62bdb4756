// Entries as events of the Open Cybersecurity Schema Framework, version 1.6.0: what people and agents did is an API Activity (class 6003) with the security
// control profile, what the log says of itself a Base Event (class 0). What OCSF has no place for stands under `unmapped`.

import type { Entry, EntryLine } from '../entries/entry.ts';
import { countIn, factsOf } from '../entries/entry.ts';
import { toFindings, toText } from '../read-members.ts';

const SCHEMA_VERSION = '1.6.0';

/** Members that have a place of their own in an event. */
const MAPPED: ReadonlySet<string> = new Set([
  'v',
  'seq',
  'time',
  'kind',
  'chain',
  'id',
  'tenant',
  'agent',
  'user',
  'subject',
  'keyId',
  'server',
  'method',
  'tool',
  'prompt',
  'resource',
  'revision',
  'verdict',
  'rule',
  'status',
  'code',
  'rpcCode',
]);

type Event = Readonly<Record<string, unknown>>;

/** One event; `version` is that of the gateway. */
export function toOcsf(entry: Entry, version: string): Event {
  const { slot, line } = entry;
  const text = (member: string): string | undefined => optionalText(line, member);
  const metadata = {
    version: SCHEMA_VERSION,
    product: { name: 'Sallyport', vendor_name: 'Sallyport', version },
    profiles: ['security_control'],
    uid: `${slot}:${line.seq}`,
    sequence: line.seq,
    log_name: slot,
    event_code: toText(line.members['kind']),
    original_time: new Date(line.time).toISOString(),
    tenant_uid: text('tenant'),
    correlation_uid: factsOf(entry.kind, line.members).id || undefined,
  };
  const common = { time: line.time, metadata: present(metadata), unmapped: unmappedOf(entry) };
  switch (entry.kind) {
    case 'call':
      return present({ ...common, ...activity(...activityOf(text('method'))), ...callOf(entry) });
    case 'act':
    case 'approval':
    case 'lockdown':
    case 'flow':
      return present({ ...common, ...activity(99, operationOf(entry)), ...deedOf(entry) });
    case 'refusals':
      return present({ ...common, ...activity(99, 'refused'), ...refusalsOf(line) });
    default:
      return present({
        ...common,
        ...baseEvent(entry.kind),
        ...severity('Informational'),
        message: [entry.kind, text('event'), text('reason')].filter((word) => word !== undefined).join(' '),
      });
  }
}

function activity(id: number, name: string): Event {
  return {
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6003,
    class_name: 'API Activity',
    activity_id: id,
    activity_name: name,
    type_uid: 600_300 + id,
    type_name: `API Activity: ${id === 2 ? 'Read' : 'Other'}`,
  };
}

function baseEvent(name: string): Event {
  return {
    category_uid: 0,
    category_name: 'Uncategorized',
    class_uid: 0,
    class_name: 'Base Event',
    activity_id: 99,
    activity_name: name,
    type_uid: 99,
    type_name: 'Base Event: Other',
  };
}

/** Lists and reads read. What a tool does, only its server knows. */
function activityOf(method = ''): readonly [id: number, name: string] {
  return /\/(list|read|get)$/.test(method) ? [2, 'Read'] : [99, method];
}

function callOf({ line, outcome }: Entry): Event {
  const text = (member: string): string | undefined => optionalText(line, member);
  const verdict = text('verdict') ?? '';
  const agent = text('agent');
  const server = text('server');
  const error = outcome === undefined ? undefined : optionalText(outcome, 'code');
  const rpcCode = countIn(outcome, 'rpcCode');
  const waitedUs = (countIn(outcome, 'gatewayUs') ?? 0) + (countIn(outcome, 'serverUs') ?? 0);
  return {
    ...severity(verdict === 'deny' ? 'Low' : 'Informational'),
    ...dispositionOf(verdict),
    ...statusOf(verdict, outcome),
    actor: present({
      app_name: agent,
      user: present({ uid: text('subject') ?? text('user') ?? agent, name: text('user') ?? agent, credential_uid: text('keyId') }),
    }),
    api: present({
      operation: text('method') ?? 'unknown',
      version: text('revision'),
      service: present({ name: server }),
      request: present({ uid: text('id') }),
      response: error === undefined && rpcCode === undefined ? undefined : present({ code: rpcCode, error }),
    }),
    // Which address it came from is not on record; which key is.
    src_endpoint: present({ uid: text('keyId') ?? text('subject') ?? 'unknown' }),
    dst_endpoint: server === undefined ? undefined : { name: server },
    resources: resourcesOf(line),
    policy: text('rule') === undefined ? undefined : { name: text('rule') },
    duration: outcome === undefined ? undefined : Math.round(waitedUs / 1_000),
  };
}

function deedOf(entry: Entry): Event {
  const { line } = entry;
  const text = (member: string): string | undefined => optionalText(line, member);
  const by = text('by') ?? 'unknown';
  const result = text('outcome');
  const failed = result !== undefined && result !== 'done';
  return {
    ...severity('Informational'),
    status_id: failed ? 2 : 1,
    status: failed ? 'Failure' : 'Success',
    status_detail: text('reason'),
    actor: { user: { name: by, uid: by } },
    api: { operation: operationOf(entry), service: { name: 'sallyport' } },
    src_endpoint: { name: text('via') ?? 'sallyport' },
    resources: [text('target'), text('name'), text('server'), text('tool')]
      .filter((name) => name !== undefined)
      .map((name) => ({ name, uid: name })),
  };
}

function operationOf({ kind, line }: Entry): string {
  return optionalText(line, 'action') ?? `${kind}.${optionalText(line, 'event') ?? 'unknown'}`;
}

function refusalsOf(line: EntryLine): Event {
  const source = optionalText(line, 'source') ?? 'unknown';
  const isAddress = /^[0-9a-f:.]+$/.test(source);
  return {
    ...severity('Low'),
    ...dispositionOf('deny'),
    status_id: 2,
    status: 'Failure',
    status_detail: optionalText(line, 'reason'),
    count: countIn(line, 'count'),
    start_time: countIn(line, 'since'),
    actor: { app_name: 'unauthenticated' },
    api: { operation: 'request', service: { name: 'sallyport' } },
    src_endpoint: isAddress ? { ip: source } : { name: source },
  };
}

function severity(name: 'Informational' | 'Low'): Event {
  return { severity_id: name === 'Low' ? 2 : 1, severity: name };
}

function dispositionOf(verdict: string): Event {
  if (verdict === 'allow') return { action_id: 1, action: 'Allowed', disposition_id: 1, disposition: 'Allowed' };
  if (verdict === 'ask') return { action_id: 2, action: 'Denied', disposition_id: 14, disposition: 'Delayed' };
  return { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' };
}

function statusOf(verdict: string, outcome: EntryLine | undefined): Event {
  if (verdict !== 'allow') return { status_id: 2, status: 'Failure', status_detail: verdict };
  const status = outcome === undefined ? 'under way' : toText(outcome.members['status']);
  if (status === 'ok') return { status_id: 1, status: 'Success' };
  return status === 'under way' || status === 'unknown'
    ? { status_id: 0, status: 'Unknown', status_detail: status }
    : { status_id: 2, status: 'Failure', status_detail: status };
}

function resourcesOf(line: EntryLine): readonly Event[] | undefined {
  const found = ['tool', 'prompt', 'resource'].flatMap((type) => {
    const name = optionalText(line, type);
    return name === undefined ? [] : [{ type, name, uid: name }];
  });
  return found.length === 0 ? undefined : found;
}

function unmappedOf({ line, outcome }: Entry): Event | undefined {
  const rest = (one: EntryLine | undefined): Event | undefined => {
    const members = Object.entries(one?.members ?? {}).filter(([name]) => !MAPPED.has(name) && name !== 'findings');
    const findings = toFindings(one?.members['findings']);
    const all = findings.length === 0 ? members : [...members, ['findings', findings] as const];
    return all.length === 0 ? undefined : Object.fromEntries(all);
  };
  const found = present({ record: rest(line), outcome: rest(outcome) });
  return Object.keys(found).length === 0 ? undefined : found;
}

function optionalText({ members }: EntryLine, member: string): string | undefined {
  const text = toText(members[member]);
  return text === '' ? undefined : text;
}

/** Without members that say nothing. */
function present(event: Event): Event {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined));
}
