// From a request to a port and back: finds the endpoint in the contract, checks parameters, version and body against it, and asks the
// port. It knows no socket and decides nothing by itself.

import type * as z from 'zod';
import { agentNameSchema } from '../agents/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Result, Secret } from '../base/index.ts';
import type { Actor } from './acts.ts';
import { API_PREFIX, ENDPOINTS } from './contract.ts';
import type { EndpointName, QueryOf, RequestOf } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { map } from './handler.ts';
import type { Answer, Call, Handlers } from './handler.ts';
import { AGENT_HANDLERS } from './handlers-agents.ts';
import { OPERATOR_HANDLERS, SIGNED_OUT } from './handlers-operators.ts';
import { OVERVIEW_HANDLERS } from './handlers-overview.ts';
import { POLICY_HANDLERS } from './handlers-policy.ts';
import { RECORD_HANDLERS } from './handlers-records.ts';
import type { GatewayPorts } from './ports.ts';
import { isDeeperThan } from './json-depth.ts';
import type { AdminProblem } from './problems.ts';
import { isCostly } from './questions.ts';
import type { Questions } from './questions.ts';
import { actByContract, askActor, isAct } from './route-acts.ts';
import { listRoles, mayUse } from './roles.ts';
import type { Standing } from './roles.ts';
import type { ActKeeper } from './route-acts.ts';
import { standingOf } from './visit.ts';
import type { Visit } from './visit.ts';

/** A request as the server received it. */
export interface AdminRequest {
  readonly method: string;
  /** With prefix, without query. */
  readonly path: string;
  /** What stands behind the question mark. */
  readonly search?: string | undefined;
  readonly ifMatch: string | undefined;
  readonly contentType: string | undefined;
  /** The key of a person who approves. */
  readonly approver?: Secret | undefined;
  /** Who it is, and what they ask with, as they say. */
  readonly actor?: string | undefined;
  readonly via?: string | undefined;
  /** Who comes by way of the console; undefined: whoever may use the socket, and may do everything. */
  readonly visit?: Visit | undefined;
  /** Where those who are signed in take turns. */
  readonly questions?: Questions | undefined;
  readonly body: Uint8Array;
}

/** What an endpoint answers: the value, and the version it is, where there are versions. */
export interface AdminReply {
  readonly name: EndpointName;
  readonly status: number;
  readonly value: unknown;
  readonly version: number | string | undefined;
  /** What the browser is to keep, or to forget. */
  readonly cookie: string | undefined;
}

