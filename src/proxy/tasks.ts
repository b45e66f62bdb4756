// Tasks of modern calls (io.modelcontextprotocol/tasks). A task outlives the call that made it, so each later request about it is
// judged as what it is: another use of the tool that made it. On the way to the agent the server's id is sealed (bridge/task-ids.ts); on the way
// back it is opened, in the body and thereby in Mcp-Name. An agent sees the same id for a task for as long as it asks with it.

import { fail, GatewayError, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { hasTasks, memberEdit, parseJson, readMessage, rereadMessage, setMember, splice, TASKS_EXTENSION } from '../mcp/index.ts';
import type { Edit, JsonDocument, JsonObject, JsonValue, ModernRequest, Refusal } from '../mcp/index.ts';
import type { NoteMessage, RequestMessage, TaskIds } from './bridge/index.ts';
import type { Arrival, Call, Inbound } from './exchange.ts';
import { mayEver } from './verdicts.ts';

type ModernInbound = Extract<Inbound, { kind: 'modern' }>;

/** A task that a request names. */
export interface NamedTask {
  /** As the agent calls it. */
  readonly token: string;
  readonly server: string;
  readonly tool: string;
  /** As the server calls it. */
  readonly id: string;
}

/** The tasks that a call may make or is about. */
export interface CallTasks {
  readonly ids: TaskIds;
  /** By what its server calls it; where several servers are asked, which may call theirs alike, by what the agent calls it. */
  readonly named: ReadonlyMap<string, NamedTask>;
}

const LISTEN = 'subscriptions/listen';
/** Tasks watched on one stream: each costs a decryption before anything is decided. */
const MAX_WATCHED = 256;
/** A server whose ids are longer would have the gateway hand out what does not fit into a header. */
const MAX_ID_CHARS = 512;
const RELATED_TASK = 'io.modelcontextprotocol/related-task';
const WATCHED = ['params', 'notifications'];
const NONE: ReadonlyMap<string, NamedTask> = new Map();

const UNDECLARED: Refusal = {
  code: 'capability_missing',
  say: `Tasks need the extension ${TASKS_EXTENSION} in the clientCapabilities of each request.`,
  data: { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } },
};
const UNKNOWN: Refusal = { code: 'task_unknown', say: 'There is no such task.' };

/** Adds to a request what it has to do with tasks; the request about one becomes what its server understands. */
export function openTasks(inbound: ModernInbound, arrival: Arrival, ids: TaskIds): Result<ModernInbound, Refusal> {
  const { request, message } = inbound;
  if (request.rule.task === true) return openTask(inbound, arrival, ids);
  if (request.method === LISTEN) return watchTasks(inbound, arrival, ids);
  if (message.method !== 'tools/call' || !hasTasks(request.clientCapabilities)) return ok(inbound);
  return ok({ ...inbound, tasks: { ids, named: NONE } });
}

/** tasks/get, tasks/update and tasks/cancel: about the tool that made the task, under the server's own id. */
function openTask(inbound: ModernInbound, { principal, route }: Arrival, ids: TaskIds): Result<ModernInbound, Refusal> {
  const { request, message } = inbound;
  if (!hasTasks(request.clientCapabilities)) return fail(UNDECLARED);
  const token = request.name ?? '';
  const facts = ids.open(token, principal, route.key);
  // A route with one server has the tasks of that one; whose a task of several is, resolve.ts looks up.
  if (facts === undefined || (route.kind === 'server' && facts.server !== route.key)) return fail(UNKNOWN);
  const { id, tool } = facts;
  const sent = edited(setMember(message.document, ['params'], 'taskId', JSON.stringify(id)));
  const told: ModernRequest = { ...request, name: id, params: sent.params };
  return ok({
    ...inbound,
    message: sent,
    request: told,
    subject: { kind: 'tool', name: tool },
    tasks: { ids, named: new Map([[id, { ...facts, token }]]) },
  });
}

function watchTasks(inbound: ModernInbound, { principal, route }: Arrival, ids: TaskIds): Result<ModernInbound, Refusal> {
  const watched = memberAt(inbound.message.params, 'notifications', 'taskIds');
  if (watched === undefined) return ok(inbound);
  if (!hasTasks(inbound.request.clientCapabilities)) return fail(UNDECLARED);
  if (!Array.isArray(watched) || watched.length > MAX_WATCHED)
    return fail({ code: 'params_malformed', say: `taskIds must be a list of at most ${MAX_WATCHED} task ids.` });
  const named = new Map<string, NamedTask>();
  for (const token of watched) {
    const facts = typeof token === 'string' ? ids.open(token, principal, route.key) : undefined;
    // What is not known is left out; the server's acknowledgement says what is left.
    if (facts !== undefined && typeof token === 'string') named.set(token, { ...facts, token });
  }
  return ok({ ...inbound, tasks: { ids, named } });
}

