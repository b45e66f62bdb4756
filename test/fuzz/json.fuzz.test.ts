// Fuzz targets of the JSON parser: it never throws or hangs; it refuses all that JSON.parse refuses; what it takes has the value
// that JSON.parse gives, has no key twice (by an independent count), and its spans are exactly the text of their values.
// SALLYPORT_FUZZ_RUNS sets the number of runs per property; failures print their seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { canonicalJson, parseJson, removeElements, removeMember, setMember } from '../../src/mcp/index.ts';
import type { JsonDocument, JsonValue } from '../../src/mcp/index.ts';

const numRuns = Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 500);
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Texts that are nearly JSON: its own tokens in any order, and whatever lies beside them. */
const token = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"a":',
      '"\\u0061":',
      '"__proto__":',
      '1',
      '-',
      '0',
      '.',
      'e',
      'E+',
      'true',
      'null',
      ' ',
      '\n',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('\\', '\\u', '\\ud800', '\\udc00', '\\n', 'é', '😀', '\ufeff', '\u0000', '\t', '9007199254740993', '1e999'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);
const nearText = fc.array(token, { maxLength: 24 }).map((tokens) => Buffer.from(tokens.join('')));

/** JSON text as strangers write it: any spelling of keys, strings, numbers and white space, repeated keys included. */
const space = fc.constantFrom('', '', '', ' ', '\n', '\t ');
const letter = fc.constantFrom('a', 'b', '"', '\\', 'é', '😀', '/', '\n', '\u007f', '0');
const spelled = (text: string, escape: boolean) =>
  escape ? Array.from(text, (char) => escapeOf(char)).join('') : JSON.stringify(text).slice(1, -1);
const escapeOf = (char: string) =>
  char
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
const string = fc.tuple(fc.string({ unit: letter, maxLength: 4 }), fc.boolean()).map(([text, escape]) => `"${spelled(text, escape)}"`);
const scalar = fc.oneof(
  string,
  fc.constantFrom('null', 'true', 'false', '0', '-0', '1.0', '1E2', '-1e-7', '12345678901234567890', '1e999'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
const { text: jsonText } = fc.letrec<{ text: string; object: string; array: string }>((tie) => ({
  text: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('array')),
  array: fc.array(fc.tuple(space, tie('text'), space), { maxLength: 4 }).map((items) => `[${items.map((item) => item.join('')).join()}]`),
  object: fc
    .array(fc.tuple(space, string, space, tie('text'), space), { maxLength: 4 })
    .map(
      (members) =>
        `{${members.map(([before, key, between, value, after]) => `${before}${key}${between}:${between}${value}${after}`).join()}}`,
    ),
}));
const bytesOfText = jsonText.map((text) => Buffer.from(text));

/** A text with a few bytes changed, dropped or doubled. */
const mutated = fc
  .tuple(
    bytesOfText,
    fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255), kind: fc.constantFrom('change', 'drop', 'double') }), {
      minLength: 1,
      maxLength: 3,
    }),
  )
  .map(([bytes, changes]) => {
    let out = bytes;
    for (const { at, byte, kind } of changes) {
      const place = out.length === 0 ? 0 : at % out.length;
      const middle = kind === 'drop' ? [] : kind === 'change' ? [byte] : [out[place] ?? 0, out[place] ?? 0];
      out = Buffer.concat([out.subarray(0, place), Uint8Array.from(middle), out.subarray(place + 1)]);
    }
    return out;
  });

const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  nearText,
  bytesOfText,
  mutated,
);

/**
 * The value that the engine gives a JSON text as an object literal; undefined where JSON.parse refuses it. JSON.parse itself is no
 * oracle for values: it misreads escaped keys (src/mcp/build-value.ts). JSON is a subset of ECMAScript, so nothing here can run.
 */
function reference(bytes: Uint8Array): JsonValue | undefined {
  try {
    const text = UTF8.decode(bytes);
    JSON.parse(text);
    return runInThisContext(`(${text})`);
  } catch {
    return undefined;
  }
}

/** Members by the text and members by the value: fewer by the value if a key is repeated, or __proto__. */
function countMembers(bytes: Uint8Array, value: JsonValue): { inText: number; inValue: number } {
  let inText = 0;
  // Outside of strings a colon stands only between a key and its value.
  for (const part of UTF8.decode(bytes).matchAll(/"(?:[^"\\]|\\.)*"|:/gs)) if (part[0] === ':') inText++;
  let inValue = 0;
  JSON.stringify(value, (_, member) => {
    if (typeof member === 'object' && member !== null && !Array.isArray(member)) inValue += Object.keys(member).length;
    return member;
  });
  return { inText, inValue };
}

function hasLone(value: JsonValue): boolean {
  let found = false;
  JSON.stringify(value, (key, member) => {
    found ||= !key.isWellFormed() || (typeof member === 'string' && !member.isWellFormed());
    return member;
  });
  return found;
}

