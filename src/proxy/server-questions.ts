// What a server asks of the agent, held against what it may ask (tools/questions.ts), in each era: an older server gets an answer in the agent's place
// and goes on; a modern one has asked in its answer, so that there is nothing but that answer to refuse. Either way it is on record with the call.

import { writeError, writeResult } from '../mcp/index.ts';
import type { JsonObject, JsonValue, Message } from '../mcp/index.ts';
import { declaredIn, faultOfQuestion, faultOfUndeclared } from '../tools/index.ts';
import type { QuestionFault } from '../tools/index.ts';
import type { Call } from './exchange.ts';

const QUESTIONS: ReadonlySet<string> = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);
const METHOD_NOT_FOUND = -32601;
/** Error of 2025-11-25 by which a call asks for pages to be visited before it is made again (client/elicitation). */
const URL_REQUIRED = -32042;
/** On record for one call; who asks more often says nothing new. */
const MAX_RECORDED = 8;

/** What an older server gets in place of an answer; undefined: the agent may be asked. */
export function insteadOfAnswer(call: Call, said: Extract<Message, { kind: 'request' }>): Message | undefined {
  if (!QUESTIONS.has(said.method)) return undefined;
  const fault = faultOf(call, said.method, said.params);
  if (fault === undefined) return undefined;
  note(call, fault);
  // A form can be declined, and tools are made for that; to the others there is no answer that says no.
  if (said.method === 'elicitation/create' && fault.kind !== 'undeclared') return writeResult(said.id, { action: 'decline' });
  return writeError(said.id, METHOD_NOT_FOUND, 'The client does not offer this: the gateway does not let this server ask for it.');
}

/** Why the questions in what a server answered may not be asked, for the agent to read; undefined: there are none, or they may. */
export function refusedQuestions(call: Call, final: Extract<Message, { kind: 'result' | 'error' }>): string | undefined {
  const fault = final.kind === 'error' ? faultOfError(call, final.error) : faultOfInputs(call, final.result);
  return fault === undefined ? undefined : refuse(call, fault);
}

/** The same for a notification about a task. */
export function refusedInTask(call: Call, params: JsonObject | undefined): string | undefined {
  const fault = params === undefined ? undefined : faultOfInputs(call, params);
  return fault === undefined ? undefined : refuse(call, fault);
}

/** What an agent of the legacy era declares with its initialize that it can be asked for. */
export function declaredBy({ inbound }: Call): readonly string[] {
  const params = inbound.kind === 'legacy' && inbound.message.kind === 'request' ? inbound.message.params : undefined;
  return declaredIn(params?.['capabilities']);
}

function refuse(call: Call, fault: QuestionFault): string {
  note(call, fault);
  return `Denied by policy: the MCP server '${call.server.name}' ${fault.why}, which its config does not let it. The call was not finished.`;
}

function faultOf(call: Call, method: string, params: JsonObject | undefined): QuestionFault | undefined {
  const { asks } = call.arrival.snapshot.servers.get(call.server.name) ?? {};
  return (
    (call.declared === undefined ? undefined : faultOfUndeclared(method, params, call.declared)) ?? faultOfQuestion(method, params, asks)
  );
}

/** In the modern era a question stands in a result: of a call (basic/patterns/mrtr) or of a task. */
function faultOfInputs(call: Call, result: JsonValue): QuestionFault | undefined {
  const inputs = isObject(result) && call.inbound.kind !== 'stream' ? result['inputRequests'] : undefined;
  if (!isObject(inputs)) return undefined;
  for (const input of Object.values(inputs)) {
    const method = isObject(input) ? input['method'] : undefined;
    const params = isObject(input) && isObject(input['params']) ? input['params'] : undefined;
    const fault = faultOf(call, typeof method === 'string' ? method : '', params);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfError(call: Call, { code, data }: JsonObject): QuestionFault | undefined {
  const wanted = code === URL_REQUIRED && isObject(data) ? data['elicitations'] : undefined;
  if (!Array.isArray(wanted)) return undefined;
  for (const one of wanted) {
    const fault = faultOf(call, 'elicitation/create', { mode: 'url', url: isObject(one) ? (one['url'] ?? null) : null });
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function note(call: Call, { kind }: QuestionFault): void {
  const noted = (call.refusedQuestions ??= []);
  if (noted.length < MAX_RECORDED) noted.push(kind);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
