// What a call sends, held against the schema that was approved.

import type { Snapshot } from '../config/index.ts';
import type { JsonObject, JsonValue } from '../mcp/index.ts';
import { toolHandling } from '../policies/index.ts';
import type { Held } from '../tools/index.ts';
import type { Call, Ports } from './exchange.ts';

const NO_ARGUMENTS: JsonValue = {};

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
