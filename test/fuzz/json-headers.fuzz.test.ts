// Fuzz targets of what stands between JSON and headers: any text survives its header, no header throws, messages and schemas of
// any shape are read or refused. SALLYPORT_FUZZ_RUNS sets the number of runs per property; failures print their seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  checkAnswer,
  checkHeaderParams,
  checkModernNotification,
  checkModernRequest,
  classifyEra,
  decodeHeaderValue,
  encodeHeaderValue,
  headerParamValues,
  METHODS,
  parseJson,
  readAnswerMessage,
  readMessage,
  readSubject,
  scanHeaderParams,
} from '../../src/mcp/index.ts';
import type { JsonDocument, JsonObject, JsonValue } from '../../src/mcp/index.ts';

const numRuns = Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 500);
const FIELD_VALUE = /^[\t\x20-\x7e]*$/;

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('=', '?', 'b', 'base64', 'A', '=?base64?', '?=', ' ', '\t', '\r', '\n', 'é', '\u007f', '\u0000') }),
);
const raw = fc.oneof(
  text,
  fc.string({ unit: 'binary' }),
  fc.base64String().map((base64) => `=?base64?${base64}?=`),
);

test('any text survives its header', () => {
  fc.assert(
    fc.property(text, (value) => {
      const header = encodeHeaderValue(value);
      assert.match(header, FIELD_VALUE);
      assert.equal(header, header.trim());
      assert.notEqual(header, '');
      assert.deepEqual(decodeHeaderValue(header), { ok: true, value });
    }),
    { numRuns },
  );
});

test('a header is refused, or means one text', () => {
  fc.assert(
    fc.property(raw, (header) => {
      const decoded = decodeHeaderValue(header);
      if (!FIELD_VALUE.test(header.replaceAll(/^[ \t]+|[ \t]+$/g, ''))) return assert.ok(!decoded.ok);
      if (decoded.ok) assert.deepEqual(decodeHeaderValue(encodeHeaderValue(decoded.value)), decoded);
    }),
    { numRuns },
  );
});

const jsonValue = fc.jsonValue({ maxDepth: 3, stringUnit: fc.constantFrom('a', 'é', '"') });
const member = (key: string, ...values: readonly JsonValue[]) =>
  fc.oneof(
    fc.constant({}),
    fc.constantFrom(...values).map((value) => ({ [key]: value })),
    jsonValue.map((value) => ({ [key]: value })),
  );
const merged = (...parts: readonly fc.Arbitrary<object>[]) => fc.tuple(...parts).map((members) => Object.assign({}, ...members));
const methods = [...METHODS.keys(), 'constructor', '__proto', ''];
const meta = merged(
  member('io.modelcontextprotocol/protocolVersion', '2026-07-28', '2025-11-25', 'v999'),
  member('io.modelcontextprotocol/clientCapabilities', {}, { elicitation: {} }),
  member('progressToken', 1, 'a'),
);
const params = merged(
  member('name', 'a', 'é'),
  member('uri', 'a'),
  member('taskId', 'a'),
  member('ref', { type: 'ref/prompt', name: 'a' }),
  fc.oneof(
    fc.constant({}),
    meta.map((_meta) => ({ _meta })),
  ),
);
const messageValue = fc.oneof(
  jsonValue,
  merged(
    fc.constant({ jsonrpc: '2.0' }),
    member('id', 1, 'a', null),
    member('method', ...methods),
    member('result', {}, { resultType: 'input_required', requestState: 's' }, { tools: [] }),
    member('error', { code: 1 }),
    fc.oneof(
      fc.constant({}),
      params.map((value) => ({ params: value })),
    ),
  ),
);
const header = fc.option(fc.oneof(fc.constantFrom('2026-07-28', '2025-11-25', 'tools/call', 'a', '=?base64?w6k=?='), raw), {
  nil: undefined,
});

function documentOf(value: JsonValue): JsonDocument {
  const parsed = parseJson(Buffer.from(JSON.stringify(value)));
  assert.ok(parsed.ok);
  return parsed.value;
}

test('messages of any shape are read or refused', () => {
  const asked = fc.record({
    id: fc.constantFrom(1, 'a', undefined),
    method: fc.constantFrom(...methods),
    era: fc.constantFrom('modern' as const, 'legacy' as const),
  });
  fc.assert(
    fc.property(
      messageValue,
      fc.record({ protocolVersion: header, method: header, name: header, sessionId: header }),
      asked,
      (value, headers, question) => {
        const document = documentOf(value);
        const message = readMessage(document);
        if (message.ok) {
          classifyEra(message.value, headers);
          const request = checkModernRequest(message.value, headers);
          const notification = checkModernNotification(message.value, headers);
          assert.ok(!request.ok || !notification.ok);
          if (request.ok) {
            assert.ok(request.value.rule.eras.includes('modern') && request.value.revision === '2026-07-28');
            readSubject(request.value.method, request.value.rule, request.value.params);
          }
        }
        const answer = readAnswerMessage(document);
        assert.ok(answer.ok || !message.ok);
        if (answer.ok) checkAnswer(answer.value, question);
      },
    ),
    { numRuns: numRuns * 2 },
  );
});

const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: merged(
    member('type', 'string', 'integer', 'boolean', 'number', 'object'),
    member('x-mcp-header', 'A', 'a', 'B', 'C', 'a b', ''),
    fc.oneof(
      { maxDepth: 3, depthIdentifier: 'schema' },
      fc.constant({}),
      fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('schema')).map((properties) => ({ properties })),
    ),
    fc.oneof(
      { maxDepth: 3, depthIdentifier: 'schema' },
      fc.constant({}),
      fc.tuple(fc.constantFrom('items', 'not', '$defs', 'default'), tie('schema')).map(([key, value]) => ({ [key]: value })),
    ),
  ),
}));

test('what is sent for a schema and its arguments is what is taken for them', () => {
  const args = fc.dictionary(
    fc.constantFrom('a', 'b', 'constructor'),
    fc.oneof(fc.integer(), text, fc.boolean(), fc.constant(null), fc.dictionary(fc.constantFrom('a', 'b'), text)),
  );
  fc.assert(
    fc.property(schema, args, (inputSchema, given) => {
      const scanned = scanHeaderParams(inputSchema);
      if (!scanned.ok) return;
      const sent = headerParamValues(scanned.value, given);
      const headers = new Map(sent.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), sent[index + 1] ?? '']] : [])));
      assert.equal(headers.size * 2, sent.length);
      assert.deepEqual(
        checkHeaderParams(scanned.value, given, (name) => headers.get(name)),
        { ok: true, value: undefined },
      );
      for (const name of headers.keys()) {
        assert.ok(
          !checkHeaderParams(scanned.value, given, (other) => (other === name ? undefined : headers.get(other))).ok,
          'none may be missing',
        );
      }
    }),
    { numRuns },
  );
});
