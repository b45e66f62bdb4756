// The value of a text in which some key is written with an escape. JSON.parse cannot be trusted with such a key: in the V8 of
// Node 24 and 26 it may give it the name of a member that an earlier text had in its place (nodejs/node#63785). Once anybody has
// sent {"q":1,"\\":0}, the text {"q":1,"\u0061":0} has the members q and \ instead of q and a: an agent could hide an argument from
// the policy. Strings by themselves and keys without escapes are read rightly; a text with none but those goes to JSON.parse.
// The text must have passed the strict pass: nothing is checked here.

import type { JsonObject, JsonValue } from './types.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** White space, and the comma or the colon in it. */
const BETWEEN = /[ \t\r\n,:]*/y;
const SCALAR = /[-+.0-9A-Za-z]+/y;

/** A JSON text taken apart, with numbers as they are written. */
export type Tokens =
  | { readonly kind: 'object'; readonly members: readonly (readonly [name: string, value: Tokens])[] }
  | { readonly kind: 'array'; readonly elements: readonly Tokens[] }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'scalar'; readonly token: string };

interface Reader {
  readonly text: string;
  at: number;
}

/** The value of one JSON text. */
export function buildValue(text: string): JsonValue {
  const reader = { text, at: 0 };
  next(reader);
  return readValue(reader);
}

/** Takes one JSON text apart. */
export function readTokens(text: string): Tokens {
  const reader = { text, at: 0 };
  next(reader);
  return takeApart(reader);
}

function takeApart(reader: Reader): Tokens {
  switch (reader.text.charCodeAt(reader.at)) {
    case OPEN_OBJECT: {
      const members: (readonly [string, Tokens])[] = [];
      reader.at++;
      while (next(reader) !== CLOSE_OBJECT) {
        const name = readString(reader);
        next(reader);
        members.push([name, takeApart(reader)]);
      }
      reader.at++;
      return { kind: 'object', members };
    }
    case OPEN_ARRAY: {
      const elements: Tokens[] = [];
      reader.at++;
      while (next(reader) !== CLOSE_ARRAY) elements.push(takeApart(reader));
      reader.at++;
      return { kind: 'array', elements };
    }
    case QUOTE:
      return { kind: 'string', text: readString(reader) };
    default:
      return { kind: 'scalar', token: take(reader, endOf(SCALAR, reader)) };
  }
}

function readValue(reader: Reader): JsonValue {
  switch (reader.text.charCodeAt(reader.at)) {
    case OPEN_OBJECT:
      return readObject(reader);
    case OPEN_ARRAY:
      return readArray(reader);
    case QUOTE:
      return readString(reader);
    default:
      return JSON.parse(take(reader, endOf(SCALAR, reader)));
  }
}

function readObject(reader: Reader): JsonObject {
  const object: Record<string, JsonValue> = {};
  reader.at++;
  while (next(reader) !== CLOSE_OBJECT) {
    const name = readString(reader);
    next(reader);
    object[name] = readValue(reader);
  }
  reader.at++;
  return object;
}

function readArray(reader: Reader): readonly JsonValue[] {
  const array: JsonValue[] = [];
  reader.at++;
  while (next(reader) !== CLOSE_ARRAY) array.push(readValue(reader));
  reader.at++;
  return array;
}

function readString(reader: Reader): string {
  const { text } = reader;
  let end = reader.at + 1;
  for (let unit = text.charCodeAt(end); unit !== QUOTE; unit = text.charCodeAt(end)) end += unit === BACKSLASH ? 2 : 1;
  return JSON.parse(take(reader, end + 1));
}

/** Goes on to the next token; gives its first character. */
function next(reader: Reader): number {
  reader.at = endOf(BETWEEN, reader);
  return reader.text.charCodeAt(reader.at);
}

function endOf(pattern: RegExp, { text, at }: Reader): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}

function take(reader: Reader, end: number): string {
  const token = reader.text.slice(reader.at, end);
  reader.at = end;
  return token;
}
