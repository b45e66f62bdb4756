import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findPolicySection } from './policy-section.ts';
import type { PolicySection } from './policy-section.ts';
import { readYaml } from './yaml.ts';

const valueOf = (text: string): unknown => {
  const read = readYaml(text);
  return read.ok ? read.value.value : undefined;
};
const found = (whole: string): PolicySection => {
  const section = findPolicySection(whole, valueOf(whole));
  assert.ok(section.ok, section.ok ? '' : section.error);
  return section.value;
};
const replaced = (whole: string, text: string): string => {
  const result = found(whole).replace(text, valueOf(text));
  assert.ok(result.ok, result.ok ? '' : result.error);
  return result.value;
};
const refused = (whole: string, text: string): string => {
  const result = found(whole).replace(text, valueOf(text));
  assert.ok(!result.ok);
  return result.error;
};

const BLOCK = `# Ours.
version: 1
policy: # who may use what
  # Readers read.
  rules:
    - name: readers
      effect: allow
      when: |
        args.path
          .startsWith("/srv")

# What we call.
servers:
  files: { url: "https://files.example/mcp" }
`;

test('the lines below the key are the policy, without their indentation', () => {
  const { text, firstLine, indent } = found(BLOCK);
  assert.equal(
    text,
    '# Readers read.\nrules:\n  - name: readers\n    effect: allow\n    when: |\n      args.path\n        .startsWith("/srv")\n',
  );
  assert.deepEqual({ firstLine, indent }, { firstLine: 4, indent: 2 });
});

test('what is written back is what was there', () => {
  for (const whole of [BLOCK, BLOCK.replaceAll('\n', '\r\n'), 'version: 1\npolicy:\n    rules: []\n', 'policy:\n  rules: []'])
    assert.equal(replaced(whole, found(whole).text), whole);
});

test('another policy changes nothing else', () => {
  assert.equal(replaced(BLOCK, '# Nobody.\nrules: []\n'), BLOCK.replace(/ {2}# Readers read\.\n[^]*?\n\n/, '  # Nobody.\n  rules: []\n\n'));
});

test('ends of lines stay as the file has them', () => {
  const whole = 'version: 1\r\npolicy:\r\n  rules: []\r\nworkers: 1\r\n';
  assert.equal(
    replaced(whole, 'rules: []\ndenyDetail: rule\n'),
    'version: 1\r\npolicy:\r\n  rules: []\r\n  denyDetail: rule\r\nworkers: 1\r\n',
  );
});

test('a policy behind its key gets lines of its own', () => {
  const whole = 'version: 1\npolicy: { rules: [] } # none\nworkers: 1\n';
  assert.equal(found(whole).text, '{ rules: [] } # none\n');
  assert.equal(replaced(whole, 'rules: []\n'), 'version: 1\npolicy:\n  rules: []\nworkers: 1\n');
});

test('where there is none it is added at the end', () => {
  assert.equal(found('version: 1\n').isWritten, false);
  assert.equal(replaced('version: 1\n', 'rules: []'), 'version: 1\npolicy:\n  rules: []\n');
  assert.equal(replaced('version: 1', 'rules: []'), 'version: 1\npolicy:\n  rules: []\n');
  assert.equal(replaced('version: 1\n...\n', 'rules: []'), 'version: 1\npolicy:\n  rules: []\n...\n');
});

test('in JSON it is written as JSON', () => {
  const whole = '{ "version": 1, "policy": { "rules": [] }, "workers": 1 }\n';
  assert.equal(found(whole).text, '{ "rules": [] }\n');
  assert.equal(replaced(whole, '{ "rules": [], "denyDetail": "rule" }'), whole.replace('[] }', '[], "denyDetail": "rule" }'));
  assert.match(refused(whole, 'rules: []\ndenyDetail: rule\n'), /could not be read|something else/);
  assert.match(refused('{ "version": 1 }', '{ "rules": [] }'), /braces/);
});

test('no text gets out of its place', () => {
  const attempts = [
    'rules: []\n---\nversion: 1\n',
    'rules: []\n...\nworkers: 9\n',
    'rules: "',
    'rules: [',
    "rules: '\n",
    '}\nworkers: 9\n',
    '*elsewhere',
    '%YAML 1.1\n---\nrules: []\n',
  ];
  for (const text of attempts) assert.match(refused(BLOCK, text), /could not be read|something else/, text);
  // What looks like a key of the file is a key of the policy, and refused by its schema.
  assert.match(replaced(BLOCK, 'rules: []\nworkers: 9\n'), /^ {2}workers: 9$/m);
});

test('what anchors and aliases hold together is not taken apart', () => {
  assert.ok(!findPolicySection('version: 1\npolicy: &p\n  rules: []\n', valueOf('version: 1\npolicy: &p\n  rules: []\n')).ok);
  assert.ok(!findPolicySection('x: &p { rules: [] }\npolicy: *p\n', valueOf('x: &p { rules: [] }\npolicy: *p\n')).ok);
  const shared = 'version: 1\npolicy:\n  rules: &none []\nlist: *none\n';
  assert.match(refused(shared, 'rules: []\n'), /could not be read|something else/);
});

test('what is no YAML has no section', () => {
  for (const whole of ['policy: [', '- policy', 'text', '']) assert.ok(!findPolicySection(whole, valueOf(whole)).ok, whole);
});
