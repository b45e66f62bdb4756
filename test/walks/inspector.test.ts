// The processes that look into large messages are killed and stopped while they do: nothing passes that was not looked into, the workers do not notice, and
// what died or hangs is replaced. What is in every answer here is a secret, so whatever passes whole and unlooked shows.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  anyTool,
  at,
  endLoads,
  isRunning,
  legacyAnswers,
  LegacySession,
  modernAnswers,
  modernCall,
  startGateway,
  startLoad,
  startScriptedServer,
  testConfig,
  textAt,
  until,
} from '../harness/index.ts';
import type { Gateway, RpcAnswer, ScriptedServer } from '../harness/index.ts';

// Put together here, so that whoever searches the sources for secrets finds none.
const SECRET = ['AKIA', 'Z7QK2M5X', 'WTR4NJ3V'].join('');
const FILLER = 'The quick brown fox jumps over the lazy dog, and writes 42 lines of prose about it.\n';
const END = 'this is the end of it';
/** Lines: looked into in the loop, whole in an inspector, in pieces as it passes by. */
const SIZES = { small: 10, middle: 3_000, large: 15_000 } as const;
type Size = keyof typeof SIZES;

const LOADED: readonly Size[] = ['small', 'middle', 'large'];
const ROUNDS = 2;
const FAILED = 'could not be looked into (failed)';

/** What became of a call. */
type Fate = 'taken out' | 'kept back' | 'cut';

let modern: ScriptedServer;
let legacy: ScriptedServer;
let gateway: Gateway;
let key: string;

const answer = (params: unknown): object => {
  const size = LOADED.find((name) => textAt(params, 'name') === name) ?? 'small';
  const filler = FILLER.repeat(SIZES[size] / 2);
  return { content: [{ type: 'text', text: `${filler}${SECRET} ${filler}${END}` }] };
};

before(async () => {
  const tools = LOADED.map(anyTool);
  [modern, legacy] = await Promise.all([
    startScriptedServer(
      modernAnswers({
        'tools/list': { resultType: 'complete', tools, ttlMs: 600_000, cacheScope: 'private' },
        'tools/call': (params: unknown) => ({ resultType: 'complete', ...answer(params) }),
      }),
    ),
    startScriptedServer(legacyAnswers({ 'tools/list': { tools }, 'tools/call': answer })),
  ]);
  gateway = await startGateway({ config: testConfig({ servers: { modern: { url: modern.url }, legacy: { url: legacy.url } } }) });
  key = await gateway.addAgent('ann');
  await until(() => inspectors().length === 2, 'an inspector for each worker');
});
after(async () => {
  endLoads();
  await gateway?.stop();
  await Promise.all([modern?.close(), legacy?.close()]);
});

const inspectors = (): readonly number[] => gateway.processes('inspector');
const signal = (pids: readonly number[], name: NodeJS.Signals): void => pids.forEach((pid) => void process.kill(pid, name));
const replaced = (before: readonly number[]): Promise<void> =>
  until(() => inspectors().length === 2 && !inspectors().some((pid) => before.includes(pid)), 'other inspectors');

/** What came of a call. That it was not looked into is none of it, also not of a part. */
async function call(tool: Size, make: (tool: Size) => Promise<RpcAnswer>): Promise<Fate> {
  const { http, result, error } = await make(tool);
  assert(!http.body.includes(SECRET), 'an answer passed that was not looked into');
  if (result === undefined && error === undefined) {
    assert(!http.body.includes(END), http.body.slice(-500));
    return 'cut';
  }
  const text = at(result, 'content', 0, 'text');
  if (typeof text === 'string' && text.includes('[redacted:') && text.endsWith(END)) return 'taken out';
  assert(http.body.includes(FAILED), http.body.slice(0, 500));
  return 'kept back';
}

