// The last steps of a walk: a list of tools, in the era that the server speaks, and what it says of itself.

import type { JsonObject, JsonValue } from '../mcp/index.ts';
import type { StdioEvents, StdioLink } from './doors.ts';
import type { HttpTarget } from './http-target.ts';
import { ask, askLines, endSession, INITIALIZE, INITIALIZED, LEGACY_LIST, MODERN_LIST, modernHeaders, tell } from './probe-questions.ts';
import type { HttpAnswer } from './probe-questions.ts';
import type { NoVerdict } from './verdict.ts';

/** What it calls itself. */
export interface SelfDescription {
  readonly name: string;
  readonly version: string;
}

/** The tools of the first page, or why there are none. */
export type Listed = { readonly tools: number } | { readonly problem: string };

/** Asks for tools over HTTP. */
export async function listOverHttp(target: HttpTarget, isModern: boolean, waitMs: number): Promise<Listed> {
  if (isModern) return toListed(await ask(target, MODERN_LIST, waitMs, modernHeaders('tools/list')));
  const begun = await ask(target, INITIALIZE, waitMs, []);
  if ('reason' in begun) return { problem: begun.reason };
  const revision = textOf(memberOf(begun.value, 'result'), 'protocolVersion') ?? '';
  const own = [...(begun.session === undefined ? [] : ['Mcp-Session-Id', begun.session]), 'MCP-Protocol-Version', revision];
  await tell(target, INITIALIZED, waitMs, own);
  const listed = await ask(target, LEGACY_LIST, waitMs, own);
  if (begun.session !== undefined) endSession(target, begun.session, waitMs);
  return toListed(listed);
}

/** Asks for tools on lines of its own: of a program, or over the transport of 2024-11-05. */
export async function listOnLines(open: (events: StdioEvents) => StdioLink, isModern: boolean, waitMs: number): Promise<Listed> {
  const turns = isModern ? [[MODERN_LIST]] : [[INITIALIZE], [INITIALIZED, LEGACY_LIST]];
  const answer = await askLines(open, turns, waitMs).answer;
  return typeof answer === 'string' ? { problem: answer } : countTools(answer);
}

/** What a server calls itself, in its answer to server/discover or initialize. */
export function readSelf(value: JsonValue | undefined): SelfDescription | null {
  const result = memberOf(value, 'result');
  const info = memberOf(result, 'serverInfo') ?? memberOf(memberOf(result, '_meta'), 'io.modelcontextprotocol/serverInfo');
  const name = textOf(info, 'name');
  return name === undefined ? null : { name, version: textOf(info, 'version') ?? '' };
}

function toListed(answer: HttpAnswer | NoVerdict): Listed {
  if ('reason' in answer) return { problem: answer.reason };
  if (answer.value === undefined) return { problem: `It answers ${answer.status ?? 'nothing'} to tools/list, and no message of MCP.` };
  return countTools(answer.value);
}

const METHOD_NOT_FOUND = -32601;

function countTools(value: JsonValue): Listed {
  const error = memberOf(value, 'error');
  const code = memberOf(error, 'code');
  // A server of prompts or resources only has no such method.
  if (code === METHOD_NOT_FOUND) return { tools: 0 };
  if (error !== undefined) return { problem: `It refuses tools/list with the error ${typeof code === 'number' ? code : 'of no code'}.` };
  const tools = memberOf(memberOf(value, 'result'), 'tools');
  return Array.isArray(tools) ? { tools: tools.length } : { problem: 'Its answer to tools/list holds no list of tools.' };
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function textOf(value: JsonValue | undefined, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === 'string' ? member : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