const HANDLERS: Handlers = {
  ...AGENT_HANDLERS,
  ...OPERATOR_HANDLERS,
  ...OVERVIEW_HANDLERS,
  ...POLICY_HANDLERS,
  ...RECORD_HANDLERS,
  recordAct: async (ports, { body, actor }) => {
    const by = await actor();
    return by.ok ? map(await ports.acts.record(body, by.value), (value) => ({ value })) : by;
  },
  readStatus: async (ports) => map(await ports.status(), (value) => ({ value })),
  readCatalogue: async (ports) => map(await ports.catalogue.withheld(), (value) => ({ value })),
  readWithheld: async (ports, { server }) => map(await ports.catalogue.withheld(server), (value) => ({ value })),
  readApproved: async (ports, { server }) => map(await ports.catalogue.approved(server), (value) => ({ value })),
  readLookAlikes: async (ports) => map(await ports.catalogue.lookAlikes(), (value) => ({ value })),
  listApprovals: async (ports) => map(await ports.approvals.list(false), (approvals) => ({ value: { approvals: [...approvals] } })),
  listAllApprovals: async (ports) => map(await ports.approvals.list(true), (approvals) => ({ value: { approvals: [...approvals] } })),
  readApproval: async (ports, { approval }) => map(await ports.approvals.read(approval), (value) => ({ value })),
  decideApprovals: async (ports, { body, approver, visit }) =>
    map(await ports.approvals.decide(body, { key: approver, signedIn: visit?.signedIn }), (value) => ({ value })),
  listHolds: async (ports) => map(await ports.holds.list(), (holds) => ({ value: { holds: [...holds] } })),
  addHold: async (ports, { body, actor, approver, visit }) => {
    const by = await actor();
    return by.ok
      ? map(await ports.holds.add(body, { key: approver, signedIn: visit?.signedIn, actor: by.value }), (value) => ({ value }))
      : by;
  },
  liftHold: async (ports, { body, actor, approver, visit }) => {
    const by = await actor();
    return by.ok
      ? map(await ports.holds.lift(body, { key: approver, signedIn: visit?.signedIn, actor: by.value }), (value) => ({ value }))
      : by;
  },
  removeOld: async (ports, { body }) => map(await ports.removeOld(body), (value) => ({ value })),
  readCheckpoints: async (ports) => map(await ports.checkpoints.read(), (value) => ({ value })),
  acceptLog: async (ports, { body }) => map(await ports.checkpoints.accept(body), (value) => ({ value })),
  readFlow: async (ports) => map(await ports.flow.read(), (value) => ({ value })),
  clearFlow: async (ports, { body, visit }) => map(await ports.flow.clear({ ...body, by: byOf(visit) ?? body.by }), (value) => ({ value })),
  decideDefinitions: async (ports, { body, visit, isDryRun }) =>
    map(await ports.catalogue.decide(body, { by: byOf(visit), isDryRun }), (value) => ({ value })),
  readLimits: async (ports) => map(await ports.limits(), (value) => ({ value })),
  readLockdown: async (ports) => map(await ports.lockdown.read(), (value) => ({ value })),
  explain: async (ports, { body }) => map(await ports.policy.explain(body), (value) => ({ value })),
  readArgumentTypes: async (ports, { body }) => map(await ports.policy.argumentTypes(body), (value) => ({ value })),
  readWorld: async (ports) => map(await ports.policy.world(), (value) => ({ value })),
  lockDown: async (ports, { body, visit, isDryRun }) =>
    map(await ports.lockdown.lock({ ...body, by: byOf(visit) ?? body.by }, { isDryRun }), (value) => ({ value })),
  liftLockdown: async (ports, { body, visit, isDryRun }) =>
    map(await ports.lockdown.lift({ ...body, by: byOf(visit) ?? body.by }, { isDryRun }), (value) => ({ value })),
  listReleases: async (ports) => map(await ports.vault.list(), (releases) => ({ value: { releases: [...releases] } })),
  requestRelease: async (ports, { body, approver, visit }) =>
    map(await ports.vault.request(body, { key: approver, signedIn: visit?.signedIn }), (value) => ({ value })),
  decideRelease: async (ports, { body, approver, visit }) =>
    map(await ports.vault.decide(body, { key: approver, signedIn: visit?.signedIn }), (value) => ({ value })),
  openRelease: async (ports, { body, approver, visit }) =>
    map(await ports.vault.open(body, { key: approver, signedIn: visit?.signedIn }), (value) => ({ value })),
  findSubject: async (ports, { body }) => map(await ports.subjects.find(body), (value) => ({ value })),
  whoIs: async (ports, { body }) => map(await ports.subjects.whois(body), (value) => ({ value })),
  eraseSubject: async (ports, { body }) => map(await ports.subjects.erase(body), (value) => ({ value })),
  matchValue: async (ports, { body }) => map(await ports.subjects.match(body), (value) => ({ value })),
  reload: async (ports) => map(await ports.reload(), (value) => ({ value })),
};

/** Who is signed in, where that is kept with what is done: nobody who is says anything else of themselves. */
function byOf(visit: Visit | undefined): string | undefined {
  return visit?.signedIn === undefined ? undefined : `operator:${visit.signedIn.operator.name}`;
}

/** As many as a call of an agent may have. */
const MAX_LEVELS = 64;

/** Answers a request, or says why not. What the contract calls an act is on record before anybody is told. */
export async function route(ports: GatewayPorts, keeper: ActKeeper, request: AdminRequest): Promise<Result<AdminReply, AdminProblem>> {
  const found = find(request.method, request.path);
  if (!found.ok) return found;
  return answer(found.value.name, { ports, keeper }, found.value.parameters, request);
}

