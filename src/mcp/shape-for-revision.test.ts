// Each revision gets what it has words for, and everything else stays as it was written.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseJson } from './parse-json.ts';
import { shapeNotification, shapeResult, shapeServerCapabilities } from './shape-for-revision.ts';
import type { ModernSource } from './shape-for-revision.ts';
import type { JsonDocument } from './types.ts';

function parse(text: string): JsonDocument {
  const parsed = parseJson(Buffer.from(text));
  assert.ok(parsed.ok);
  return parsed.value;
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const result = (text: string): JsonDocument => parse(`{"jsonrpc":"2.0","id":1,"result":${text}}`);

function shaped(text: string, method: string, revision: string, modern?: ModernSource): string {
  const whole = textOf(shapeResult(result(text), method, { revision, modern }));
  return whole.slice(whole.indexOf('"result":') + '"result":'.length, -1);
}

function modernSource(tools: readonly string[] = [], tool?: string): ModernSource {
  const names = new Set(tools);
  return {
    tool,
    wrapped: {
      has: (name) => names.has(name),
      add: (name) => names.size < 2 && names.add(name).has(name),
      delete: (name) => void names.delete(name),
    },
  };
}

describe('what only the modern era says', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"resultType":"complete","ttlMs":1,"cacheScope":"public","x":1.50}', '{"x":1.50}'],
    ['{"_meta":{"io.modelcontextprotocol/serverInfo":{}},"x":1}', '{"x":1}'],
    ['{"_meta":{"io.modelcontextprotocol/serverInfo":{},"a/b":1},"x":1}', '{"_meta":{"a/b":1},"x":1}'],
    ['{"_meta":{"a/b":1e0},"x":1}', '{"_meta":{"a/b":1e0},"x":1}'],
    ['{"_meta":1}', '{"_meta":1}'],
  ];
  for (const [text, expected] of cases) {
    test(`${text}`, () => {
      assert.equal(shaped(text, 'resources/read', '2025-11-25', modernSource()), expected);
      assert.equal(shaped(text, 'resources/read', '2024-11-05'), text, 'from a legacy server it is its own');
    });
  }
  test('the id under which the agent asked', () => {
    const bytes = shapeResult(result('{}'), 'x', { revision: '2025-11-25', modern: { ...modernSource(), id: 'a"' } });
    assert.equal(textOf(bytes), '{"jsonrpc":"2.0","id":"a\\"","result":{}}');
  });
  test('a result that is no object, which the judge refuses, is left alone', () => {
    assert.equal(shaped('[1]', 'tools/list', '2024-11-05'), '[1]');
  });
});

describe('results of tools', () => {
  const both = '{"content":[{"type":"text","text":"1"}],"structuredContent":{"a":1.0}}';
  const cases: readonly (readonly [string, string, string])[] = [
    [both, '2025-06-18', both],
    [both, '2025-03-26', '{"content":[{"type":"text","text":"1"}]}'],
    ['{"content":[],"structuredContent":{"a":1.0}}', '2024-11-05', '{"content":[{"type":"text","text":"{\\"a\\":1.0}"}]}'],
    ['{"structuredContent":[1.0]}', '2025-11-25', '{"content":[],"structuredContent":{"value":[1.0]}}'],
    ['{"content":[],"structuredContent":null}', '2025-06-18', '{"content":[],"structuredContent":{"value":null}}'],
    ['{"content":[],"isError":true}', '2024-11-05', '{"content":[],"isError":true}'],
    [
      '{"content":[{"type":"image"},{"type":"audio","data":"AAAA"}]}',
      '2025-03-26',
      '{"content":[{"type":"image"},{"type":"audio","data":"AAAA"}]}',
    ],
  ];
  for (const [text, revision, expected] of cases)
    test(`${text} for ${revision}`, () => assert.equal(shaped(text, 'tools/call', revision), expected));

  test('an object is wrapped as well where its tool was listed so', () => {
    const text = '{"content":[],"structuredContent":{"a":1}}';
    assert.equal(
      shaped(text, 'tools/call', '2025-11-25', modernSource(['t'], 't')),
      '{"content":[],"structuredContent":{"value":{"a":1}}}',
    );
    assert.equal(shaped(text, 'tools/call', '2025-11-25', modernSource(['t'], 'u')), text);
  });
});

