// An answer that is too large to be held goes on while it arrives, so it is judged while it arrives: what decides (jsonrpc, id,
// resultType) stands at known places, and is looked at as it goes by. Without this, a server that pads an answer beyond what is
// held would get past every check of check-answer.ts: another request's id, a question that the agent does not take.
//
// Lenient where nothing depends on it: deeper members may repeat, numbers may lose digits. It keeps a few names and short tokens,
// never the answer. A question (`input_required`, or an error that is one) is never taken in this form: what is asked must be seen whole.

import type { Asked } from './check-answer.ts';

/** Looks at one answer as it goes by. */
export interface AnswerScan {
  /** False: with these bytes it cannot be an answer to the request; neither they nor anything after them may go on. */
  push(chunk: Uint8Array): boolean;
  /** Whether what went by was an answer, and a whole one. */
  end(): boolean;
}

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'comma-or-end' | 'nothing';

const MAX_DEPTH = 64;
/** The error of 2025-11-25 that sends people to pages (client/elicitation): a question as well. */
const URL_REQUIRED = -32042;
/** Longest token that can matter: an id or a name. Of a longer one only the beginning is kept. */
const MAX_TOKEN_BYTES = 4096;
/** Members that a message, or a result, can have. */
const MAX_MEMBERS = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COLON = 0x3a;
const COMMA = 0x2c;
const SPACE = 0x20;

/** RFC 8259 §6. */
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

