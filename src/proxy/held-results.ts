// What a tool gives, held against the output schema that was approved: models and programs go by that schema, and a server that promises a number
// and gives a sentence is broken, or speaks to the model behind the program's back. What cannot be held against it is marked on record.

import { rereadMessage, setMember, toolRefusal } from '../mcp/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { toolHandling } from '../policies/index.ts';
import type { FinalMessage } from './bridge/index.ts';
import type { Call, Ports } from './exchange.ts';

type HoldingPorts = Pick<Ports, 'contracts' | 'log'>;

/** A tool whose result this is. */
interface Giver {
  readonly server: string;
  readonly tool: string;
}

/** The answer to a call as the agent may have it: itself, or the reason why the result is kept back, as a result that the model can read. */
export function holdResult(call: Call, final: FinalMessage, ports: HoldingPorts): FinalMessage {
  const result = final.kind === 'result' && isObject(final.result) ? final.result : undefined;
  if (result === undefined) return final;
  const giver = giverOf(call);
  if (giver !== undefined) {
    const say = keptBack(call, giver, result, ports);
    if (say === undefined || final.id === undefined) return final;
    return rereadMessage('result', toolRefusal(final.id, 'resultType' in result ? 'modern' : 'legacy', say));
  }
  // What a tool gave in the end is inside of the task that its call became.
  const inner = result['result'];
  const owner = call.question.method === 'tasks/get' && isObject(inner) ? ownerOf(call) : undefined;
  const say = owner === undefined || !isObject(inner) ? undefined : keptBack(call, owner, inner, ports);
  if (say === undefined) return final;
  const instead = JSON.stringify({ content: [{ type: 'text', text: say }], isError: true });
  return rereadMessage('result', setMember(final.document, ['result'], 'result', instead));
}

/** Marks a call whose result passes by in pieces, or on a stream where nobody knows whose it is. */
export function markUnheld(call: Call, { contracts }: Pick<Ports, 'contracts'>): void {
  const giver = giverOf(call);
  if (giver !== undefined && contracts.hasOutput(giver.server, giver.tool)) call.markedWith = 'result_unvalidated';
}

function giverOf({ question: { method, subject }, server, members }: Call): Giver | undefined {
  return method === 'tools/call' && subject.kind === 'tool' && members === undefined
    ? { server: server.name, tool: subject.name }
    : undefined;
}

function ownerOf({ inbound }: Call): Giver | undefined {
  return inbound.kind === 'modern' ? inbound.tasks?.named.values().next().value : undefined;
}

/** Why a result is kept back; undefined: it is not. */
function keptBack(call: Call, { server, tool }: Giver, result: JsonObject, { contracts, log }: HoldingPorts): string | undefined {
  const { resultType } = result;
  // An error has no form, and a question or a task is no result yet.
  if (result['isError'] === true || (resultType !== undefined && resultType !== 'complete')) return undefined;
  const held = contracts.checkResult(server, tool, result['structuredContent']);
  if (held === undefined || held.kind === 'valid') return undefined;
  const isTagged = toolHandling(call.arrival.snapshot.servers.get(server), tool).results === 'tag';
  call.markedWith = held.kind === 'invalid' ? 'result_invalid' : 'result_unvalidated';
  log.warn('a result is not as the approved output schema says', {
    server,
    tool,
    call: call.id,
    place: held.kind === 'invalid' ? held.place : '',
    shown: isTagged,
  });
  if (isTagged) return undefined;
  return `The tool was called, but what it gave is kept back: ${held.say} That is not as its approved output schema says (record ${call.id}).`;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
