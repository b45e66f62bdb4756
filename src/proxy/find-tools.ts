// A route that offers search shows one tool, which finds the others by words: an agent is not drowned in a thousand definitions to use one. What
// it finds is approved, and is what this agent might be let use; each is called by its name as ever, and judged then. The gateway answers this
// itself: nothing is forwarded. What was searched for is never written down.

import { writeResult } from '../mcp/index.ts';
import type { JsonObject, JsonValue, MessageId } from '../mcp/index.ts';
import type { FoundTool } from '../tools/index.ts';
import { qualifiedName } from '../tools/index.ts';
import type { Answer } from './answer.ts';
import type { Arrival, Call, Inbound, Ports } from './exchange.ts';
import { isForApps } from './member-lists.ts';
import { mayEver } from './verdicts.ts';

/** What it is called, unless the server of the route has a tool of that name itself. */
const NAME = 'find_tools';
const OTHER_NAME = 'sallyport__find_tools';
const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 50;
const MAX_QUERY_CHARS = 1_000;
/** A model reads the answer whole. */
const MAX_ANSWER_CHARS = 256 * 1024;
/** Nobody waits longer than this for servers that have not said yet what they have. */
const FIRST_LOOK_MS = 5_000;
/** Lists that are read again behind one search. */
const MAX_REFRESHED = 8;
const LIST_TTL_MS = 300_000;
/** 2025-06-18 brought structured results and titles, 2025-03-26 annotations. */
const STRUCTURED_SINCE = '2025-06-18';
const ANNOTATED_SINCE = '2025-03-26';

/** What an agent asks of the gateway itself on a route that offers search. */
export type OwnQuestion = 'list' | 'search';

/** The request that a message is, if the gateway answers it itself. */
export function ownQuestion(inbound: Inbound, { route }: Pick<Arrival, 'route'>, ports: Pick<Ports, 'catalogue'>): OwnQuestion | undefined {
  if (route.discovery !== 'search' || (inbound.kind !== 'modern' && inbound.kind !== 'legacy')) return undefined;
  const { message } = inbound;
  if (message.kind !== 'request') return undefined;
  if (message.method === 'tools/list') return 'list';
  return message.method === 'tools/call' && message.params?.['name'] === searchName({ route }, ports) ? 'search' : undefined;
}

/** What the search is called on a route: a tool of the same name keeps its own. */
export function searchName({ route }: Pick<Arrival, 'route'>, { catalogue }: Pick<Ports, 'catalogue'>): string {
  const isTaken = (server: string): boolean => catalogue.fingerprints(server, 'tool', NAME).length > 0;
  const taken = route.kind === 'server' ? isTaken(route.key) : route.names === 'bare' && route.members.some(isTaken);
  return taken ? OTHER_NAME : NAME;
}

/** Whether a call was taken for a search when it was resolved: no other call of a tool is about a server as a whole. */
export function isSearch({ question }: Pick<Call, 'question'>): boolean {
  return question.method === 'tools/call' && question.rule !== undefined && question.subject.kind === 'server';
}

/** What a call asks of the gateway itself, as it was taken when it was resolved: which names servers have may have been learnt since. */
export function ownQuestionOf({ arrival, question }: Pick<Call, 'arrival' | 'question'>): OwnQuestion | undefined {
  if (isSearch({ question })) return 'search';
  return arrival.route.discovery === 'search' && question.method === 'tools/list' ? 'list' : undefined;
}

/** Answers a call that is for the gateway itself. False: it is for a server. */
export function answerItself(call: Call, answer: Answer, ports: Ports): boolean {
  const { inbound, arrival } = call;
  const own = ownQuestionOf(call);
  if (own === undefined || (inbound.kind !== 'modern' && inbound.kind !== 'legacy') || inbound.message.kind !== 'request') return false;
  if (inbound.kind === 'legacy' && ports.sessions.find(inbound.token ?? '', arrival.principal, arrival.route.key) === undefined) {
    answer.refuse({ code: 'session_unknown' }, 'refused');
    return true;
  }
  const { id, params } = inbound.message;
  if (own === 'list') {
    send(call, answer, id, {
      tools: [definition(call, ports)],
      ...(inbound.kind === 'modern' && { ttlMs: LIST_TTL_MS, cacheScope: 'public' }),
    });
    return true;
  }
  const query = readQuery(params?.['arguments']);
  if (typeof query === 'string') send(call, answer, id, { content: [{ type: 'text', text: query }], isError: true });
  else search(call, query, answer, id, ports);
  return true;
}

interface Query {
  readonly words: string;
  readonly limit: number;
}

/** The arguments, held against the schema below; or what is wrong with them. */
function readQuery(value: JsonValue | undefined): Query | string {
  if (!isObject(value)) return "Give 'query': words for what the tool should do.";
  const { query, limit = DEFAULT_LIMIT, ...more } = value;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) return `There is no argument ${JSON.stringify(unknown.slice(0, 100))}; there are 'query' and 'limit'.`;
  if (typeof query !== 'string' || query.trim() === '') return "'query' must be words for what the tool should do.";
  if (query.length > MAX_QUERY_CHARS) return `'query' must have at most ${MAX_QUERY_CHARS} characters.`;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    return `'limit' must be a whole number from 1 to ${MAX_LIMIT}.`;
  return { words: query, limit };
}