/** Makes a scan for the answer to one request. */
export function createAnswerScan(asked: Asked): AnswerScan {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  /** Of each open container: whether it is an object. */
  const objects: boolean[] = [];
  /** Member names of the message, and of its result. */
  const names: readonly [Set<string>, Set<string>] = [new Set(), new Set()];
  let expected: Expected = 'value';
  let inString = false;
  let inScalar = false;
  let escaped = false;
  let token: number[] = [];
  /** The member of the message that is being read, and the member of its result. */
  let member = '';
  let inner = '';
  let failed = false;

  const refuse = (): boolean => {
    failed = true;
    return false;
  };
  const keep = (byte: number): void => {
    if (token.length < MAX_TOKEN_BYTES) token.push(byte);
  };
  const text = (): string => Buffer.from(token).toString('utf8');

  /** A name of the message or of its result: seen once, and none that turns into something else. */
  const noteName = (name: string | undefined): boolean => {
    const depth = objects.length;
    if (depth === 1) member = name ?? '';
    else inner = name ?? '';
    if (depth === 2 && member !== 'result') return true;
    const known = names[depth === 1 ? 0 : 1];
    if (name === undefined || name === '__proto__' || known.has(name) || known.size >= MAX_MEMBERS) return false;
    known.add(name);
    return !(depth === 1 && name === 'method');
  };

  /** A string, number or literal in a place that decides. */
  const checkScalar = (raw: string): boolean => {
    if (objects.length === 1) {
      if (member === 'jsonrpc') return parse(raw) === '2.0';
      if (member === 'id') return parse(raw) === asked.id;
      return member !== 'result' && member !== 'error';
    }
    if (objects.length === 2 && member === 'error' && inner === 'code') return parse(raw) !== URL_REQUIRED;
    if (objects.length !== 2 || member !== 'result' || inner !== 'resultType' || asked.era !== 'modern') return true;
    return parse(raw) === 'complete';
  };

  const endValue = (): void => {
    expected = objects.length === 0 ? 'nothing' : 'comma-or-end';
  };
  /** Only members of the message and of its result can decide. */
  const isNear = (): boolean => objects.length <= 2;
  const endString = (): boolean => {
    inString = false;
    const isName = expected === 'key' || expected === 'key-or-end';
    if (isName) expected = 'colon';
    else endValue();
    if (!isNear()) return true;
    const raw = text();
    if (!isName) return checkScalar(raw);
    // A name that is cut short is none of those that decide, and cannot be told from another long one.
    const name = parse(raw);
    return noteName(typeof name === 'string' ? name : undefined);
  };
  const endScalar = (): boolean => {
    inScalar = false;
    endValue();
    if (!isNear()) return true;
    const raw = text();
    return (raw === 'true' || raw === 'false' || raw === 'null' || NUMBER.test(raw)) && checkScalar(raw);
  };

  const open = (isObject: boolean): boolean => {
    if (expected !== 'value' && expected !== 'value-or-end') return false;
    if (objects.length === 0 && !isObject) return false;
    if (objects.length === 1 && (isObject ? member === 'jsonrpc' || member === 'id' : DECIDING.has(member))) return false;
    if (objects.length === 2 && member === 'result' && inner === 'resultType') return false;
    if (objects.length >= MAX_DEPTH) return false;
    objects.push(isObject);
    expected = isObject ? 'key-or-end' : 'value-or-end';
    return true;
  };
  const close = (isObject: boolean): boolean => {
    if (objects.at(-1) !== isObject || (expected !== 'comma-or-end' && expected !== (isObject ? 'key-or-end' : 'value-or-end')))
      return false;
    objects.pop();
    endValue();
    return true;
  };

  const step = (byte: number): boolean => {
    switch (byte) {
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        return true;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        return open(byte === OPEN_OBJECT);
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        return close(byte === CLOSE_OBJECT);
      case COLON:
        if (expected !== 'colon') return false;
        expected = 'value';
        return true;
      case COMMA:
        if (expected !== 'comma-or-end') return false;
        expected = objects.at(-1) === true ? 'key' : 'value';
        return true;
      case QUOTE:
        if (expected === 'colon' || expected === 'comma-or-end' || expected === 'nothing' || objects.length === 0) return false;
        inString = true;
        token = [byte];
        return true;
      default:
        if ((expected !== 'value' && expected !== 'value-or-end') || objects.length === 0 || !isScalarByte(byte)) return false;
        inScalar = true;
        token = [byte];
        return true;
    }
  };

  /** The bytes of a string up to its end; gives the offset behind them, or -1. */
  const skipString = (bytes: Uint8Array, from: number): number => {
    const near = isNear();
    let at = from;
    for (; at < bytes.length; at++) {
      // Nearly all of a large answer is this: far from what decides, and nothing but itself.
      if (!near && !escaped) at = skipPlain(bytes, at);
      if (at === bytes.length) return at;
      const byte = bytes[at] ?? 0;
      if (byte < SPACE) return -1;
      if (near) keep(byte);
      if (escaped) escaped = false;
      else if (byte === BACKSLASH) escaped = true;
      else if (byte === QUOTE) return endString() ? at + 1 : -1;
    }
    return at;
  };

  return {
    push: (chunk) => {
      if (failed) return false;
      try {
        utf8.decode(chunk, { stream: true });
      } catch {
        return refuse();
      }
      let at = 0;
      while (at < chunk.length) {
        const byte = chunk[at] ?? 0;
        if (inString) {
          at = skipString(chunk, at);
          if (at < 0) return refuse();
        } else if (inScalar && isScalarByte(byte)) {
          if (isNear()) keep(byte);
          at++;
        } else if (inScalar) {
          if (!endScalar()) return refuse(); // The byte itself is looked at again.
        } else {
          if (!step(byte)) return refuse();
          at++;
        }
      }
      return true;
    },
    end: () => {
      if (failed || expected !== 'nothing') return false;
      try {
        utf8.decode();
      } catch {
        return false;
      }
      const [message] = names;
      return message.has('jsonrpc') && message.has('id') && message.has('result') !== message.has('error');
    },
  };
}

const DECIDING: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'result', 'error']);

/** Bytes that stand for themselves in a string. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0));

/** The first byte that does not, or the end. */
function skipPlain(bytes: Uint8Array, from: number): number {
  const end = bytes.length;
  let at = from;
  while (at < end && PLAIN[bytes[at] ?? 0] === 1) at++;
  return at;
}

function isScalarByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x2b || byte === 0x2d || byte === 0x2e || byte === 0x45
  );
}

/** A string or a number; undefined for a token that was cut short or is none. */
function parse(raw: string): unknown {
  try {
    const value: unknown = JSON.parse(raw);
    return value;
  } catch {
    return undefined;
  }
}
