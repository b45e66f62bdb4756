// The same bytes, read by us and by others. The property: whatever we accept, the others split into the same requests with the same
// targets and bodies, or refuse. We may refuse what they accept; never accept what one of them splits differently. The samples are
// the known disagreements; the generated ones are combinations of them that nobody thought of.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import fc from 'fast-check';
import { SAMPLES } from './http-corpus.fixture.ts';
import { ask, describeRequest, startReaders } from './http-readers.fixture.ts';
import type { Reader, Readers, Reading } from './http-readers.fixture.ts';
import { CANARY, startTarget } from './http-target.fixture.ts';

const RUNS = Math.max(20, Math.floor(Number(process.env['SALLYPORT_FUZZ_RUNS'] ?? 1000) / 20));
const CANARY_LINE = 'GET /canary host=gateway.test ""';

let others: Readers;
before(async () => {
  others = await startReaders();
});
after(() => others.close());

async function startOurs(t: TestContext): Promise<Reader> {
  const seen: string[] = [];
  const target = await startTarget(t, {
    handler: {
      onRequest: (request, body) => {
        const { head } = request;
        seen.push(
          describeRequest(
            head.method,
            head.query === '' ? head.path : `${head.path}?${head.query}`,
            (name) => head.headers.get(name),
            Buffer.from(body),
          ),
        );
        request.respond(200, [], Buffer.from('ok'));
      },
    },
  });
  return {
    name: 'ours',
    read: async (bytes) => {
      seen.length = 0;
      const { refused } = await ask({ port: target.port }, bytes);
      return { requests: [...seen], refused };
    },
  };
}

/** How another reading contradicts ours; undefined if it does not. */
function contradiction(ours: Reading, theirs: Reading): string | undefined {
  const common = Math.min(ours.requests.length, theirs.requests.length);
  for (let at = 0; at < common; at += 1) {
    if (ours.requests[at] !== theirs.requests[at]) return `request ${at + 1} differs`;
  }
  // What they see beyond ours is theirs to answer for only if we refused it.
  if (theirs.requests.length > ours.requests.length) return ours.refused ? undefined : 'they see more requests';
  if (theirs.requests.length === ours.requests.length) return undefined;
  if (!theirs.refused) return 'they wait for more';
  // They may be stricter about a sample. But whoever refuses the honest request behind it has looked for it in another place.
  return ours.requests[theirs.requests.length] === CANARY_LINE ? 'they find no honest request behind it' : undefined;
}

async function compare(ours: Reader, bytes: string): Promise<void> {
  const reading = await ours.read(bytes + CANARY);
  for (const other of others.readers) {
    // With nothing accepted there is nothing to contradict.
    if (reading.requests.length === 0 && reading.refused) return;
    const theirs = await other.read(bytes + CANARY);
    const why = contradiction(reading, theirs);
    assert.equal(
      why,
      undefined,
      `${other.name}: ${why}\nbytes: ${JSON.stringify(bytes)}\nours: ${JSON.stringify(reading)}\ntheirs: ${JSON.stringify(theirs)}`,
    );
  }
}

test('nginx and haproxy are among the readers', (t) => {
  if (others.missing.length > 0) t.skip(`${others.missing.join(' and ')} is not installed: apt-get install ${others.missing.join(' ')}`);
});

test('of the samples, none that we accept is read differently by anyone', async (t) => {
  const ours = await startOurs(t);
  for (const [name, bytes] of SAMPLES) await t.test(name, () => compare(ours, bytes));
});

test('the samples find out who is not strict: each of the others accepts some that we refuse', async (t) => {
  const ours = await startOurs(t);
  const laxer = new Map(others.readers.map((other) => [other.name, 0]));
  for (const [, bytes] of SAMPLES.slice(40)) {
    const reading = await ours.read(bytes + CANARY);
    if (!reading.refused) continue;
    for (const other of others.readers) {
      const theirs = await other.read(bytes + CANARY);
      if (!theirs.refused) laxer.set(other.name, (laxer.get(other.name) ?? 0) + 1);
    }
  }
  for (const [name, count] of laxer) assert.ok(count > 0, `${name} refused everything: is it asked the right way?`);
});

const separator = fc.constantFrom('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\n ', '\r\n\t');
const field = fc.constantFrom(
  'Host: gateway.test',
  'Content-Length: 5',
  'Content-Length: 0',
  'Content-Length: 10',
  'content-length:5',
  'Content-Length : 5',
  'Content-Length: 05',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: Chunked',
  'Transfer-Encoding: identity',
  'Transfer-Encoding:chunked',
  'X-A: b',
  'X-A:',
  'X-A: \t b \t',
  'Mcp-Name: a',
  'Authorization: Bearer a',
  'Connection: keep-alive',
  'Connection: Content-Length',
  'Expect: 100-continue',
  'Trailer: X-A',
);
const line = fc.constantFrom(
  'POST /probe HTTP/1.1',
  'POST /probe HTTP/1.1',
  'POST /probe HTTP/1.1',
  'GET /probe?x HTTP/1.1',
  'PUT /p HTTP/1.1',
  'DELETE /p HTTP/1.1',
  'POST /probe HTTP/1.0',
  'GET /a/%2e/b HTTP/1.1',
);
const body = fc.constantFrom(
  'hello',
  '',
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n',
  '05\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\r\nX: y\r\n\r\n',
  '5;a\r\nhello\r\n0\r\n\r\n',
  '\r\n',
  'GET /inner HTTP/1.1\r\nHost: a\r\n\r\n',
);
const fields = fc
  .array(fc.tuple(field, separator), { minLength: 0, maxLength: 4 })
  .map((all) => all.map(([text, end]) => text + end).join(''));
// Honest framing around bodies of any bytes: here all must agree on every split.
const content = fc.oneof(fc.constantFrom('', '0\r\n\r\n', '\r\n\r\n', CANARY), fc.string({ unit: 'binary-ascii', maxLength: 40 }));
const honest = fc.oneof(
  content.map((text) => `POST /honest HTTP/1.1\r\nHost: gateway.test\r\nContent-Length: ${text.length}\r\n\r\n${text}`),
  fc.array(content, { maxLength: 4 }).map(
    (parts) =>
      `POST /honest HTTP/1.1\r\nHost: gateway.test\r\nTransfer-Encoding: chunked\r\n\r\n${parts
        .filter((part) => part !== '')
        .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
        .join('')}0\r\n\r\n`,
  ),
);
const message = fc.oneof(
  { weight: 2, arbitrary: honest },
  {
    weight: 3,
    arbitrary: fc
      .tuple(line, separator, fields, body)
      .map(([first, end, rest, content]) => `${first}${end}Host: gateway.test\r\n${rest}\r\n${content}`),
  },
  { weight: 1, arbitrary: fc.constantFrom(...SAMPLES.map(([, bytes]) => bytes)) },
);

test('nor is any combination of their parts', { timeout: 10 * 60_000 }, async (t) => {
  const ours = await startOurs(t);
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 3 }), (messages) => compare(ours, messages.join(''))),
    { numRuns: RUNS },
  );
});