for (const era of ['modern', 'legacy'] as const) {
  describe(`a ${era} agent`, () => {
    const make = async (tool: Size): Promise<RpcAnswer> => {
      const params = { name: tool, arguments: {} };
      if (era === 'modern') return modernCall(gateway.url('modern'), 'tools/call', params, { key });
      const session = await LegacySession.open(gateway.url('legacy'), { key });
      return session.request('tools/call', params);
    };
    /** An inspector that has only just begun may be late for the first one: that one is kept back. */
    const allPass = async (): Promise<void> => {
      for (const size of LOADED) await until(async () => (await call(size, make)) === 'taken out', `an answer of size ${size}`);
    };

    test('gets no answer unlooked while inspectors are killed, again and again', async () => {
      await allPass();
      const workers = gateway.workers();
      const fates: Record<Size, Set<Fate>> = { small: new Set(), middle: new Set(), large: new Set() };
      const loads = LOADED.map((size) =>
        startLoad(size, 2, async () => {
          fates[size].add(await call(size, make));
          return true;
        }),
      );
      for (let round = 0; round < ROUNDS; round++) {
        const counts = loads.map(({ count }) => count);
        await until(() => loads.every(({ count }, index) => count > (counts[index] ?? 0) + 2), 'answers of every size');
        const victims = inspectors();
        signal(victims, 'SIGKILL');
        await replaced(victims);
      }
      const reports = await Promise.all(loads.map((load) => load.stop()));
      assert.deepEqual(
        reports.flatMap(({ failed }) => failed),
        [],
      );
      assert.deepEqual([...fates.small], ['taken out'], 'small answers need no inspector');
      for (const size of ['middle', 'large'] as const) assert(fates[size].has('taken out'), size);
      assert.deepEqual(gateway.workers(), workers, 'the workers are those they were');
      await allPass();
    });

    test('gets no answer unlooked while inspectors hang, and does not wait for ever', async () => {
      const victims = inspectors();
      const workers = gateway.workers();
      signal(victims, 'SIGSTOP');
      const middle = [1, 2, 3, 4].map(() => call('middle', make));
      const large = [1, 2, 3, 4].map(() => call('large', make));
      assert.equal(await call('small', make), 'taken out', 'small answers need no inspector');
      assert.deepEqual(new Set(await Promise.all(middle)), new Set(['kept back']));
      for (const fate of await Promise.all(large)) assert(fate !== 'taken out');
      // Both are found to hang once both workers have had something for them.
      await until(async () => {
        await call('middle', make);
        return !inspectors().some((pid) => victims.includes(pid));
      }, 'other inspectors');
      await until(() => inspectors().length === 2, 'an inspector for each worker');
      assert.deepEqual(gateway.workers(), workers, 'the workers are those they were');
      await allPass();
    });
  });
}

test('an inspector goes with its worker; the next worker has one of its own', async () => {
  const before = inspectors();
  const [victim] = gateway.workers();
  assert(victim !== undefined);
  process.kill(victim, 'SIGKILL');
  await until(() => !gateway.workers().includes(victim) && gateway.workers().length === 2, 'another worker');
  await until(() => inspectors().length === 2 && inspectors().some((pid) => !before.includes(pid)), 'its inspector');
  assert.equal(inspectors().filter((pid) => before.includes(pid)).length, 1, 'the inspector of the other worker is the same');
});

test('inspectors that hang keep nobody from ending, and end when the supervisor is gone', async () => {
  await using other = await startGateway({ config: testConfig({ servers: { modern: { url: modern.url } } }) });
  const theirs = (): readonly number[] => other.processes('inspector');
  await until(() => theirs().length === 2, 'its inspectors');
  const [stopped = -1] = theirs();
  process.kill(stopped, 'SIGSTOP');
  assert.equal(await other.stop(), 0);
  assert(!isRunning(stopped));

  await using third = await startGateway({ config: testConfig({ servers: { modern: { url: modern.url } } }) });
  await until(() => third.processes('inspector').length === 2, 'its inspectors');
  const orphans = third.processes('inspector');
  process.kill(third.pid, 'SIGKILL');
  await until(() => !orphans.some(isRunning), 'the end of the orphans');
});
