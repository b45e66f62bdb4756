// Runs the .case files beside it. Their format is in README.md.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { compilePolicy, policySchema } from '../../../src/policies/index.ts';
import type { JsonValue } from '../../../src/mcp/index.ts';
import type { PolicyDocument, Subject } from '../../../src/policies/index.ts';

interface Request {
  readonly line: string;
  readonly agent: string;
  readonly groups: readonly string[];
  readonly server: string;
  readonly subject: Subject;
  readonly labels: readonly string[];
  readonly args: JsonValue;
  readonly verdict: string;
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);

const parseWants = (wants: string): Pick<Request, 'subject' | 'labels' | 'args'> => {
  const [, kind = '', name, labels = '', args = '{}'] = /^([a-z]+)(?: (.*?))?(?: +\[([^\]]*)\])?(?: +(\{.*\}))?$/.exec(wants) ?? [];
  const rest = { labels: listOf(labels), args: JSON.parse(args) };
  if (kind === 'server' && name === undefined) return { subject: { kind }, ...rest };
  assert.ok(kind === 'tool' || kind === 'prompt' || kind === 'resource', `${wants}: must be server, or tool, prompt or resource and a name`);
  return { subject: { kind, name: name ?? '' }, ...rest };
};

const parseRequest = (line: string): Request => {
  const [who = '', server = '', wants = '', verdict = '', ...more] = line.split('|').map((column) => column.trim());
  const [, agent, groups = ''] = /^([^ ]+)(?: +\[(.*)\])?$/.exec(who) ?? [];
  assert.ok(agent !== undefined && more.length === 0 && /^(allow|ask|deny) [^ ]+$/.test(verdict), `not a request: ${line}`);
  return { line, agent, groups: listOf(groups), server, ...parseWants(wants), verdict };
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
  assert.ok(files.length >= 9);
});

for (const file of files) {
  test(`the policy of ${file} says what the file says`, () => {
    const { document, requests } = parseCase(readFileSync(new URL(file, folder), 'utf8'));
    assert.ok(requests.length > 0);
    const named = document.rules.flatMap((rule) => rule.servers).filter((server) => !/[*?]/.test(server));
    const policy = compilePolicy(document, { servers: [...new Set([...named, ...requests.map(({ server }) => server)])] });
    assert.ok(policy.ok);
    for (const { line, agent, groups, server, subject, labels, args, verdict } of requests) {
      const judged = policy.value.judge({
        principal: { tenant: 'default', agent, user: undefined, groups, attributes: {}, keyId: 'key_0' },
        server,
        subject,
        tool: subject.kind === 'tool' ? { labels, class: undefined, fingerprint: undefined } : undefined,
        args: subject.kind === 'tool' || subject.kind === 'prompt' ? args : undefined,
        request: { timeMs: 0, era: 'modern', source: '127.0.0.1', listener: 'main' },
      });
      assert.equal(`${judged.kind} ${judged.rule ?? '-'}`, verdict, line);
    }
  });
}