describe('lists', () => {
  const tool =
    '{"name":"t","title":"T","inputSchema":{"type":"object"},"outputSchema":{"type":"object"},"annotations":{},"icons":[],"execution":{},"_meta":{}}';
  const cases: readonly (readonly [string, string])[] = [
    ['2024-11-05', '{"name":"t","inputSchema":{"type":"object"}}'],
    ['2025-03-26', '{"name":"t","inputSchema":{"type":"object"},"annotations":{}}'],
    ['2025-06-18', '{"name":"t","title":"T","inputSchema":{"type":"object"},"outputSchema":{"type":"object"},"annotations":{},"_meta":{}}'],
    ['2025-11-25', tool],
  ];
  for (const [revision, expected] of cases)
    test(`tools for ${revision}; those that need no change are copied`, () => {
      const plain = '{ "name" : "p", "inputSchema":{"maximum":1e2} }';
      assert.equal(
        shaped(`{"tools":[${plain},${tool}],"nextCursor":""}`, 'tools/list', revision),
        `{"tools":[${plain},${expected}],"nextCursor":""}`,
      );
    });

  test('what is no tool is left for others to refuse', () => {
    assert.equal(shaped('{"tools":[1,null]}', 'tools/list', '2024-11-05', modernSource()), '{"tools":[1,null]}');
    assert.equal(shaped('{"tools":{}}', 'tools/list', '2024-11-05'), '{"tools":{}}');
  });

  const schemas: readonly (readonly [string, string])[] = [
    ['{"type":"object"}', ',"outputSchema":{"type":"object"}'],
    ['{"type":"array"}', ',"outputSchema":{"type":"object","properties":{"value":{"type":"array"}},"required":["value"]}'],
    ['true', ',"outputSchema":{"type":"object","properties":{"value":true},"required":["value"]}'],
    ['{"$ref":"#/$defs/a"}', ''],
  ];
  for (const [schema, expected] of schemas)
    test(`the output schema ${schema} of a modern server`, () => {
      const source = modernSource();
      const text = shaped(`{"tools":[{"name":"t","outputSchema":${schema},"execution":{}}]}`, 'tools/list', '2025-11-25', source);
      assert.equal(text, `{"tools":[{"name":"t"${expected}}]}`);
      assert.equal(source.wrapped.has('t'), expected.includes('value'));
    });

  test('a tool that is listed anew is remembered anew, and no more of them than there is room for', () => {
    const source = modernSource(['t', 'u']);
    assert.equal(shaped('{"tools":[{"name":"v","outputSchema":true}]}', 'tools/list', '2025-11-25', source), '{"tools":[{"name":"v"}]}');
    shaped('{"tools":[{"name":"t"}]}', 'tools/list', '2025-11-25', source);
    assert.equal(source.wrapped.has('t'), false);
  });

  test('tasks are not spoken of across the eras, nor nameless tools touched', () => {
    const source = modernSource();
    assert.equal(shaped('{"tools":[{"name":"t","execution":{}}]}', 'tools/list', '2025-11-25', source), '{"tools":[{"name":"t"}]}');
    assert.equal(shaped('{"tools":[{"outputSchema":true}]}', 'tools/list', '2025-11-25', source), '{"tools":[{"outputSchema":true}]}');
  });

  test('prompts with their arguments, resources, templates', () => {
    const prompt =
      '{"prompts":[{"name":"p","title":"P","arguments":[{"name":"a","title":"A"},1]},{"name":"q","arguments":[{"name":"a"}]}]}';
    assert.equal(
      shaped(prompt, 'prompts/list', '2025-03-26'),
      '{"prompts":[{"name":"p","arguments":[{"name":"a"},1]},{"name":"q","arguments":[{"name":"a"}]}]}',
    );
    assert.equal(shaped('{"prompts":[1]}', 'prompts/list', '2025-03-26'), '{"prompts":[1]}');
    for (const [method, member] of [
      ['resources/list', 'resources'],
      ['resources/templates/list', 'resourceTemplates'],
    ] as const)
      assert.equal(shaped(`{"${member}":[{"uri":"a:b","icons":[]}]}`, method, '2025-06-18'), `{"${member}":[{"uri":"a:b"}]}`);
  });
});

describe('prompts and the welcome', () => {
  test('the one block of a message', () => {
    const text = '{"messages":[{"role":"user","content":{"type":"audio","data":"AAAA","mimeType":"audio/wav"}},{"role":"user"},1]}';
    assert.match(shaped(text, 'prompts/get', '2024-11-05'), /audio \(audio\/wav\), about 3 bytes, which MCP 2024-11-05 cannot carry/);
    assert.equal(shaped(text, 'prompts/get', '2025-03-26'), text);
  });
  test('initialize', () => {
    const text = '{"capabilities":{"completions":{},"tools":{}},"serverInfo":{"name":"a","title":"A","websiteUrl":"u"}}';
    assert.equal(shaped(text, 'initialize', '2024-11-05'), '{"capabilities":{"tools":{}},"serverInfo":{"name":"a"}}');
    assert.equal(
      shaped(text, 'initialize', '2025-06-18'),
      '{"capabilities":{"completions":{},"tools":{}},"serverInfo":{"name":"a","title":"A"}}',
    );
    for (const whole of [text.replaceAll(',"websiteUrl":"u"', ''), '{}']) {
      assert.equal(shaped(whole, 'initialize', '2025-11-25'), whole);
    }
  });
  test('capabilities of a modern server: those that the revision has, and objects only', () => {
    const offered = { tools: { listChanged: true }, completions: {}, extensions: {}, tasks: {}, logging: true, experimental: {} };
    assert.deepEqual(shapeServerCapabilities(offered, '2025-11-25'), { tools: { listChanged: true }, completions: {}, experimental: {} });
    assert.deepEqual(shapeServerCapabilities(offered, '2024-11-05'), { tools: { listChanged: true }, experimental: {} });
  });
});

describe('notifications', () => {
  const progress = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1.0,"message":"half"}}';
  const cases: readonly (readonly [string, string, boolean, string])[] = [
    [progress, '2025-03-26', false, progress],
    [progress, '2024-11-05', false, progress.replace(',"message":"half"', '')],
    ['{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1},"uri":"a"}}', '2025-11-25', true, '{"params":{"uri":"a"}}'],
    [
      '{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}',
      '2025-11-25',
      false,
      '{"params":{"_meta":{"io.modelcontextprotocol/subscriptionId":1}}}',
    ],
    ['{"jsonrpc":"2.0"}', '2024-11-05', true, '{"jsonrpc":"2.0"}'],
  ];
  for (const [text, revision, isModern, expected] of cases)
    test(`${text} for ${revision}`, () => {
      const reader = { revision, ...(isModern && { modern: modernSource() }) };
      assert.equal(textOf(shapeNotification(parse(text), 'notifications/progress', reader)), expected);
    });
});
