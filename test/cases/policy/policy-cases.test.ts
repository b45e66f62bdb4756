// Runs the .case files beside it, by the code that runs those of a config. Their format is in README.md.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { isGlob } from '../../../src/base/index.ts';
import { compilePolicy, compileToolFacts, parseCases, policySchema, runCases } from '../../../src/policies/index.ts';

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.case'));

test('there are cases', () => {
  assert.ok(files.length >= 9);
});

for (const file of files) {
  test(`the policy of ${file} says what the file says`, () => {
    const { prose, policy: written, cases, mistakes } = parseCases(readFileSync(new URL(file, folder), 'utf8'));
    assert.deepEqual(mistakes, []);
    assert.ok(prose !== '', 'a file says what it shows');
    assert.ok(written !== undefined && cases.length > 0);
    const document = policySchema.parse(parse(written.text));
    const named = document.rules.flatMap((rule) => rule.servers).filter((server) => !isGlob(server));
    const servers = [...new Set([...named, ...cases.map(({ question }) => question.server)])];
    const policy = compilePolicy(document, { servers });
    assert.ok(policy.ok);
    for (const { expected } of cases) assert.notEqual(expected.rule, undefined, 'a case says which rule decides');
    assert.deepEqual(runCases(cases, { policy: policy.value, servers, toolFacts: compileToolFacts([]), serverLabels: () => [] }), []);
  });
}
