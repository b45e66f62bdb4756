// What a server lists now, compared with what is approved, wherever a list passes by: what nobody has approved is taken out, before an agent's
// model can read it. What is not known here is reported once; where somebody trusts the first list of a server, the answer makes it known.

import { GatewayError } from '../base/index.ts';
import { canonicalJson, canonicalText, parseJson, removeElements, removeMember, rereadMessage } from '../mcp/index.ts';
import type { JsonDocument, JsonObject, JsonValue, Message, Span } from '../mcp/index.ts';
import { fingerprintOfCanonical } from '../tools/index.ts';
import type { DefinitionKind, Sighting } from '../tools/index.ts';
import type { FinalMessage } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';
import { holdResult } from './held-results.ts';
import { inspectFinal } from './inspection/final.ts';

type CataloguePorts = Pick<Ports, 'catalogue' | 'contracts' | 'reportSightings' | 'log'>;

/** Which answers hold definitions, and where. */
const LISTS: ReadonlyMap<string, { readonly kind: DefinitionKind; readonly member: string; readonly key: string }> = new Map([
  ['tools/list', { kind: 'tool', member: 'tools', key: 'name' }],
  ['prompts/list', { kind: 'prompt', member: 'prompts', key: 'name' }],
  ['resources/templates/list', { kind: 'template', member: 'resourceTemplates', key: 'uriTemplate' }],
] as const);
/** The answers that hold a server's instructions. */
const BEGINNINGS: ReadonlySet<string> = new Set(['initialize', 'server/discover']);
const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

/** One definition in an answer. */
interface Found {
  /** Undefined: it has no name, and is not shown for that. */
  readonly sighting: Sighting | undefined;
  readonly definition: JsonValue;
  /** Canonical JSON. */
  readonly text: string;
}

/** An answer of one server to one question. */
export interface Said {
  readonly server: string;
  readonly method: string;
  readonly final: FinalMessage;
  /** Whether a list was asked for from its beginning. */
  readonly isFirst: boolean;
  /** The names on the pages before, where a list is read from its beginning, page after page; those of this one are added. */
  readonly earlier?: Set<string>;
  /** How often the list had been doubted when it was asked for, where that is known. */
  readonly doubts?: number;
}

const CHANGES: ReadonlyMap<string, DefinitionKind> = new Map([
  ['notifications/tools/list_changed', 'tool'],
  ['notifications/prompts/list_changed', 'prompt'],
] as const);

/** Whether the answer to this may hold definitions: then it is judged as a whole, and nothing of it goes on before. */
export function holdsDefinitions(method: string): boolean {
  return LISTS.has(method) || BEGINNINGS.has(method);
}

/** A server says that a list of its has changed: what is on it is looked at before it is used again. */
export function noteChange(server: string, message: Message, ports: Pick<Ports, 'catalogue'>): void {
  const kind = message.kind === 'notification' ? CHANGES.get(message.method) : undefined;
  if (kind !== undefined) ports.catalogue.doubt(server, kind, 'here');
}

/** The answer to an agent's call as far as it is what was approved. Of several servers as one, each share was judged when it came. */
export function approveFinal(call: Call, final: FinalMessage, ports: CataloguePorts, next: (approved: FinalMessage) => void): void {
  const { method } = call.question;
  // Definitions were looked into when somebody first saw them: what is shown of them is what was approved, to the byte.
  if (!holdsDefinitions(method) || final.kind === 'error') {
    const held = call.members === undefined ? holdResult(call, final, ports) : final;
    return inspectFinal(call, held, ports, next);
  }
  // What stands beside them is the server's own, on every answer.
  const inspect = (approved: FinalMessage): void => inspectFinal(call, approved, ports, next, definitionsAt(method, approved));
  if (call.members !== undefined) return inspect(final);
  const { inbound } = call;
  const params = inbound.kind === 'modern' || inbound.kind === 'legacy' ? inbound.message : undefined;
  const isFirst = params?.kind !== 'request' || params.params?.['cursor'] === undefined;
  approve({ server: call.server.name, method, final, isFirst }, ports, inspect);
}

/** Where an answer has definitions, all together. */
function definitionsAt(method: string, { document }: FinalMessage): Span | undefined {
  return document.span(['result', LISTS.get(method)?.member ?? 'instructions']);
}

