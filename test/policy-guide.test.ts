// The examples of the policy guide, read from it and run: policies load without an error or a warning, cases hold against the policy above them,
// and commands print, in a folder with the files that the guide shows, exactly what the guide says.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { openAuditLog } from '../src/audit/index.ts';
import { labelsIn } from '../src/config/index.ts';
import { parseConfig } from '../src/config/parse.ts';
import { checkPolicy, compilePolicy, compileToolFacts, KNOWN_LABELS, parseCases, policySchema, runCases } from '../src/policies/index.ts';
import type { CaseBed, PolicyDocument } from '../src/policies/index.ts';
import { VARIABLES } from '../src/policies/condition/language.ts';
import { FUNCTIONS, METHODS } from '../src/policies/condition/functions.ts';
import { LOOPS } from '../src/policies/condition/loops.ts';
import { sallyport } from './harness/index.ts';

const GUIDE = readFileSync(new URL('../docs/policies.md', import.meta.url), 'utf8');

/** A block of the guide: what it is, what its file is called, and where it stands. */
interface Block {
  readonly language: string;
  readonly name: string;
  readonly text: string;
  readonly line: number;
}
const blocks: readonly Block[] = Array.from(
  GUIDE.matchAll(/^```(\w*) ?(.*)\n([^]*?)^```$/gm),
  ({ 1: language = '', 2: name = '', 3: text = '', index }) => ({
    language,
    name,
    text,
    line: GUIDE.slice(0, index).split('\n').length,
  }),
);

test('every block of the guide is of a kind that is run', () => {
  assert.ok(blocks.length >= 20);
  for (const { language, name, line } of blocks)
    assert.ok(
      language === 'yaml' || language === 'console' || (language === 'text' && (name === 'cases' || name.endsWith('.case'))),
      `line ${line}`,
    );
});

const NO_FILES = {
  read: () => ({ ok: false, error: 'does not exist' }) as const,
  look: () => ({ kind: 'absent', reason: 'does not exist' }) as const,
  list: () => ({ ok: false, error: 'does not exist' }) as const,
};

/** A whole config, or the rules alone; then the servers are those that it names. */
const bedOf = (text: string): CaseBed => {
  const document: unknown = parse(text);
  assert.ok(typeof document === 'object' && document !== null);
  if ('version' in document) {
    const parsed = parseConfig(text, { file: '/srv/sallyport.yaml', env: {}, files: NO_FILES, cores: 2 });
    assert.deepEqual(parsed.problems, []);
    assert.ok(parsed.shard !== undefined);
    const { servers, policy } = parsed.shard;
    return compiled(
      policy,
      servers.map(({ name }) => name),
      { toolFacts: compileToolFacts(servers), serverLabels: labelsIn(servers) },
    );
  }
  const policy = policySchema.parse(document);
  const servers = [...new Set(policy.rules.flatMap((rule) => rule.servers))].filter((name) => name !== '*');
  assert.deepEqual(checkPolicy(policy, { servers, labels: KNOWN_LABELS }), []);
  return compiled(policy, servers, { toolFacts: compileToolFacts([]), serverLabels: () => [] });
};
const compiled = (document: PolicyDocument, servers: readonly string[], facts: Pick<CaseBed, 'toolFacts' | 'serverLabels'>): CaseBed => {
  const policy = compilePolicy(document, { servers });
  assert.ok(policy.ok);
  return { policy: policy.value, servers, ...facts };
};

let bed: CaseBed | undefined;
for (const { language, name, text, line } of blocks) {
  if (language === 'yaml') {
    bed = bedOf(text);
    test(`the policy in line ${line} loads`, () => assert.ok(bedOf(text).policy.rules.length > 0));
  } else if (name === 'cases') {
    const above = bed;
    test(`the cases in line ${line} hold`, () => {
      const { cases, mistakes } = parseCases(text);
      assert.deepEqual(mistakes, []);
      assert.ok(above !== undefined && cases.length > 0);
      assert.deepEqual(runCases(cases, above), []);
    });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-guide-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the commands of the guide print what it says', async () => {
  let commands = 0;
  for (const { language, name, text, line } of blocks) {
    if (language !== 'console') {
      if (name === '' || name === 'cases') continue;
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
      continue;
    }
    const [command = '', ...lines] = text.split('\n');
    if (command === '$ sallyport policy replay') await writeRecord();
    const { stdout, stderr } = await sallyport(command.replace(/^\$ sallyport /, '').split(' '), { cwd: folder });
    assert.equal(stdout.trimEnd() + stderr, lines.join('\n').trimEnd(), `line ${line}`);
    commands++;
  }
  assert.ok(commands >= 5);
});

/** What the guide replays: calls that were let through by the rules before. */
const writeRecord = async (): Promise<void> => {
  await sallyport(['agents', 'add', 'billing', '--group', 'finance', '--group', 'staff', '--no-key'], { cwd: folder });
  const directory = join(folder, '.sallyport', 'audit', '0');
  mkdirSync(directory, { recursive: true });
  const onFault = (error: Error): never => {
    throw error;
  };
  const log = await openAuditLog({ directory, slot: '0', writer: 'worker-0.1', clock: () => 0, onFault, segmentBytes: 1024 * 1024 });
  for (const [count, server, tool, rule] of [
    [6, 'files', 'read_file', 'readers'],
    [2, 'bank', 'pay', 'payments'],
    [1, 'bank', 'balance', 'payments'],
  ] as const)
    for (let i = 0; i < count; i++)
      log.append({
        kind: 'decision',
        id: `${tool}-${i}`,
        time: Date.UTC(2026, 0, 5, 12, i),
        verdict: 'allow',
        rule,
        reason: undefined,
        tenant: 'default',
        agent: 'billing',
        user: undefined,
        keyId: 'key_0123456789abcdef',
        listener: 'main',
        server,
        era: 'modern',
        revision: '2026-07-28',
        method: 'tools/call',
        tool,
        prompt: undefined,
        resource: undefined,
        snapshot: 1,
        requestBytes: 100,
      });
  await log.close();
};

test('the guide names everything that conditions have', () => {
  for (const name of [...VARIABLES, ...FUNCTIONS.keys(), ...METHODS.keys(), ...LOOPS, ...KNOWN_LABELS])
    assert.ok(new RegExp(`\`[^\`]*\\b${name}\\b`).test(GUIDE), `the guide does not name ${name}`);
});
