// The names by which policy filters a list.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listElements, METHODS, parseJson } from './index.ts';

describe('names in a list', () => {
  const cases: readonly (readonly [string, string, readonly (string | undefined)[]])[] = [
    ['tools/list', '{"result":{"tools":[{"name":"a"},{"name":"b"},{"name":"a"}]}}', ['a', 'b', 'a']],
    ['resources/list', '{"result":{"resources":[{"name":"n","uri":"u"}]}}', ['u']],
    ['resources/templates/list', '{"result":{"resourceTemplates":[{"uriTemplate":"x://{id}"}]}}', ['x://{id}']],
    ['prompts/list', '{"result":{"prompts":[]}}', []],
    [
      'tools/list',
      '{"result":{"tools":[{"title":"a"},{"name":7},"a",null,["a"],{"name":""}]}}',
      [undefined, undefined, undefined, undefined, undefined, ''],
    ],
    ['tools/list', '{"result":{"tools":{"name":"a"}}}', []],
    ['tools/list', '{"result":{"prompts":[{"name":"a"}]}}', []],
    ['tools/list', '{"result":[]}', []],
    ['tools/list', '[]', []],
    ['tools/call', '{"result":{"tools":[{"name":"a"}]}}', []],
  ];
  for (const [method, text, names] of cases) {
    test(`${method} ${text}`, () => {
      const document = parseJson(Buffer.from(text));
      const rule = METHODS.get(method);
      assert.ok(document.ok && rule);
      assert.deepEqual(listElements(document.value, rule), names);
    });
  }
});