/** An answer without what is not approved. `next` is called at once where everything in it is known. */
export function approve(
  { server, method, final, isFirst, earlier, doubts }: Said,
  ports: CataloguePorts,
  next: (approved: FinalMessage) => void,
): void {
  const result = final.kind === 'result' && isObject(final.result) ? final.result : undefined;
  if (result === undefined) return next(final);
  const found = definitionsIn(method, final.document, result);
  const { nextCursor } = result;
  const list = LISTS.get(method);
  const kind = list?.kind ?? 'instructions';
  const names = earlier ?? (isFirst ? new Set<string>() : undefined);
  const sightings = found.flatMap(({ sighting }) => (sighting === undefined ? [] : [sighting]));
  for (const { name } of sightings) names?.add(name);
  const listed = list !== undefined && nextCursor === undefined ? names : undefined;
  const goOn = (): void => next(withoutWithheld(server, method, final, found, ports));
  const settle = (): void => {
    ports.catalogue.settled(server, sightings);
    if (isFirst || listed !== undefined) ports.catalogue.listed(server, kind, listed);
    if (listed !== undefined) ports.catalogue.fresh(server, kind, numberIn(result['ttlMs']), doubts);
    goOn();
  };
  const news = found.filter(({ sighting }) => sighting !== undefined && ports.catalogue.isNews(server, sighting));
  // Also a list that is empty was the first one, and one that comes in pages has an end: what comes after is trusted by nobody unseen.
  if (news.length === 0 && ports.catalogue.hasBegun(server, kind)) return settle();
  const definitions = news.flatMap(({ sighting, text }) =>
    sighting === undefined ? [] : [{ kind: sighting.kind, name: sighting.name, text }],
  );
  const whole = listed === undefined ? undefined : { kind, names: [...listed] };
  const isLast = nextCursor === undefined;
  const report = { server, serverVersion: versionIn(result), kind, isLast, whole, definitions };
  const heard = (): void => {
    if (isLast) ports.catalogue.begun(server, kind);
    settle();
  };
  ports.reportSightings(report).then(heard, () => {
    if (news.length === 0) return settle();
    // Nobody can say what is approved: what is not known here stays out, what it takes the place of is not called, and the next look reports anew.
    ports.log.warn('what a server lists could not be reported; what is new of it is withheld', { server });
    ports.catalogue.suspect(server, kind, sightings);
    goOn();
  });
}

/**
 * A result that may be the answer to anything (a replay after Last-Event-ID), without what is not approved. Nothing is reported: what was never
 * seen before is left out.
 */
export function withoutUnapproved({ server }: Call, document: JsonDocument, ports: CataloguePorts): JsonDocument {
  let current = document;
  for (const method of [...LISTS.keys(), 'initialize']) {
    const result = isObject(current.value) ? current.value['result'] : undefined;
    if (!isObject(result)) return current;
    const edited = withoutIn(server.name, method, current, definitionsIn(method, current, result), ports);
    if (edited !== undefined) current = reread(edited);
  }
  return current;
}

function withoutWithheld(
  server: string,
  method: string,
  final: FinalMessage,
  found: readonly Found[],
  ports: CataloguePorts,
): FinalMessage {
  const edited = withoutIn(server, method, final.document, found, ports);
  return edited === undefined ? final : rereadMessage('result', edited);
}

/** The answer without what is not approved; undefined where all of it is. */
function withoutIn(
  server: string,
  method: string,
  document: JsonDocument,
  found: readonly Found[],
  { catalogue, contracts, log }: CataloguePorts,
): Uint8Array | undefined {
  const keep = found.map(({ sighting, definition }) => {
    if (sighting === undefined) return false;
    if (!catalogue.isApproved(server, sighting)) return false;
    const fault = contracts.faultOf(sighting, definition);
    if (fault !== undefined)
      log.warn('an approved definition is left out: it cannot be used', { server, name: sighting.name, reason: fault });
    return fault === undefined;
  });
  if (keep.every(Boolean)) return undefined;
  const list = LISTS.get(method);
  if (list === undefined) return removeMember(document, ['result'], 'instructions');
  return removeElements(document, ['result', list.member], (index) => keep[index] === true);
}

function definitionsIn(method: string, document: JsonDocument, result: JsonObject): readonly Found[] {
  const list = LISTS.get(method);
  if (list === undefined) {
    const { instructions } = result;
    if (typeof instructions !== 'string' || instructions === '') return [];
    const text = canonicalJson(instructions);
    return [{ sighting: { kind: 'instructions', name: '', fingerprint: fingerprintOfCanonical(text) }, definition: instructions, text }];
  }
  const elements = result[list.member];
  if (!Array.isArray(elements)) return [];
  const spans = document.lossy ? document.elements(['result', list.member]) : undefined;
  return elements.map((definition: JsonValue, index) => {
    const name = isObject(definition) ? definition[list.key] : undefined;
    const text = exactText(definition, document, spans?.[index]);
    const isNamed = typeof name === 'string';
    return { sighting: isNamed ? { kind: list.kind, name, fingerprint: fingerprintOfCanonical(text) } : undefined, definition, text };
  });
}

/** Numbers that are read as another make two definitions look like one: then it is the digits that are compared. */
function exactText(value: JsonValue, document: JsonDocument, span: { readonly start: number; readonly end: number } | undefined): string {
  const exact = span === undefined ? undefined : canonicalText(document.bytes.subarray(span.start, span.end));
  return exact ?? canonicalJson(value);
}

function versionIn(result: JsonObject): string {
  const meta = isObject(result['_meta']) ? result['_meta'][SERVER_INFO] : undefined;
  const info = isObject(result['serverInfo']) ? result['serverInfo'] : meta;
  const version = isObject(info) ? info['version'] : undefined;
  return typeof version === 'string' ? version.slice(0, MAX_VERSION_CHARS).toWellFormed() : '';
}

const MAX_VERSION_CHARS = 64;

function numberIn(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** Our own edit of a valid document is valid; if it ever is not, nothing of it may be shown. */
function reread(bytes: Uint8Array): JsonDocument {
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new GatewayError('internal', { cause: new Error('an edited list is not valid JSON') });
  return parsed.value;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