/** The server that has the task which a request is about; undefined where it is about none. */
export function serverOfTask(inbound: Inbound): string | undefined {
  if (inbound.kind !== 'modern' || inbound.request.rule.task !== true) return undefined;
  return inbound.tasks?.named.values().next().value?.server;
}

/** The listen request with the tasks that its servers have and its sender may use the tools of; the others are taken out. */
export function narrowTasks(inbound: Inbound, arrival: Arrival, { server, members }: Pick<Call, 'server' | 'members'>): Inbound {
  if (inbound.kind !== 'modern' || inbound.request.method !== LISTEN || inbound.tasks === undefined) return inbound;
  const { principal, snapshot } = arrival;
  const asked = members ?? [server.name];
  const kept = [...inbound.tasks.named.values()].filter(
    (task) => asked.includes(task.server) && mayEver(principal, task.server, { kind: 'tool', name: task.tool }, snapshot),
  );
  const nameOf = ({ token, id }: NamedTask): string => (members === undefined ? id : token);
  const named = new Map(kept.map((task) => [nameOf(task), task]));
  const message = edited(setMember(inbound.message.document, WATCHED, 'taskIds', JSON.stringify([...named.keys()])));
  return { ...inbound, message, tasks: { ...inbound.tasks, named } };
}

/** A result with the agent's own names for the tasks it speaks of. */
export function sealResult(call: Call, document: JsonDocument): Result<Uint8Array, Refusal> {
  return sealAt(document, pathsIn('result', document), (id) => tokenFor(call, id));
}

/** Whether the request names this task: of others its agent is told nothing. */
export function isWatched({ inbound }: Call, id: JsonValue | undefined): boolean {
  return inbound.kind === 'modern' && typeof id === 'string' && inbound.tasks?.named.has(id) === true;
}

/** A notification about a watched task, under the agent's own name for it. */
export function sealNotification(call: Call, document: JsonDocument): Uint8Array {
  return sealedNote(document, (id) => tokenFor(call, id));
}

/** What one of several servers says about a task of its own, under the agent's own name for it. */
export function renameTask({ document }: NoteMessage, { id, token }: NamedTask): NoteMessage {
  return rereadMessage(
    'notification',
    sealedNote(document, (said) => (said === id ? token : undefined)),
  );
}

function sealedNote(document: JsonDocument, tokenOf: (id: string) => string | undefined): Uint8Array {
  const sealed = sealAt(document, pathsIn('params', document), tokenOf);
  if (!sealed.ok) throw new GatewayError('upstream_malformed', { say: sealed.error.say });
  return sealed.value;
}

/** Where a task, as a result or in a notification, may say which it is. */
function pathsIn(member: 'params' | 'result', { value }: JsonDocument): readonly (readonly string[])[] {
  const paths = [[member], [member, '_meta', RELATED_TASK], [member, 'result', '_meta', RELATED_TASK]];
  const asked = memberAt(value, member, 'inputRequests');
  if (isObject(asked)) for (const key of Object.keys(asked)) paths.push([member, 'inputRequests', key, 'params', '_meta', RELATED_TASK]);
  return paths;
}

function sealAt(
  document: JsonDocument,
  paths: readonly (readonly string[])[],
  tokenOf: (id: string) => string | undefined,
): Result<Uint8Array, Refusal> {
  const edits: Edit[] = [];
  for (const path of paths) {
    const id = memberAt(document.value, ...path, 'taskId');
    if (id === undefined) continue;
    const token = typeof id === 'string' ? tokenOf(id) : undefined;
    if (token === undefined) return fail({ code: 'upstream_malformed', say: 'The MCP server speaks of a task that is not this one.' });
    edits.push(memberEdit(document, path, 'taskId', JSON.stringify(token)));
  }
  return ok(edits.length === 0 ? document.bytes : splice(document, edits));
}

/** What the agent calls a task: what it asked with or, in the answer to a call, a new name. */
function tokenFor({ inbound, question, arrival, server }: Call, id: string): string | undefined {
  if (inbound.kind !== 'modern' || inbound.tasks === undefined) return undefined;
  const known = inbound.tasks.named.get(id);
  if (known !== undefined) return known.token;
  const { subject } = question;
  if (question.method !== 'tools/call' || subject.kind !== 'tool' || id.length > MAX_ID_CHARS) return undefined;
  return inbound.tasks.ids.seal({ server: server.name, tool: subject.name, id }, arrival.principal, arrival.route.key);
}

/** An edit of ours of a valid request is valid. */
function edited(bytes: Uint8Array): RequestMessage {
  const document = parseJson(bytes);
  const message = document.ok ? readMessage(document.value) : document;
  if (!message.ok || message.value.kind !== 'request')
    throw new GatewayError('internal', { cause: new Error('an edited request is not valid') });
  return message.value;
}

function memberAt(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let at = value;
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  return at;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
