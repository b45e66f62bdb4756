// Runs the .case files beside it. Their format is in README.md.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { compilePolicy, policySchema } from '../../../src/policies/index.ts';
import type { PolicyDocument, Subject } from '../../../src/policies/index.ts';

interface Request {
  readonly line: string;
  readonly agent: string;
  readonly groups: readonly string[];
  readonly server: string;
  readonly subject: Subject;
  readonly verdict: string;
}

const parseSubject = (wants: string): Subject => {
  const [kind = '', ...name] = wants.split(' ');
  if (kind === 'server' && name.length === 0) return { kind };
  assert.ok(kind === 'tool' || kind === 'prompt' || kind === 'resource', `${wants}: must be server, or tool, prompt or resource and a name`);
  return { kind, name: name.join(' ') };
};

const parseRequest = (line: string): Request => {
  const [who = '', server = '', wants = '', verdict = '', ...more] = line.split('|').map((column) => column.trim());
  const [, agent, groups = ''] = /^([^ ]+)(?: +\[(.*)\])?$/.exec(who) ?? [];
  assert.ok(agent !== undefined && more.length === 0 && /^(allow|deny) [^ ]+$/.test(verdict), `not a request: ${line}`);
  return { line, agent, groups: groups.split(',').map((group) => group.trim()).filter(Boolean), server, subject: parseSubject(wants), verdict };
};

const parseCase = (text: string): { readonly document: PolicyDocument; readonly requests: readonly Request[] } => {
  const parts = text.split(/^---\n/m);
  const [prose = '', policy = '', requests = ''] = parts;
  assert.ok(parts.length === 3 && prose.trim() !== '', 'a case has three parts, the first of which says what it shows');
  const lines = requests.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return { document: policySchema.parse(parse(policy)), requests: lines.map(parseRequest) };
};

const folder = new URL('.', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.case'));

test('there are cases', () => {
  assert.ok(files.length >= 6);
});

for (const file of files) {
  test(`the policy of ${file} says what the file says`, () => {
    const { document, requests } = parseCase(readFileSync(new URL(file, folder), 'utf8'));
    assert.ok(requests.length > 0);
    const named = document.rules.flatMap((rule) => rule.servers).filter((server) => !/[*?]/.test(server));
    const policy = compilePolicy(document, { servers: [...new Set([...named, ...requests.map(({ server }) => server)])] });
    assert.ok(policy.ok);
    for (const { line, agent, groups, server, subject, verdict } of requests) {
      const principal = { tenant: 'default', agent, user: undefined, groups, attributes: {}, keyId: 'key_0' };
      const decided = policy.value.decide(principal, server, subject);
      assert.equal(`${decided.kind} ${decided.rule ?? '-'}`, verdict, line);
    }
  });
}