async function answer<Name extends EndpointName>(
  name: Name,
  { ports, keeper }: { readonly ports: GatewayPorts; readonly keeper: ActKeeper },
  parameters: Parameters,
  request: AdminRequest,
): Promise<Result<AdminReply, AdminProblem>> {
  const { actor: claimed, via, visit } = request;
  // Whoever is signed in is that person, whatever key their browser was made to send.
  const approver = visit === undefined ? request.approver : undefined;
  // Before anything is looked at: what somebody may not use tells them nothing, not even what is wrong with their request.
  if (visit !== undefined && !mayUse(standingOf(visit), name)) return fail(notAllowed(standingOf(visit), name));
  const tag = parseIfMatch(request.ifMatch);
  if (!tag.ok) return tag;
  const asking = parseQuery(name, request.search ?? '');
  if (!asking.ok) return asking;
  const body = parseBody(name, request);
  if (!body.ok) return body;
  const { query, isDryRun } = asking.value;
  const asked = { approver, actor: claimed, via, visit, path: { ...parameters }, query, body: body.value };
  const actor = (): Promise<Result<Actor, AdminProblem>> => askActor(keeper, asked);
  const call = {
    ...parameters,
    approver,
    visit,
    actor,
    isDryRun,
    query,
    expectedVersion: tag.value === undefined ? undefined : toVersion(tag.value),
    expectedTag: tag.value,
    body: body.value,
  };
  const { act, status }: Endpoint = ENDPOINTS[name];
  // The path was matched with the names that stand in it: it has them all.
  const handle = (): Promise<Answer<Name>> => HANDLERS[name](ports, call as unknown as Call<Name>);
  const { questions } = request;
  const asker = isCostly(name, isDryRun) ? visit?.signedIn?.operator.name : undefined;
  const work = asker === undefined || questions === undefined ? handle : () => questions.ask(asker, handle);
  const isOnRecord = act !== undefined && isAct(act, asked) && !isDryRun && !isContinued(asked.query);
  const replied = await (isOnRecord ? actByContract(keeper, act, asked, { work, answerOf: ({ value }) => value }) : work());
  return map(replied, ({ value, version, cookie }) => ({ name, status, value, version, cookie }));
}

/** Pages of one question are one act. Whoever gives out cursors seals them: without the first page there is no second. */
function isContinued(query: unknown): boolean {
  return typeof query === 'object' && query !== null && 'cursor' in query && query.cursor !== undefined;
}

type Parameters = Readonly<Record<string, string>>;

function find(method: string, path: string): Result<{ readonly name: EndpointName; readonly parameters: Parameters }, AdminProblem> {
  if (!path.startsWith(`${API_PREFIX}/`)) return fail({ code: 'endpoint_unknown', detail: `Endpoints are below ${API_PREFIX}.` });
  const segments = path.slice(API_PREFIX.length + 1).split('/');
  const methods: string[] = [];
  for (const name of ENDPOINT_NAMES) {
    const endpoint = ENDPOINTS[name];
    const parameters = match(endpoint.path.slice(1).split('/'), segments);
    if (parameters === undefined) continue;
    if (endpoint.method !== method) methods.push(endpoint.method);
    else if (parameters === 'malformed') return fail({ code: 'malformed', detail: 'A name in the path is not a name.' });
    else return ok({ name, parameters });
  }
  if (methods.length > 0) return fail({ code: 'method_not_allowed', detail: `This endpoint takes ${methods.join(', ')}.` });
  return fail({ code: 'endpoint_unknown', detail: `There is no ${path}.` });
}

function match(pattern: readonly string[], segments: readonly string[]): Parameters | 'malformed' | undefined {
  if (pattern.length !== segments.length) return undefined;
  const found: Record<string, string> = {};
  let malformed = false;
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    const name = /^\{([a-z]+)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (part !== segment) return undefined;
      continue;
    }
    // No name has a character that needs escaping, so an escaped one is no name; nothing is decoded twice because nothing is decoded.
    if (!agentNameSchema.safeParse(segment).success) malformed = true;
    found[name] = segment;
  }
  return malformed ? 'malformed' : found;
}

