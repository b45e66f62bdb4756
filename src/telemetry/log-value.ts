// Turns any value into plain, bounded, printable data for a log line. Redaction is by type: a Secret gives '***' wherever
// it stands. Objects of a class are named, not opened, since nobody can say what they hold; of errors that the engine throws, only what kind they are and where
// they came from is said: their messages quote what the engine stumbled over, and that may be what somebody said to a tool.

import { GatewayError, Secret } from '../base/index.ts';
import { toPrintable } from './printable.ts';

/** JSON data that is safe to print. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | { readonly [name: string]: LogValue };

export interface LogValueOptions {
  /** Print the stacks of errors. */
  readonly stacks: boolean;
}

const MAX_DEPTH = 4;
const MAX_ENTRIES = 50;
/** What one line may cost: a value counts 10, a string its length besides. */
const MAX_COST = 20_000;
const MAX_CHARS = 2_000;
const MAX_NAME_CHARS = 100;
const MAX_CAUSES = 8;

/** One walk through the fields of one line; `left` is what the line may still cost. */
interface Walk {
  readonly stacks: boolean;
  left: number;
}

/** The fields of a line as plain data. Never throws: a value that cannot be read says so in its place. */
export function toLogValue(fields: Readonly<Record<string, unknown>>, options: LogValueOptions): Readonly<Record<string, LogValue>> {
  return fromEntries(fields, { stacks: options.stacks, left: MAX_COST }, 0);
}

/** A value as it stands in a text line: bare when it is one plain word, else as JSON. */
export function toText(value: LogValue): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

function fromAny(value: unknown, walk: Walk, depth: number): LogValue {
  // Depth and width alone would still let a knotted object print millions of values.
  walk.left -= 10;
  if (walk.left < 0) return '[cut]';
  switch (typeof value) {
    case 'string': {
      const text = toPrintable(value, Math.min(MAX_CHARS, walk.left));
      walk.left -= text.length;
      return text;
    }
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : fromObject(value, walk, depth);
    default:
      return `[${typeof value}]`;
  }
}

function fromObject(value: object, walk: Walk, depth: number): LogValue {
  if (value instanceof Secret) return value.toString();
  if (value instanceof Error) return fromError(value, walk);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const shown = items.slice(0, MAX_ENTRIES).map((item) => fromAny(item, walk, depth + 1));
    return items.length > MAX_ENTRIES ? [...shown, `[${items.length - MAX_ENTRIES} more]`] : shown;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? fromEntries(value, walk, depth + 1) : '[object]';
}

function fromEntries(value: object, walk: Walk, depth: number): Readonly<Record<string, LogValue>> {
  const names = Object.keys(value);
  const entries = names.slice(0, MAX_ENTRIES).map((name): [string, LogValue] => {
    try {
      return [toPrintable(name, MAX_NAME_CHARS), fromAny(Reflect.get(value, name), walk, depth)];
    } catch {
      return [toPrintable(name, MAX_NAME_CHARS), '[unreadable]'];
    }
  });
  if (names.length > MAX_ENTRIES) entries.push(['\u2026', `[${names.length - MAX_ENTRIES} more]`]);
  // fromEntries defines, it does not assign: a field called __proto__ is a field like any other.
  return Object.fromEntries(entries);
}

/** An error as its code, its message and the messages of its causes. */
function fromError(error: Error, walk: Walk): LogValue {
  const code = codeOf(error);
  const causes: string[] = [];
  let cause: unknown = error.cause;
  while (cause !== undefined && causes.length < MAX_CAUSES) {
    causes.push(describe(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return {
    ...(code === undefined ? {} : { code }),
    message: messageOf(error),
    ...(causes.length === 0 ? {} : { causes }),
    ...(walk.stacks && error.stack !== undefined ? { stack: toPrintable(framesOf(error).join(' | '), 2 * MAX_CHARS) } : {}),
  };
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? toPrintable(cause, MAX_CHARS) : '[no error]';
  const code = codeOf(cause);
  const message = messageOf(cause);
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}

/** A connect to several addresses fails with an AggregateError whose own message is empty. */
function messageOf(error: Error): string {
  if (ENGINE_ERRORS.some((kind) => error instanceof kind)) return `${error.name} ${framesOf(error)[0] ?? 'of unknown origin'}`;
  if (!(error instanceof AggregateError) || error.message !== '') return toPrintable(error.message, MAX_CHARS);
  return toPrintable(error.errors.slice(0, MAX_CAUSES).map(describe).join('; '), MAX_CHARS);
}

const ENGINE_ERRORS = [SyntaxError, TypeError, RangeError, ReferenceError, EvalError, URIError] as const;

/** Where an error came from, without its message: `at judge (file:///…/judge.ts:17:4)`. */
function framesOf({ stack = '', message }: Error): readonly string[] {
  // A message may have lines that look like frames.
  const frames = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  return frames.split('\n').flatMap((line) => {
    const frame = /^ {4}(at .*:\d+:\d+\)?)$/.exec(line)?.[1];
    return frame === undefined ? [] : [toPrintable(frame, MAX_NAME_CHARS * 3)];
  });
}

/** The stable code of our own faults, or the code that Node puts on its own (ENOSPC, ERR_…). */
function codeOf(error: Error): string | undefined {
  if (error instanceof GatewayError) return error.code;
  return 'code' in error && typeof error.code === 'string' ? toPrintable(error.code, MAX_NAME_CHARS) : undefined;
}
