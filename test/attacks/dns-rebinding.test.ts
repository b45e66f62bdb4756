// A web page in the user's browser that points its own name at the loopback address, or calls it outright. Every request must name a
// Host that the gateway answers for, and an Origin that may call it; anything else is refused with 403 before the body, whatever
// key or path it comes with (2026-07-28 basic/transports/streamable-http, "Security Warning").

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { at, modernAnswers, modernCall, modernRequest, send, startGateway, startScriptedServer, testConfig } from '../harness/index.ts';
import type { Gateway, ScriptedServer } from '../harness/index.ts';
import { fieldLines, freePort, rawAnswer, rawRequest } from './gateway-target.fixture.ts';
import type { RawAnswer } from './gateway-target.fixture.ts';

let server: ScriptedServer;
let gateway: Gateway;
let key: string;
let metricsPort: number;

before(async () => {
  server = await startScriptedServer(modernAnswers());
  metricsPort = await freePort();
  gateway = await startGateway({
    config: testConfig({
      servers: { behind: { url: server.url } },
      extra: { metrics: { listen: `127.0.0.1:${metricsPort}` } },
      // Even a gateway that asks for no key is not for web pages.
      listener: { anonymous: 'visitor', hosts: ['gateway.example'], origins: ['https://app.example', 'http://tools.example:8080'] },
    }),
  });
  key = await gateway.addAgent('known');
});
after(async () => {
  await gateway?.stop();
  await server?.close();
});

const list = (lines: readonly string[], withKey = true): Promise<RawAnswer> => {
  const request = modernRequest('tools/list', {}, withKey ? { key } : {});
  return rawAnswer(gateway.port, rawRequest('/mcp/behind', [...lines, ...fieldLines(request)], String(request.body)));
};

const foreignHosts = [
  'evil.example',
  'evil.example:7625',
  'rebind.127.0.0.1.evil.example',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'evil-localhost',
  'localhost.',
  'xlocalhost',
  'localhost.localdomain',
  '0.0.0.0',
  '127.0.0.2',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '127.0.0.1.',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[0:0:0:0:0:0:0:2]',
  '[fe80::1]',
  'gateway.example.evil.example',
  'sub.gateway.example',
  'gateway.example.',
  'app.example',
];

for (const host of foreignHosts) {
  test(`Host: ${host} is refused with 403, with and without a key, on every path`, async () => {
    const heard = server.seen.length;
    for (const withKey of [true, false]) {
      const answer = await list([`Host: ${host}`], withKey);
      assert.equal(answer.status, 403);
      assert.equal(at(answer.json, 'error', 'code'), -32600);
    }
    for (const [method, path] of [
      ['GET', '/livez'],
      ['GET', '/readyz'],
      ['OPTIONS', '/mcp/behind'],
      ['GET', '/mcp/behind'],
      ['DELETE', '/mcp/behind'],
      ['GET', '/nothing'],
    ] as const) {
      assert.equal((await rawAnswer(gateway.port, rawRequest(path, [`Host: ${host}`], '', method))).status, 403, `${method} ${path}`);
    }
    assert.equal(server.seen.length, heard);
  });
}

test('a Host that is not exactly one host and port is refused with 400', async () => {
  const heard = server.seen.length;
  const lines: readonly (readonly string[])[] = [
    ['Host:'],
    ['Host: localhost@evil.example'],
    ['Host: evil.example@localhost'],
    ['Host: user:localhost@127.0.0.1'],
    ['Host: localhost:80@evil.example'],
    ['Host: localhost:99999'],
    ['Host: localhost:7625:7625'],
    ['Host: localhost:'],
    ['Host: localhost:80,evil.example'],
    ['Host: localhost evil.example'],
    ['Host: localhost/evil.example'],
    ['Host: localhost#evil.example'],
    ['Host: http://localhost'],
    ['Host: [::1'],
    ['Host: ::1'],
    ['Host: [::1%25lo]'],
    ['Host: [localhost]'],
    ['Host: local\thost'],
    ['Host: localhost', 'Host: evil.example'],
    ['Host: evil.example', 'Host: localhost'],
    ['Host: localhost', 'Host: localhost'],
  ];
  for (const line of lines) assert.equal((await list(line)).status, 400, line.join(' + '));
  // The target names another host than the field does, or the field is missing.
  for (const bytes of [
    'POST http://localhost/mcp/behind HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n',
    'POST http://evil.example/mcp/behind HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',
    'POST /mcp/behind HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
    'POST /mcp/behind HTTP/1.1\r\nX-Forwarded-Host: localhost\r\nContent-Length: 0\r\n\r\n',
  ]) {
    assert.equal((await rawAnswer(gateway.port, bytes)).status, 400, bytes);
  }
  assert.equal(server.seen.length, heard);
});

