// The shapes of the language: JSON with known byte positions, JSON-RPC messages, and what each revision of MCP requires.

import type { ErrorCode } from '../base/index.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Byte offsets of a JSON value inside its document: [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Bytes that passed the strict pass, their value, and where the members are. Never mutated. */
export interface JsonDocument {
  readonly bytes: Uint8Array;
  readonly value: JsonValue;
  /** A number inside `id`, `params` or `result` has a value that a double cannot hold exactly (an integer beyond ±2^53, or an overflow). */
  readonly lossy: boolean;
  /** Lone surrogates that were replaced by U+FFFD in `bytes` and `value` (answers only; requests are refused). */
  readonly repaired: number;
  /** Where the value at this path is. Recorded for values up to four levels below the root; deeper ones are looked for. */
  span(path: readonly (string | number)[]): Span | undefined;
  /** Where each element of the array at this path is, in order; undefined if there is no array. */
  elements(path: readonly (string | number)[]): readonly Span[] | undefined;
}

/** A refusal by the language: which row of the error table, and a sentence for the client. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly say: string;
  /** `error.data` of the JSON-RPC answer, where the spec wants it (-32021, -32022). */
  readonly data?: JsonObject;
}

export type Era = 'modern' | 'legacy';

/** JSON-RPC ids that MCP allows. */
export type MessageId = string | number;

/** One JSON-RPC message. `document` keeps the exact bytes. */
export type Message =
  | {
      readonly kind: 'request';
      readonly id: MessageId;
      readonly method: string;
      readonly params: JsonObject | undefined;
      readonly document: JsonDocument;
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject | undefined; readonly document: JsonDocument }
  | { readonly kind: 'result'; readonly id: MessageId; readonly result: JsonValue; readonly document: JsonDocument }
  | { readonly kind: 'error'; readonly id: MessageId | undefined; readonly error: JsonObject; readonly document: JsonDocument };

/** What the gateway knows about a method. */
export interface MethodRule {
  readonly eras: readonly Era[];
  /** Which kind of thing policy decides about. */
  readonly subject: 'server' | 'tool' | 'prompt' | 'resource';
  /** The member of params that names the subject, mirrored in Mcp-Name on the modern era. */
  readonly nameParam: 'name' | 'uri' | 'taskId' | undefined;
  /** The result member whose elements are filtered by policy, and what names an element. */
  readonly list:
    | { readonly member: 'tools' | 'prompts' | 'resources' | 'resourceTemplates'; readonly key: 'name' | 'uri' | 'uriTemplate' }
    | undefined;
  /** A list or read: may be sent again when a reused connection dies. */
  readonly replayable: boolean;
  /** May answer with input_required (modern) or send server requests while running (legacy). */
  readonly interactive: boolean;
  /** A notification: it has no id and no answer. */
  readonly notification?: true;
  /** Belongs to Tasks, experimental in 2025-11-25 and an extension since: known, so that it can be refused or carried on purpose. */
  readonly task?: true;
}

/** A message that a server may send of its own accord. */
export interface ServerMethodRule {
  readonly kind: 'request' | 'notification';
  readonly eras: readonly Era[];
  /** On the modern era: on the stream of which kind of request. */
  readonly on: 'call' | 'listen' | undefined;
  /** The first revision of the legacy era that has it, where that is not the first of all. */
  readonly since: string | undefined;
}

/** A revision of MCP that exists. */
export interface Revision {
  readonly name: string;
  readonly era: Era;
}

/** One `x-mcp-header` annotation of a tool's input schema (SEP-2243). */
export interface HeaderParam {
  /** The N of Mcp-Param-N, as the schema spells it. */
  readonly header: string;
  /** Property path from the root of the arguments. */
  readonly path: readonly string[];
  readonly type: 'string' | 'integer' | 'boolean';
}