/** If-Match: one entity tag as we give them, or `*` (RFC 9110 §13.1.1). */
function parseIfMatch(value: string | undefined): Result<string | undefined, AdminProblem> {
  if (value === undefined || value === '*') return ok(undefined);
  const tag = /^"([\w.:-]{1,100})"$/.exec(value)?.[1];
  return tag === undefined ? fail({ code: 'malformed', detail: 'If-Match must be an ETag as the answer gave it.' }) : ok(tag);
}

/** What is no version of anything is never the one that is there now. */
function toVersion(tag: string): number {
  return /^\d{1,15}$/.test(tag) ? Number(tag) : -1;
}

interface AskedBehindMark<Name extends EndpointName> {
  readonly query: QueryOf<Name>;
  readonly isDryRun: boolean;
}

function parseQuery<Name extends EndpointName>(name: Name, search: string): Result<AskedBehindMark<Name>, AdminProblem> {
  const { query, dryRun }: Endpoint = ENDPOINTS[name];
  const given: Record<string, string> = {};
  for (const [member, value] of new URLSearchParams(search)) {
    if (Object.hasOwn(given, member)) return fail({ code: 'malformed', detail: `${member} stands twice behind the question mark.` });
    Object.defineProperty(given, member, { value, enumerable: true, configurable: true });
  }
  const { dryRun: wanted, ...rest } = given;
  if (wanted !== undefined && (dryRun !== true || (wanted !== 'true' && wanted !== 'false')))
    return fail({ code: 'malformed', detail: dryRun === true ? 'dryRun is true or false.' : 'This endpoint has no dry run.' });
  const isDryRun = wanted === 'true';
  if (query === undefined) {
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) return fail({ code: 'malformed', detail: `This endpoint takes no ${unknown}.` });
    return ok({ query: undefined as QueryOf<Name>, isDryRun });
  }
  const parsed = query.safeParse(rest);
  if (parsed.success) return ok({ query: parsed.data as QueryOf<Name>, isDryRun });
  return fail({ code: 'malformed', detail: toDetail(parsed.error, 'What stands behind the question mark') });
}

function parseBody<Name extends EndpointName>(name: Name, request: AdminRequest): Result<RequestOf<Name>, AdminProblem> {
  const schema: z.ZodType | undefined = ENDPOINTS[name].request;
  if (schema === undefined) {
    if (request.body.length > 0) return fail({ code: 'malformed', detail: 'This endpoint takes no body.' });
    return ok(undefined as RequestOf<Name>);
  }
  // A browser form cannot send this type without asking first, so a page cannot write here even if a proxy put this socket on a port.
  if (!/^application\/json\s*(;|$)/i.test(request.contentType ?? '')) {
    return fail({ code: 'media_type', detail: 'Send the body as application/json.' });
  }
  const { maxBodyBytes = Infinity }: Endpoint = ENDPOINTS[name];
  if (request.body.length > maxBodyBytes)
    return fail({ code: 'body_too_large', detail: `A body of this endpoint may have ${maxBodyBytes} bytes.` });
  if (isDeeperThan(MAX_LEVELS, request.body)) return fail({ code: 'malformed', detail: `The body has more than ${MAX_LEVELS} levels.` });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body));
  } catch {
    return fail({ code: 'malformed', detail: 'The body is not JSON in UTF-8.' });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data as RequestOf<Name>);
  return fail({ code: 'malformed', detail: toDetail(parsed.error, 'The body') });
}

function toDetail({ issues: [issue] }: z.ZodError, whole: string): string {
  return `${issue?.path.join('.') || whole}: ${issue?.message ?? 'not as expected'}.`;
}

function notAllowed(standing: Standing, name: EndpointName): AdminProblem {
  if (standing === 'guest') return SIGNED_OUT;
  return { code: 'forbidden', detail: `The role ${standing} may not do this; it takes ${listRoles(name)}.` };
}

const ENDPOINT_NAMES = Object.keys(ENDPOINTS) as EndpointName[];
