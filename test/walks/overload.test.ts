// More calls than a worker can carry, from many connections at once, and beside them those of a critical agent: theirs are all answered, everybody else gets
// an answer too, the right one or a 503 with when to come again, and whatever was turned away is counted where people look, and on record.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { at, modernRequest, numbered, readRecords, send, startEchoServer, startGateway, testConfig, until } from '../harness/index.ts';
import type { EchoServer, Gateway } from '../harness/index.ts';

const CONNECTIONS = 500;
const TOOL = 'asked-0';

let echo: EchoServer;
let gateway: Gateway;
let metricsUrl: string;

before(async () => {
  echo = await startEchoServer({ tools: numbered('asked', 1) });
  const address = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${address}/metrics`;
  gateway = await startGateway({
    config: testConfig({
      servers: { echo: { url: echo.url } },
      limits: { queueTimeoutMs: 25, maxConnectionsPerAddress: 2 * CONNECTIONS, maxInFlightPerServer: 2 * CONNECTIONS },
      extra: { workers: 1, metrics: { listen: address } },
    }),
  });
});
after(async () => {
  await gateway?.stop();
  await echo?.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly json: unknown;
}

/** One agent's call on one of its kept connections. */
async function call(agent: Agent, key: string): Promise<Answer> {
  const { headers, body } = modernRequest('tools/call', { name: TOOL, arguments: {} }, { key });
  const sent = request(gateway.url('echo'), { agent, method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) } });
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => sent.once('response', resolve).once('error', reject).end(body));
  return { status: incoming.statusCode, headers: incoming.headers, json: JSON.parse(await text(incoming)) };
}

const isRight = ({ status, json }: Answer): boolean => status === 200 && at(json, 'result', 'content', 0, 'text') === TOOL;

test(
  'critical calls are all answered; of the others each is carried or turned away, counted, and on record',
  { timeout: 300_000 },
  async () => {
    const keys = { crowd: await gateway.addAgent('crowd'), pager: await gateway.addAgent('pager') };
    const changed = await gateway.cli('agents', 'set', 'pager', '--priority', 'critical');
    assert.equal(changed.code, 0, changed.stderr);
    const crowd = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const pager = new Agent({ keepAlive: true, maxSockets: 2 });
    // The server is looked at first, which nobody should wait for under load.
    await until(async () => isRight(await call(pager, keys.pager)), 'the first call');

    let refused = 0;
    const urgent: Answer[] = [];
    for (let round = 0; round < 20 && refused === 0; round++) {
      let isOver = false;
      const lane = async (): Promise<void> => {
        for (let n = 0; n < 4; n++) {
          const answer = await call(crowd, keys.crowd);
          if (isRight(answer)) continue;
          assert.equal(answer.status, 503, JSON.stringify(answer.json));
          assert.equal(answer.headers['retry-after'], '1');
          assert.equal(answer.headers.connection === 'close', false, 'the connection is kept');
          assert.equal(at(answer.json, 'error', 'code'), 1503);
          refused += 1;
        }
      };
      const watch = async (): Promise<void> => {
        while (!isOver) urgent.push(await call(pager, keys.pager));
      };
      const watching = watch();
      await Promise.all(Array.from({ length: CONNECTIONS }, lane));
      isOver = true;
      await watching;
    }
    assert.ok(refused > 0, 'somebody was turned away');
    assert.ok(urgent.length > 0);
    assert.deepEqual(
      urgent.filter((answer) => !isRight(answer)).map(({ json }) => json),
      [],
    );
    // It is over, and forgotten: the next one is carried.
    assert.equal(isRight(await call(crowd, keys.crowd)), true);
    await until(async () => (await shed()) === refused, 'every one of them in the metrics');
    crowd.destroy();
    pager.destroy();
    // One record for each minute, once that is over.
    await until(() => turnedAwayOnRecord() === refused, 'every one of them on record', 90_000);
  },
);

function turnedAwayOnRecord(): number {
  return readRecords(gateway.dataFolder)
    .map(({ value }) => value)
    .filter((record) => at(record, 'kind') === 'refusals' && at(record, 'reason') === 'overloaded')
    .reduce((sum: number, record) => sum + Number(at(record, 'count')), 0);
}

/** Calls of interactive agents turned away, as it is scraped. */
async function shed(): Promise<number> {
  const { body } = await send(metricsUrl, { method: 'GET' });
  return Number(/^sallyport_overload_refusals_total\{priority="interactive"\} (\d+)/m.exec(body)?.[1] ?? 0);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
