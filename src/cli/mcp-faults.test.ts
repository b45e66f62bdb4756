// What a person reads when an endpoint does not answer as it should: the true cause, what to do, and never that nobody got a request
// which may have arrived.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { ok } from '../base/index.ts';
import { createDevelopmentCertificate } from '../tls/index.ts';
import { fakeAgents, fakePorts, FAKE_STATUS } from './admin.fixture.ts';
import { cliFixture } from './cli.fixture.ts';
import { EXIT } from './index.ts';
import { mcpServerFixture } from './mcp-server.fixture.ts';

async function portOf(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

/** Answers questions about itself and cuts every call, before or within its answer. */
function cutting(how: 'before' | 'within' | 'empty'): Server {
  return createHttpServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const { id, method } = JSON.parse(text);
      const result = method === 'server/discover' ? { supportedVersions: ['2026-07-28'] } : { tools: [] };
      response.setHeader('content-type', method === 'tools/call' ? 'text/event-stream' : 'application/json');
      if (method !== 'tools/call') return response.end(JSON.stringify({ jsonrpc: '2.0', id, result }));
      if (how === 'before') return request.socket.destroy();
      response.write(': begun\n\n');
      return how === 'empty' ? response.end() : setImmediate(() => request.socket.destroy());
    });
  });
}

for (const how of ['before', 'within', 'empty'] as const) {
  test(`a call whose connection ends ${how === 'empty' ? 'with an empty answer' : `${how} the answer`} may have run, and that is said`, async (t) => {
    const port = await portOf(t, cutting(how));
    const { code, stderr } = await cliFixture(t).run('tools', 'call', `http://127.0.0.1:${port}/mcp/it`, 'echo');
    assert.equal(code, EXIT.failed);
    assert.match(stderr, /Whether the tool ran is not known; the record .* and the gateway's log may say\.$/m);
    assert.doesNotMatch(stderr, /Nobody|could not be asked|hang up/);
  });
}

test('a server that takes a question and hangs up is not one that nobody listens on', async (t) => {
  const port = await portOf(
    t,
    createTcpServer((socket) => socket.once('data', () => socket.destroy())),
  );
  const { code, stderr } = await cliFixture(t).run('tools', 'list', `http://127.0.0.1:${port}/mcp/it`);
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /The connection was lost before the answer came/);
});

test('http to a TLS port is said', async (t) => {
  const { certificate: cert, key } = createDevelopmentCertificate(['127.0.0.1'], new Date());
  const port = await portOf(t, createTlsServer({ cert, key }));
  const { code, stderr } = await cliFixture(t).run('tools', 'list', `http://127.0.0.1:${port}/mcp/it`);
  assert.equal(code, EXIT.unreachable);
  assert.match(stderr, /^sallyport: 127\.0\.0\.1:\d+ speaks TLS\. Write https:\/\/ instead of http:\/\/\.$/m);
});

for (const [name, server] of [
  ['answers', () => createHttpServer()],
  ['hangs up', () => createTcpServer((socket) => socket.once('data', () => socket.destroy()))],
] as const) {
  test(`https to a plain port that ${name} is said`, async (t) => {
    const port = await portOf(t, server());
    const { code, stderr } = await cliFixture(t).run('tools', 'list', `https://127.0.0.1:${port}/mcp/it`);
    assert.equal(code, EXIT.unreachable);
    assert.match(stderr, /rite http:\/\/ instead of https:\/\//);
    assert.doesNotMatch(stderr, /openssl|\.c:|:error:|hang up/i);
  });
}

for (const [name, hosts, trusts, says] of [
  ['that nobody vouches for', ['127.0.0.1'], 'nothing', /not from an authority that this system trusts.*--ca FILE.*'sallyport certs show'/],
  ['that another authority vouches for', ['127.0.0.1'], 'another', /not from an authority in the file of --ca/],
  ['for another name', ['other.example'], 'it', /is for other names \(other\.example\)\. Write one of them in the URL/],
] as const) {
  test(`a certificate ${name} is said`, async (t) => {
    const { certificate: cert, key } = createDevelopmentCertificate([...hosts], new Date());
    const another = createDevelopmentCertificate(['127.0.0.1'], new Date()).certificate;
    const port = await portOf(t, createTlsServer({ cert, key }));
    const { run, cwd } = cliFixture(t);
    writeFileSync(join(cwd, 'ca.pem'), trusts === 'it' ? cert : another);
    const { code, stderr } = await run(
      'tools',
      'list',
      `https://127.0.0.1:${port}/mcp/it`,
      ...(trusts === 'nothing' ? [] : ['--ca', 'ca.pem']),
    );
    assert.equal(code, EXIT.unreachable);
    assert.match(stderr, says);
    if (trusts === 'it') assert.doesNotMatch(stderr, /authority/);
  });
}

for (const [name, text, says] of [
  ['no PEM', 'hello', /The file of --ca cannot be used\. .*must be PEM/],
  ['a key', '-----BEGIN PRIVATE KEY-----\n', /holds a private key/],
] as const) {
  test(`--ca with ${name} is refused`, async (t) => {
    const { run, cwd } = cliFixture(t);
    writeFileSync(join(cwd, 'ca.pem'), text);
    const { code, stderr } = await run('tools', 'list', 'https://127.0.0.1:1/mcp/it', '--ca', 'ca.pem');
    assert.equal(code, EXIT.usage);
    assert.match(stderr, says);
  });
}

test('who gave a key is not told to give one', async (t) => {
  const server = await mcpServerFixture(t, { era: 'modern', tools: [], call: () => ({}), key: 'spk_k' });
  const { code, stderr } = await cliFixture(t).run('tools', 'list', server.url, '--key', 'spk_wrong');
  assert.equal(code, EXIT.failed);
  assert.match(stderr, /The key that was given is not accepted: .*'sallyport agents list'/);
  assert.doesNotMatch(stderr, /--key/);
});

for (const [name, path, runsHere, says] of [
  ['a server that is not there', '/mcp/tickts', true, /has no server 'tickts'\. It has tickets, files\. Did you mean 'tickets'\?/],
  ['a server that is not there, on a gateway elsewhere', '/mcp/tickts', false, /has no server 'tickts'\.$/m],
  ['a path that is no route', '/tickets', true, /has no route \/tickets; a server is at \/mcp\/NAME\. It has tickets, files\./],
] as const) {
  test(`${name} is named`, async (t) => {
    const port = await portOf(
      t,
      createHttpServer((_, response) => void response.writeHead(404).end('{}')),
    );
    const listeners = runsHere ? [{ name: 'main', url: `http://127.0.0.1:${port}` }] : FAKE_STATUS.listeners;
    const ports = fakePorts(fakeAgents, { status: async () => ok({ ...FAKE_STATUS, listeners: [...listeners] }) });
    const { code, stderr } = await cliFixture(t, { ports }).run('tools', 'list', `http://127.0.0.1:${port}${path}`);
    assert.equal(code, EXIT.failed);
    assert.match(stderr, says);
  });
}
