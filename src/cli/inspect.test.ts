// `inspect` says what is found and what is done about it, and never what it is.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';

/** Put together here, so that nobody who looks through the repository takes it for one that somebody lost. */
const PLANTED = ['PX', '7Q41', 'ZC88', '0D2M'].join('-');
const CONFIG = `version: 1
servers: { crm: { command: x }, files: { command: x } }
policy: { rules: [{ name: all, effect: allow, agents: ['*'], servers: ['*'] }] }
inspection:
  actions:
    - { findings: [canary], servers: [files], tools: ['peek_*'], action: tag }
    - { findings: [employee-number], directions: [answers], servers: [crm], action: tokenise, purpose: desk }
  detectors: [{ name: employee-number, class: personal, literals: [EMP-], pattern: 'EMP-[0-9]{6}' }]
  canaries: { payroll: ${PLANTED} }
`;

test('a message is looked into by the config, and each place is told of once', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), CONFIG);
  writeFileSync(join(cwd, 'answer.json'), JSON.stringify({ rows: [{ note: `EMP-123456 and EMP-654321: ${PLANTED}` }] }));
  const { code, stdout } = await run('inspect', 'answer.json', '--server', 'crm');
  assert.equal(code, EXIT.failed);
  assert.match(stdout, /^employee-number +personal +high +2 +\$\.rows\[0\]\.note +tokenise$/m);
  assert.match(stdout, /^payroll +canary +high +1 +\$\.rows\[0\]\.note +redact$/m);
  assert.match(stdout, /^in answers, by sallyport\.yaml$/m);
  assert.doesNotMatch(stdout, /123456|654321|ZC88/);
});

test('what is done depends on the way it goes', async (t) => {
  const { run, cwd } = cliFixture(t, { stdin: `a text with ${PLANTED}` });
  writeFileSync(join(cwd, 'sallyport.yaml'), CONFIG);
  const actionOf = async (...argv: readonly string[]): Promise<unknown> =>
    JSON.parse((await run('inspect', '--output', 'json', ...argv)).stdout).findings.map(
      ({ path, action }: { path: string; action: string }) => `${path} ${action}`,
    );
  assert.deepEqual(await actionOf(), ['$ redact']);
  assert.deepEqual(await actionOf('-', '--direction', 'requests'), ['$ deny']);
  assert.deepEqual(await actionOf('--server', 'files', '--tool', 'peek_in'), ['$ tag']);
  assert.equal((await run('inspect', '--server', 'files', '--tool', 'peek_in')).code, EXIT.ok, 'it would pass as it is');
});

test('without a config, by what is built in; where nothing is found it says so', async (t) => {
  const { run } = cliFixture(t, { stdin: 'nothing to see' });
  const { code, stdout } = await run('inspect');
  assert.deepEqual([code, stdout], [EXIT.ok, 'Nothing was found, by what is built in, as there is no config.\n']);
  assert.deepEqual(JSON.parse((await run('inspect', '--output', 'json')).stdout), { action: null, findings: [] });
});

test('what makes no sense is refused', async (t) => {
  const { run, cwd } = cliFixture(t);
  writeFileSync(join(cwd, 'sallyport.yaml'), CONFIG);
  for (const [argv, expected, said] of [
    [['--direction', 'both'], EXIT.usage, /--direction is requests or answers, not 'both'/],
    [['--server', 'erp'], EXIT.usage, /'erp' is not a server of the config\. There are: crm, files\./],
    [['absent.json'], EXIT.failed, /absent\.json cannot be read/],
    [['--config', 'absent.yaml'], EXIT.config, /absent\.yaml/],
  ] as const) {
    const { code, stderr } = await run('inspect', ...argv);
    assert.equal(code, expected, argv.join(' '));
    assert.match(stderr, said);
  }
});
