// The examples of the policy guide are policies and configs that load without an error or a warning.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { parseConfig } from '../src/config/parse.ts';
import { checkPolicy, compilePolicy, KNOWN_LABELS, policySchema } from '../src/policies/index.ts';
import { VARIABLES } from '../src/policies/condition/language.ts';
import { FUNCTIONS, METHODS } from '../src/policies/condition/functions.ts';
import { LOOPS } from '../src/policies/condition/loops.ts';

const GUIDE = readFileSync(new URL('../docs/policies.md', import.meta.url), 'utf8');
const examples = Array.from(GUIDE.matchAll(/^```yaml\n(.*?)^```$/gms), ([, text = '']) => text);

test('there are examples', () => assert.ok(examples.length >= 4));

examples.forEach((text, i) => {
  test(`example ${i + 1} of the guide loads`, () => {
    const document: unknown = parse(text);
    assert.ok(typeof document === 'object' && document !== null);
    if ('version' in document) {
      const files = {
        read: () => ({ ok: false, error: 'does not exist' }) as const,
        look: () => ({ kind: 'absent', reason: 'does not exist' }) as const,
        list: () => ({ ok: false, error: 'does not exist' }) as const,
      };
      const parsed = parseConfig(text, { file: '/srv/sallyport.yaml', env: {}, files, cores: 2 });
      assert.deepEqual(parsed.problems, []);
      assert.ok(parsed.shard !== undefined);
      assert.ok(compilePolicy(parsed.shard.policy, { servers: parsed.shard.servers.map(({ name }) => name) }).ok);
      return;
    }
    const policy = policySchema.parse(document);
    const servers = [...new Set(policy.rules.flatMap((rule) => rule.servers))].filter((name) => name !== '*');
    assert.deepEqual(checkPolicy(policy, { servers, labels: KNOWN_LABELS }), []);
    assert.ok(compilePolicy(policy, { servers }).ok);
  });
});

test('the guide names everything that conditions have', () => {
  for (const name of [...VARIABLES, ...FUNCTIONS.keys(), ...METHODS.keys(), ...LOOPS, ...KNOWN_LABELS])
    assert.ok(new RegExp(`\`[^\`]*\\b${name}\\b`).test(GUIDE), `the guide does not name ${name}`);
});