function search(call: Call, { words, limit }: Query, answer: Answer, id: MessageId, ports: Ports): void {
  const servers = new Set(call.members ?? [call.server.name]);
  const { principal } = call.arrival;
  const own = searchName(call.arrival, ports);
  const find = (): void =>
    ports.finder.find(
      {
        query: words,
        servers,
        limit,
        // By what is in force now: a list may have been read meanwhile, and something locked.
        admit: (server, name) =>
          definitionOf(server, name, ports) !== undefined && mayEver(principal, server, { kind: 'tool', name }, ports.snapshot()),
      },
      (found) => {
        if (answer.finished || answer.gone) return;
        const tools = describe(call, found, ports);
        const structured = { tools, omitted: found.length - tools.length };
        const hint = `Nothing was found. Other words may find more; ${own} looks at names, descriptions and arguments.`;
        const content = [JSON.stringify(structured), ...(found.length === 0 ? [hint] : [])].map((text) => ({ type: 'text', text }));
        send(call, answer, id, isStructured(call) ? { content, structuredContent: structured } : { content });
      },
    );
  refresh(call, servers, ports, find);
}

/**
 * Servers whose tools nobody has seen yet are asked first, for as long as the route waits; of those that were seen a while ago, some are asked
 * again behind the search, for the next one.
 */
function refresh(call: Call, servers: ReadonlySet<string>, ports: Ports, next: () => void): void {
  const { route } = call.arrival;
  const unseen = new Set([...servers].filter((server) => !ports.catalogue.has(server, 'tool') && !ports.catalogue.isFresh(server, 'tool')));
  let over = false;
  const goOn = (): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    next();
  };
  const timer = setTimeout(goOn, route.kind === 'aggregate' ? route.waitMs : FIRST_LOOK_MS);
  for (const name of unseen) {
    const server = ports.servers.get(name);
    const done = (): void => {
      unseen.delete(name);
      if (unseen.size === 0) goOn();
    };
    if (server === undefined) done();
    else ports.gate.refresh(call, server, ports, done);
  }
  if (unseen.size === 0) goOn();
  let behind = 0;
  for (const name of servers) {
    if (behind === MAX_REFRESHED) return;
    const server = ports.catalogue.isFresh(name, 'tool') ? undefined : ports.servers.get(name);
    if (server === undefined) continue;
    behind++;
    ports.gate.refresh(call, server, ports, () => {});
  }
}

/** Definitions as they would stand on the list, as many as fit. */
function describe(call: Call, found: readonly FoundTool[], ports: Ports): readonly JsonObject[] {
  const tools: JsonObject[] = [];
  let chars = 0;
  for (const { server, name } of found) {
    const approved = definitionOf(server, name, ports);
    if (approved === undefined) continue;
    const shown = call.members === undefined ? approved : { ...approved, name: qualifiedName(server, name) };
    chars += JSON.stringify(shown).length;
    if (chars > MAX_ANSWER_CHARS && tools.length > 0) break;
    tools.push(shown);
  }
  return tools;
}

/** The definition that is in force and can be used by a model; undefined: there is none. */
function definitionOf(server: string, name: string, { catalogue, contracts }: Ports): JsonObject | undefined {
  // What the server has changed since is withheld until somebody has looked at it.
  if (catalogue.standing(server, 'tool', name) !== 'approved') return undefined;
  const approved = catalogue.approved(server, 'tool', name).at(-1);
  if (approved === undefined || !isObject(approved.definition) || isForApps(approved.definition)) return undefined;
  const sighting = { kind: 'tool', name, fingerprint: approved.fingerprint } as const;
  return contracts.faultOf(sighting, approved.definition) === undefined ? approved.definition : undefined;
}

/** The one tool that is listed. */
function definition(call: Call, ports: Ports): JsonObject {
  return {
    name: searchName(call.arrival, ports),
    ...(isStructured(call) && { title: 'Find tools' }),
    description:
      'Finds the tools that can be called here, by words for what they do, such as "read file" or "create ticket". Answers their definitions, best match first. Call what it finds by its name, like any other tool; only this one is on the list.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', minLength: 1, maxLength: MAX_QUERY_CHARS, description: 'Words for what the tool should do.' },
        limit: {
          type: 'integer',
          minimum: 1,
          maximum: MAX_LIMIT,
          default: DEFAULT_LIMIT,
          description: 'How many definitions to answer at most.',
        },
      },
      required: ['query'],
      additionalProperties: false,
    },
    ...(isStructured(call) && {
      outputSchema: {
        type: 'object',
        properties: {
          tools: { type: 'array', items: { type: 'object' }, description: 'Definitions, as a list of tools has them.' },
          omitted: { type: 'integer', description: 'How many more matched and had no room.' },
        },
        required: ['tools', 'omitted'],
      },
    }),
    ...(knows(call, ANNOTATED_SINCE) && { annotations: { readOnlyHint: true, openWorldHint: false } }),
  };
}

/** Sends a result; in the modern era it says that it is one. */
function send({ question }: Call, answer: Answer, id: MessageId, result: JsonObject): void {
  const own: JsonObject = question.era === 'modern' ? { resultType: 'complete', ...result } : result;
  answer.json(200, writeResult(id, own).document.bytes, result['isError'] === true ? 'tool_error' : 'ok');
}

function isStructured(call: Call): boolean {
  return knows(call, STRUCTURED_SINCE);
}

/** Revisions are dates, and compare as texts. */
function knows({ question: { revision = '' } }: Call, since: string): boolean {
  return revision >= since;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