function* pathsOf(value: JsonValue, path: readonly (string | number)[] = []): Generator<readonly (string | number)[]> {
  yield path;
  if (Array.isArray(value)) for (const [index, element] of value.entries()) yield* pathsOf(element, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) yield* pathsOf(member, [...path, key]);
}

function at(value: JsonValue, path: readonly (string | number)[]): unknown {
  let found: unknown = value;
  for (const step of path) found = Object(found)[step];
  return found;
}

function parsed(bytes: Uint8Array): JsonDocument | undefined {
  const result = parseJson(bytes);
  return result.ok ? result.value : undefined;
}

test('takes what JSON.parse takes, unless it can be read in two ways', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const expected = reference(bytes);
      const result = parseJson(bytes);
      if (result.ok) {
        assert.deepEqual(result.value.value, expected);
        assert.deepEqual(Buffer.from(result.value.bytes), bytes);
      }
      if (expected === undefined) return assert.ok(!result.ok && result.error.code !== undefined);
      const { inText, inValue } = countMembers(bytes, expected);
      const ambiguous = inText !== inValue || hasLone(expected);
      // The two codes differ only where a text is no JSON at all; here it is, and nothing in it nests 64 deep.
      assert.equal(result.ok ? 'ok' : result.error.code, ambiguous ? 'json_ambiguous' : 'ok');
    }),
    { numRuns: numRuns * 4 },
  );
});

test('repairs what it would refuse for half a character, and only that', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const strict = parseJson(bytes);
      const repaired = parseJson(bytes, { repairSurrogates: true });
      if (strict.ok) return assert.ok(repaired.ok && repaired.value.repaired === 0 && repaired.value.bytes === bytes);
      if (!repaired.ok) return;
      assert.ok(repaired.value.repaired > 0);
      const again = parsed(repaired.value.bytes);
      assert.deepEqual(again?.value, repaired.value.value);
    }),
    { numRuns },
  );
});

test('spans are exactly the text of their values', () => {
  fc.assert(
    fc.property(bytesOfText, (bytes) => {
      const document = parsed(bytes);
      if (document === undefined) return;
      for (const path of pathsOf(document.value)) {
        const span = document.span(path);
        assert.ok(span, JSON.stringify(path));
        const text = bytes.subarray(span.start, span.end);
        assert.equal(text.toString().trim(), text.toString());
        assert.deepEqual(reference(text), at(document.value, path));
        const elements = document.elements(path);
        assert.deepEqual(
          elements,
          Array.isArray(reference(text)) ? elements?.map((_, index) => document.span([...path, index])) : undefined,
        );
      }
    }),
    { numRuns },
  );
});

test('edits leave JSON with exactly the change', () => {
  fc.assert(
    fc.property(
      bytesOfText,
      fc.nat(),
      fc.string({ unit: letter, maxLength: 2 }),
      jsonText,
      fc.infiniteStream(fc.boolean()),
      (bytes, pick, key, text, wishes) => {
        const document = parsed(bytes);
        if (document === undefined || parsed(Buffer.from(text)) === undefined) return;
        const paths = [...pathsOf(document.value)];
        const path = paths[pick % paths.length] ?? [];
        const target = at(document.value, path);
        if (Array.isArray(target)) {
          const keep = target.map(() => wishes.next().value === true);
          const edited = parsed(removeElements(document, path, (index) => keep[index] === true));
          assert.deepEqual(
            edited && at(edited.value, path),
            target.filter((_, index) => keep[index]),
          );
        } else if (typeof target === 'object' && target !== null) {
          const set = parsed(setMember(document, path, key, text));
          assert.deepEqual(
            set && at(set.value, path),
            Object.fromEntries([...Object.entries(target), [key, reference(Buffer.from(text))]]),
          );
          const names = Object.keys(target);
          const name = names[pick % (names.length + 1)] ?? key;
          const removed = parsed(removeMember(document, path, name));
          assert.deepEqual(
            removed && at(removed.value, path),
            Object.fromEntries(Object.entries(target).filter(([other]) => other !== name)),
          );
        }
      },
    ),
    { numRuns },
  );
});

test('the canonical form reads back as the same value and is its own canonical form', () => {
  fc.assert(
    fc.property(bytesOfText, fc.func(fc.integer()), (bytes, order) => {
      const value = parsed(bytes)?.value;
      if (value === undefined) return;
      const canonical = canonicalJson(value);
      const again = parsed(Buffer.from(canonical))?.value;
      assert.ok(again !== undefined);
      assert.deepEqual(again, shuffle(value, order));
      assert.equal(canonicalJson(again), canonical);
      assert.equal(canonicalJson(shuffle(value, order)), canonical);
    }),
    { numRuns },
  );
});

/** The same value with its members in another order, and 0 for -0, as RFC 8785 has it. */
function shuffle(value: JsonValue, order: (...input: readonly string[]) => number): JsonValue {
  if (typeof value === 'number') return value + 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => shuffle(element, order));
  const members = Object.entries(value).map(([key, member]) => [key, shuffle(member, order)] as const);
  return Object.fromEntries(members.toSorted(([a], [b]) => order(a) - order(b)));
}
