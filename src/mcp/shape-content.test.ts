import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mapChanged, shapeBlock, shapeBlocks, shapeSamplingMessage } from './shape-content.ts';
import type { JsonValue } from './types.ts';

describe('a block that the revision does not have is said in text', () => {
  const cases: readonly (readonly [JsonValue, string, string | undefined])[] = [
    [
      { type: 'audio', data: 'AAAAAAAA', mimeType: 'audio/wav' },
      '2024-11-05',
      '[audio (audio/wav), about 6 bytes, which MCP 2024-11-05 cannot carry]',
    ],
    [{ type: 'audio', data: 'AAAA' }, '2025-03-26', undefined],
    [{ type: 'resource_link', uri: 'a:b', name: 'n', title: 't', description: 'd' }, '2025-03-26', '[t](a:b): d'],
    [{ type: 'resource_link', uri: 'a:b', name: 'n', mimeType: 'text/plain' }, '2024-11-05', '[n](a:b) (text/plain)'],
    [{ type: 'resource_link' }, '2024-11-05', '[resource]()'],
    [{ type: 'resource_link', uri: 'a:b' }, '2025-06-18', undefined],
    [{ type: 'hologram' }, '2025-11-25', "[content of the type 'hologram', which MCP 2025-11-25 cannot carry]"],
    [{ type: 1 }, '2025-11-25', "[content of the type 'unknown', which MCP 2025-11-25 cannot carry]"],
    [{ type: 1, data: 'AAAA' }, '2025-11-25', '[content, about 3 bytes, which MCP 2025-11-25 cannot carry]'],
    ['no block', '2024-11-05', undefined],
  ];
  for (const [block, revision, text] of cases)
    test(`${JSON.stringify(block)} for ${revision}`, () => {
      const shaped = shapeBlock(block, revision);
      if (text === undefined) assert.equal(shaped, block);
      else assert.deepEqual(shaped, { type: 'text', text });
    });

  test('a note has an end, whatever a server calls its things', () => {
    const [note] = shapeBlocks([{ type: 'resource_link', uri: 'x'.repeat(100_000) }], '2024-11-05');
    assert(typeof note === 'object' && note !== null && 'text' in note);
    assert(typeof note['text'] === 'string');
    assert.equal(note['text'].length, 2_000);
  });
});

describe('sampling before 2025-11-25 has one block a message', () => {
  const text = (words: string): JsonValue => ({ type: 'text', text: words });
  const cases: readonly (readonly [JsonValue, JsonValue])[] = [
    [{ content: [text('a')] }, { content: text('a') }],
    [{ content: [text('a'), text('b')] }, { content: text('a\nb') }],
    [
      { content: [text('a'), { type: 'image', data: 'AAAA' }, 1] },
      { content: text('a\n[image, about 3 bytes, which MCP 2025-06-18 cannot carry]\n') },
    ],
    [{ content: [] }, { content: text('') }],
    [{ content: { type: 'tool_use' } }, { content: text("[content of the type 'tool_use', which MCP 2025-06-18 cannot carry]") }],
    [{ content: text('a') }, { content: text('a') }],
    ['none', 'none'],
  ];
  for (const [message, expected] of cases)
    test(JSON.stringify(message), () => {
      assert.deepEqual(shapeSamplingMessage(message, '2025-06-18'), expected);
      assert.equal(shapeSamplingMessage(message, '2025-11-25'), message);
    });
});

test('an array in which nothing changes is the same array', () => {
  const values = [1, 2];
  assert.equal(
    mapChanged(values, (value) => value),
    values,
  );
  assert.deepEqual(
    mapChanged(values, () => 3),
    [3, 3],
  );
  assert.deepEqual(values, [1, 2]);
});