test('a Host elsewhere does not stand in for the one that counts', async () => {
  for (const line of [
    'X-Forwarded-Host: localhost',
    'Forwarded: host=localhost',
    'X-Host: localhost',
    'X-Original-Host: localhost',
    'Sallyport-Peer: main 1 0 127.0.0.1',
  ]) {
    assert.equal((await list(['Host: evil.example', line])).status, 403, line);
  }
});

const foreignOrigins = [
  'http://evil.example',
  'https://evil.example:7625',
  'null',
  '',
  'file://',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example:7625',
  'http://evil.example/localhost',
  'http://evil.example#localhost',
  'http://evil.example?localhost',
  'http://localhost@evil.example',
  'http://localhost:7625@evil.example',
  'http://127.0.0.1:80@evil.example',
  'http://localhost:evil.example',
  'http://localhost:7625.evil.example',
  'http://localhost:80:80',
  'http://localhost:',
  'http://localhost/',
  'http://localhost http://evil.example',
  'http://evil.example, http://localhost',
  'http://localhost, http://evil.example',
  'http://localhost.',
  'http://[::1]evil.example',
  'http://[::1]:80@evil.example',
  'evil://localhost',
  'chrome-extension://localhost',
  'moz-extension://127.0.0.1',
  '://localhost',
  '//localhost',
  'localhost',
  'http:localhost',
  'http:/localhost',
  'data:text/html,://localhost',
  'https://app.example.evil.example',
  'https://sub.app.example',
  'http://app.example',
  'https://app.example:8443',
  'http://tools.example',
  'https://gateway.example',
];

for (const origin of foreignOrigins) {
  test(`Origin: '${origin}' is refused with 403 and gets no permission to read`, async () => {
    const heard = server.seen.length;
    const preflight = rawRequest(
      '/mcp/behind',
      [`Origin: ${origin}`, 'Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: authorization'],
      '',
      'OPTIONS',
    );
    for (const answer of [
      await list([`Origin: ${origin}`]),
      await list([`Origin: ${origin}`], false),
      await rawAnswer(gateway.port, preflight),
    ]) {
      assert.equal(answer.status, 403);
      assert.doesNotMatch(answer.head, /access-control/i);
    }
    assert.equal(server.seen.length, heard);
  });
}

test('a foreign Host or Origin is refused before the body', async () => {
  for (const line of ['Host: evil.example', 'Host: localhost\r\nOrigin: http://evil.example', 'Host: localhost\r\nOrigin: null']) {
    const head = `POST /mcp/behind HTTP/1.1\r\n${line}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 4194304\r\nExpect: 100-continue\r\n\r\n`;
    assert.equal((await rawAnswer(gateway.port, head)).status, 403, line);
  }
});

test('two Origins are refused, also when one of them may call', async () => {
  assert.equal((await list(['Origin: https://app.example', 'Origin: http://evil.example'])).status, 400);
});

test('the names of the gateway itself are answered', async () => {
  for (const host of [
    'localhost',
    'LOCALHOST',
    'localhost:7625',
    `127.0.0.1:${gateway.port}`,
    '127.0.0.1',
    '[::1]',
    '[::1]:7625',
    'gateway.example',
    'Gateway.Example:443',
  ]) {
    assert.equal((await list([`Host: ${host}`])).status, 200, host);
  }
  assert.equal((await modernCall(gateway.url('behind'), 'tools/list', {}, { key })).http.status, 200);
});

test('an Origin that may call is answered, and only it may read the answer', async () => {
  for (const origin of [
    'http://localhost',
    'http://localhost:3000',
    'https://localhost:1',
    'http://127.0.0.1:7625',
    'http://[::1]:9',
    'https://app.example',
    'http://tools.example:8080',
  ]) {
    const { headers, body } = modernRequest('tools/list', {}, { key, headers: { origin } });
    const answer = await send(gateway.url('behind'), { headers, body });
    assert.equal(answer.status, 200, origin);
    assert.equal(answer.headers['access-control-allow-origin'], origin);
    assert.match(String(answer.headers.vary), /\borigin\b/i);
    assert.equal(answer.headers['access-control-allow-credentials'], undefined, 'cookies are nothing to us');
  }
});

test('the metrics are for nobody who comes by another name, either', async () => {
  const get = async (host: string): Promise<number> =>
    (await rawAnswer(metricsPort, rawRequest('/metrics', [`Host: ${host}`], '', 'GET'))).status;
  for (const host of foreignHosts.filter((name) => name !== '127.0.0.2' && name !== '[::ffff:127.0.0.1]'))
    assert.equal(await get(host), 403, host);
  for (const host of ['localhost', '127.0.0.1', '127.0.0.1:9464', '[::1]:1', 'LOCALHOST']) assert.equal(await get(host), 200, host);
});
