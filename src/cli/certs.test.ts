// `certs show` prints what clients are to trust, and nothing that they must not see.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDevelopmentCertificate } from '../tls/index.ts';
import { cliFixture, FAKE_NOW } from './cli.fixture.ts';
import { EXIT } from './index.ts';

const { certificate, key } = createDevelopmentCertificate(['localhost'], FAKE_NOW);
const LISTENERS =
  'listen: [{ address: "127.0.0.1:0" }, { name: web, address: "127.0.0.1:0", tls: { certificate: both.pem, key: both.pem } }, { name: dev, address: "127.0.0.1:0", tls: self-signed }]';

const cases: readonly { name: string; config?: string; argv?: readonly string[]; code: number; stdout?: string; says?: RegExp }[] = [
  { name: 'a self-signed listener', config: `version: 1\n${LISTENERS}\n`, argv: ['dev'], code: EXIT.ok, stdout: certificate },
  { name: 'a file that holds the key too', config: `version: 1\n${LISTENERS}\n`, argv: ['web'], code: EXIT.ok, stdout: certificate },
  { name: 'the first listener with TLS when none is named', config: `version: 1\n${LISTENERS}\n`, code: EXIT.ok, stdout: certificate },
  {
    name: 'a config that cannot be read here',
    config: 'version: 1\nlimits: ${NOT_SET}\n',
    argv: ['dev'],
    code: EXIT.ok,
    stdout: certificate,
  },
  { name: 'no config', argv: ['dev'], code: EXIT.ok, stdout: certificate },
  { name: 'a listener without TLS', config: `version: 1\n${LISTENERS}\n`, argv: ['main'], code: EXIT.failed, says: /serves no TLS itself/ },
  {
    name: 'an unknown listener',
    config: `version: 1\n${LISTENERS}\n`,
    argv: ['x'],
    code: EXIT.failed,
    says: /no listener 'x'; it has main, web, dev/,
  },
  { name: 'a config without TLS', config: 'version: 1\n', code: EXIT.failed, says: /No listener of the config serves TLS/ },
  { name: 'a certificate that is not made yet', argv: ['new'], code: EXIT.failed, says: /makes it when it first starts/ },
  { name: 'a name that leads elsewhere', argv: ['../x'], code: EXIT.usage, says: /is not the name of a listener/ },
];
for (const { name, config, argv = [], code, stdout = '', says = /^$/ } of cases) {
  test(`${name} ${code === EXIT.ok ? 'is shown, without a key' : 'is refused'}`, async (t) => {
    const { run, cwd } = cliFixture(t);
    if (config !== undefined) writeFileSync(join(cwd, 'sallyport.yaml'), config);
    writeFileSync(join(cwd, 'both.pem'), `${key}${certificate}`, { mode: 0o600 });
    mkdirSync(join(cwd, '.sallyport', 'keys'), { recursive: true });
    writeFileSync(
      join(cwd, '.sallyport', 'keys', 'self-signed-dev.json'),
      JSON.stringify({ format: 1, hosts: [], notAfter: 0, certificate, key }),
    );
    const result = await run('certs', 'show', ...argv);
    assert.equal(result.code, code, result.stderr);
    assert.equal(result.stdout.trim(), stdout.trim());
    assert.match(result.stderr, says);
    assert.doesNotMatch(result.stdout + result.stderr, /PRIVATE/);
  });
}
