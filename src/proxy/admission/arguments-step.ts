// The step of the approved schema: what a call sends is what its tool was approved to take, so that policy judges what it thinks it does, and a
// server that asks a model for one thing more than was approved does not get it (T23).

import { toolHandling } from '../../policies/index.ts';
import type { Snapshot } from '../../config/index.ts';
import type { JsonObject, JsonValue } from '../../mcp/index.ts';
import type { Held } from '../../tools/index.ts';
import type { Call, Ports } from '../exchange.ts';
import type { NotAdmitted, Step } from './types.ts';
import { mayEver } from '../verdicts.ts';

const NO_ARGUMENTS: JsonValue = {};

/** Ends a call whose arguments are not as the approved schema says, or that nobody can hold against it. */
export const checkArguments: Step = ({ call, params, principal, snapshot }, ports) => {
  const held = holdArguments(call, params, snapshot, ports);
  if (held === undefined || held.kind === 'valid') return undefined;
  // What is never allowed is policy's to deny: nobody learns from a schema about what they may not use.
  if (!mayEver(principal, call.server.name, call.question.subject, snapshot)) return undefined;
  return toRefusal(call, held);
};

/** The arguments of a call held against the approved schema; undefined where there is none for them. */
export function holdArguments(
  { question: { method, subject }, members, server: { name } }: Call,
  params: JsonObject | undefined,
  { servers }: Snapshot,
  { contracts }: Pick<Ports, 'contracts'>,
): Held | undefined {
  if (members !== undefined) return undefined;
  const args = params?.['arguments'] ?? NO_ARGUMENTS;
  if (method === 'tools/call' && subject.kind === 'tool')
    return contracts.checkArguments(name, subject.name, args, toolHandling(servers.get(name), subject.name).arguments);
  return method === 'prompts/get' && subject.kind === 'prompt' ? contracts.checkPrompt(name, subject.name, args) : undefined;
}

function toRefusal({ id, question: { subject } }: Call, held: Exclude<Held, { kind: 'valid' }>): NotAdmitted {
  const what = subject.kind === 'prompt' ? 'prompt' : 'tool';
  const record = `(record ${id})`;
  if (held.kind === 'unusable') return refusal('not-usable', `This ${what} is withheld, although it was approved: ${held.say} ${record}.`);
  return held.kind === 'invalid'
    ? refusal('invalid-arguments', `${held.say} The ${what} was not called ${record}.`)
    : refusal('unvalidated-arguments', `${held.say} The ${what} was not called ${record}.`);
}

function refusal(reason: string, say: string): NotAdmitted {
  return { verdict: 'deny', rule: undefined, reason, refused: { code: 'denied', say } };
}
