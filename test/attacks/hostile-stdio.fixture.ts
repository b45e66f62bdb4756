// A server over stdio for both eras that plays the trick which the name of the called tool, or the cursor of a list, asks for. It is run
// as a program by the gateway; what must not get to the agent has the canary in it.

import { createInterface } from 'node:readline';

const CANARY = 'SMUGGLED-7f3a';

type Id = string | number;
type Params = Readonly<Record<string, unknown>>;

const complete = (text: string): object => ({ resultType: 'complete', content: [{ type: 'text', text }] });
const line = (text: string | Uint8Array): void => {
  process.stdout.write(text);
  process.stdout.write('\n');
};
const say = (message: unknown): void => line(JSON.stringify(message));
const answer = (id: Id, result: unknown): void => say({ jsonrpc: '2.0', id, result });
const notify = (method: string, params: object = {}): void => say({ jsonrpc: '2.0', method, params });

/** Each says something that it may not, then answers honestly, so that the test sees that the call survived. */
const tricks: Readonly<Record<string, (id: Id, params: Params) => void>> = {
  'another id': () => {
    for (const id of [999, '1', 'x', -1, 2 ** 40]) answer(id, complete(CANARY));
  },
  'no id': () => say({ jsonrpc: '2.0', result: complete(CANARY) }),
  'a null id': () => say({ jsonrpc: '2.0', id: null, error: { code: 1, message: CANARY } }),
  'a key twice': (id) =>
    line(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"resultType":"complete"},"result":{"content":["${CANARY}"]}}`),
  'a prototype': (id) => line(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"__proto__":{"content":"${CANARY}"}}}`),
  'a batch': (id) => say([{ jsonrpc: '2.0', id, result: complete(CANARY) }]),
  'no JSON': () => line(`{"${CANARY}`),
  'bytes that are no UTF-8': (id) =>
    line(Buffer.from(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":["${CANARY}\xff"]}}`, 'latin1')),
  'two messages on a line': (id) => line(JSON.stringify({ jsonrpc: '2.0', id, result: complete(CANARY) }).repeat(2)),
  'an answer in the middle of noise': (id) => line(`log: ${JSON.stringify({ jsonrpc: '2.0', id, result: complete(CANARY) })}`),
  'a request that no server may send': () => {
    for (const method of ['tools/call', 'initialize', 'resources/read', 'evil/method'])
      say({ jsonrpc: '2.0', id: `q-${method}`, method, params: { name: CANARY } });
  },
  'notifications that no server may send': () => {
    for (const method of ['notifications/initialized', 'notifications/evil', 'tools/list', 'notifications/roots/list_changed'])
      notify(method, { data: CANARY });
  },
  'news of what is hidden': () => notify('notifications/resources/updated', { uri: 'file:///hidden/a', title: CANARY }),
  'nothing but empty lines': () => line('\n\r\n\n \n\0'),
  'carriage returns': (id) => line(`${JSON.stringify({ jsonrpc: '2.0', id: 'x', result: CANARY })}\r`.repeat(2) + JSON.stringify(id)),
};

/** What is said in place of an honest answer. */
const lies: Readonly<Record<string, (id: Id, params: Params) => void>> = {
  'an unknown type of result': (id) => answer(id, { ...complete(CANARY), resultType: 'exotic' }),
  'a question nobody takes': (id) =>
    answer(id, { resultType: 'input_required', inputRequests: { q: { method: 'sampling/createMessage', params: { prompt: CANARY } } } }),
  'a list as result': (id) => answer(id, [CANARY]),
  'text as result': (id) => answer(id, CANARY),
  death: () => process.exit(9),
  'death with words': () => {
    process.stderr.write(`${CANARY}\n`, () => process.exit(9));
  },
  'a line without end': () => void pour('x'.repeat(64 * 1024)),
  'a flood of notifications': () =>
    void pour(
      `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'y'.repeat(8_000) } })}\n`,
    ),
  'a flood of noise': () => void pour(`${CANARY}${'z'.repeat(8_000)}\n`),
};

/** What is not listed is not called. */
const ALSO_LISTED = ['pid', ...Object.keys(lies), ...Object.keys(tricks)].map((name) => ({ name }));

createInterface({ input: process.stdin }).on('line', (text) => hear(JSON.parse(text)));

function hear({ id, method, params = {} }: { id?: Id; method?: string; params?: Params }): void {
  if (method === 'notifications/initialized') return early();
  if (id === undefined || method === undefined) return;
  switch (method) {
    case 'server/discover':
      return answer(id, {
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities: { tools: {} },
        ttlMs: 0,
        cacheScope: 'private',
      });
    case 'initialize':
      return answer(id, {
        protocolVersion: params['protocolVersion'],
        capabilities: { tools: {} },
        serverInfo: { name: 'hostile', version: '1' },
      });
    case 'tools/list':
      if (params['cursor'] === 'no list') return answer(id, { resultType: 'complete', Tools: [{ name: 'hidden', description: CANARY }] });
      return answer(id, {
        resultType: 'complete',
        tools: [{ name: 'hidden', description: CANARY }, { description: CANARY }, { name: 'shown' }, ...ALSO_LISTED],
        cacheScope: 'public',
        ttlMs: 5,
      });
    default:
      return call(id, String(params['name']), params);
  }
}

function call(id: Id, name: string, params: Params): void {
  if (name === 'pid') return answer(id, complete(String(process.pid)));
  const lie = lies[name];
  if (lie !== undefined) return lie(id, params);
  tricks[name]?.(id, params);
  answer(id, complete('honest'));
  // And once more, now that it has been answered.
  answer(id, complete(CANARY));
}

/** Said before anybody listens to it: it is kept for the stream that the agent may open later. */
function early(): void {
  notify('notifications/resources/updated', { uri: 'file:///hidden/a', title: CANARY });
  say({ jsonrpc: '2.0', id: 'early', method: 'tools/call', params: { name: CANARY } });
  notify('notifications/evil', { data: CANARY });
  notify('notifications/tools/list_changed', {});
}

async function pour(piece: string): Promise<void> {
  for (;;) if (!process.stdout.write(piece)) await new Promise((resolve) => process.stdout.once('drain', () => resolve(undefined)));
}
