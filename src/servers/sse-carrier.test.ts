import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { StdioLink } from './doors.ts';
import type { HttpTarget } from './http-target.ts';
import { openSseCarrier } from './sse-carrier.ts';
import type { SseCarrierOptions } from './sse-carrier.ts';
import { listenUpstream, sayEvent, until } from './upstream.fixture.ts';
import type { Came } from './upstream.fixture.ts';

const OPTIONS: SseCarrierOptions = { server: 'tickets', maxMessageBytes: 64 * 1024, answerTimeoutMs: 5_000, streamIdleTimeoutMs: 5_000 };

interface Carried {
  readonly line: StdioLink;
  readonly lines: string[];
  readonly exits: string[];
}

function open(t: TestContext, target: HttpTarget, options = OPTIONS): Carried {
  const lines: string[] = [];
  const exits: string[] = [];
  const line = openSseCarrier(target, options, {
    onLine: (said) => lines.push(Buffer.from(said).toString()),
    onExit: (text) => exits.push(text),
  });
  t.after(() => line.close());
  return { line, lines, exits };
}

/** A server whose stream names `address`, and which takes every message. */
function listenSse(t: TestContext, address: string, onPost: (came: Came, stream: Came) => void): Promise<HttpTarget> {
  let stream: Came | undefined;
  return listenUpstream(t, (came) => {
    if (came.method === 'POST') return stream === undefined ? undefined : onPost(came, stream);
    stream = came;
    came.response.writeHead(200, { 'content-type': 'text/event-stream' });
    came.response.write(`event: endpoint\ndata: ${address}\n\n`);
  });
}

for (const address of ['/messages?sessionId=1', 'messages?sessionId=1', 'HTTP_ORIGIN/messages?sessionId=1']) {
  test(`messages go to the address that the stream named (${address}), in order, with the gateway's credentials`, async (t) => {
    const came: Came[] = [];
    let target: HttpTarget | undefined;
    target = await listenUpstream(t, (one) => {
      if (one.method === 'GET') {
        one.response.writeHead(200, { 'content-type': 'text/event-stream' });
        one.response.write(`event: endpoint\ndata: ${address.replace('HTTP_ORIGIN', target?.origin ?? '')}\n\n`);
        return;
      }
      came.push(one);
      setTimeout(() => one.response.writeHead(202).end('Accepted'), 5);
    });
    const { line } = open(t, target);
    for (const text of ['1', '2', '3']) line.send(Buffer.from(text));
    await until(() => came.length === 3);
    assert.deepEqual(
      came.map(({ body }) => body),
      ['1', '2', '3'],
    );
    assert.ok(came.every(({ url, headers }) => url === '/messages?sessionId=1' && headers.authorization === 'Bearer gateway'));
  });
}

for (const address of ['http://127.0.0.1:1/messages', 'https://example.com/messages', '//example.com/x', 'http://a:b@HOST/x', 'http://[']) {
  test(`an address for messages elsewhere is refused: ${address}`, async (t) => {
    const posted: Came[] = [];
    let target: HttpTarget | undefined;
    target = await listenUpstream(t, (one) => {
      if (one.method === 'POST') return void posted.push(one);
      one.response.writeHead(200, { 'content-type': 'text/event-stream' });
      one.response.write(`event: endpoint\ndata: ${address.replace('HOST', new URL(target?.origin ?? '').host)}\n\n`);
    });
    const { line, exits } = open(t, target);
    line.send(Buffer.from('secret'));
    await until(() => exits.length === 1);
    assert.match(exits[0] ?? '', /not its own/);
    assert.deepEqual(posted, []);
  });
}

test('a second address is not believed, and events that are no messages are not heard', async (t) => {
  const urls: string[] = [];
  const target = await listenSse(t, '/first', ({ url, response }, stream) => {
    urls.push(url);
    response.writeHead(202).end();
    stream.response.write('event: endpoint\ndata: /second\n\nevent: other\ndata: {}\n\n: comment\n\n');
    sayEvent(stream.response, { n: urls.length }, 'event: message\n');
  });
  const { line, lines } = open(t, target);
  line.send(Buffer.from('1'));
  await until(() => lines.length === 1);
  line.send(Buffer.from('2'));
  await until(() => lines.length === 2);
  assert.deepEqual(urls, ['/first', '/first']);
  assert.deepEqual(lines, ['{"n":1}', '{"n":2}']);
});

test('a server that takes a message only when it has done what it asks for does not hold up the next one', async (t) => {
  const bodies: string[] = [];
  const target = await listenSse(t, '/messages', ({ body }) => void bodies.push(body));
  const { line } = open(t, target);
  line.send(Buffer.from('call'));
  line.send(Buffer.from('answer'));
  await until(() => bodies.length === 2);
  assert.deepEqual(bodies, ['call', 'answer']);
});

test('one message that is refused is lost by itself; the session goes on', async (t) => {
  const target = await listenSse(t, '/messages', ({ body, response }) => response.writeHead(body === 'big' ? 413 : 202).end());
  const { line, exits } = open(t, target);
  const lost: string[] = [];
  line.send(Buffer.from('big'), ({ code, delivered }) => lost.push(`${code} ${delivered}`));
  line.send(Buffer.from('small'), () => lost.push('small'));
  await until(() => lost.length === 1);
  assert.deepEqual(lost, ['upstream_malformed false']);
  assert.deepEqual(exits, []);
});

for (const [what, answer, said] of [
  ['refuses the stream', (came: Came) => came.response.writeHead(401).end('internals'), /status 401/],
  ['ends the stream', (came: Came) => came.response.writeHead(200, { 'content-type': 'text/event-stream' }).end(), /ended the session/],
  ['breaks the stream', (came: Came) => came.response.destroy(), /was lost/],
  ['gives a page', (came: Came) => came.response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'), /was lost/],
] as const) {
  test(`a server that ${what} has ended, and says how, once`, async (t) => {
    const { exits, line } = open(t, await listenUpstream(t, answer));
    await until(() => exits.length === 1);
    assert.match(exits[0] ?? '', said);
    line.send(Buffer.from('late'));
    line.close();
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(exits.length, 1);
  });
}

test('404 to a message means that the session is gone', async (t) => {
  const { line, exits } = open(t, await listenSse(t, '/messages', ({ response }) => response.writeHead(404).end()));
  line.send(Buffer.from('1'));
  await until(() => exits.length === 1);
});

test('a server that never names its address is given up', async (t) => {
  const target = await listenUpstream(t, ({ response }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
  });
  const { exits } = open(t, target, { ...OPTIONS, answerTimeoutMs: 50 });
  await until(() => exits.length === 1);
  assert.match(exits[0] ?? '', /in time/);
});

test('a message above the cap ends the session', async (t) => {
  const target = await listenSse(t, '/messages', ({ response }, stream) => {
    response.writeHead(202).end();
    sayEvent(stream.response, 'x'.repeat(OPTIONS.maxMessageBytes));
  });
  const { line, exits, lines } = open(t, target);
  line.send(Buffer.from('1'));
  await until(() => exits.length === 1);
  assert.deepEqual(lines, []);
});

test('closing closes the stream', async (t) => {
  let closed = false;
  const target = await listenUpstream(t, ({ response }) => {
    response.once('close', () => (closed = true));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: endpoint\ndata: /messages\n\n');
  });
  const { line, exits } = open(t, target);
  await until(() => target.pool.open === 1);
  line.close();
  await until(() => exits.length === 1);
  await until(() => closed || target.pool.open === 0);
});
