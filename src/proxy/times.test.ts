import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../telemetry/index.ts';
import { bed, modern, rule, useRoad } from './fakes.fixture.ts';
import { createRoadMetrics } from './metrics.ts';
import type { CallDurations } from './metrics.ts';
import { carry } from './pipeline.ts';
import { forEachStage, noTimes, serverUsOf } from './times.ts';
import type { CallTimes } from './times.ts';
import type { Call } from './exchange.ts';

type Marks = Partial<CallTimes> & Partial<Pick<Call, 'forwardedUs' | 'answeredUs'>>;

/** Stages of a call that came at 1 000 µs. */
function stagesOf(marks: Marks, nowUs: number): Record<string, number> {
  const { forwardedUs = 0, answeredUs = 0, ...times } = marks;
  const stages: Record<string, number> = {};
  forEachStage({ arrival: { arrivedUs: 1_000 }, forwardedUs, answeredUs, times: { ...noTimes(), ...times } }, nowUs, (stage, us) => {
    stages[stage] = us;
  });
  return stages;
}

function serverUsIn(marks: Marks, nowUs: number): number {
  const { forwardedUs = 0, answeredUs = 0, ...times } = marks;
  return serverUsOf({ forwardedUs, answeredUs, times: { ...noTimes(), ...times } }, nowUs);
}

test('the stages of a call and its server are all of its time', () => {
  const times = {
    receivedUs: 1_020,
    requestInspectedUs: 15,
    decidedUs: 1_045,
    recordedUs: 1_055,
    forwardedUs: 1_062,
    answeredUs: 4_062,
    answerInspectedUs: 12,
    heldUs: 300,
  };
  const stages = stagesOf(times, 4_400);
  assert.deepEqual(stages, { receive: 20, inspect: 27, decide: 10, record: 310, forward: 7, answer: 26 });
  const all = Object.values(stages).reduce((sum, us) => sum + us, 0);
  assert.equal(all + serverUsIn(times, 4_400), 4_400 - 1_000);
});

test('what was refused went to no server, and was written down all the same', () => {
  assert.deepEqual(stagesOf({ receivedUs: 1_020, decidedUs: 1_030, recordedUs: 1_035, heldUs: 100 }, 1_150), {
    receive: 20,
    decide: 10,
    record: 105,
    answer: 15,
  });
});

test('what was cut off while its server was at it ends with its server', () => {
  const marks = { receivedUs: 1_020, decidedUs: 1_030, recordedUs: 1_035, forwardedUs: 1_040 };
  assert.deepEqual(stagesOf(marks, 9_000), { receive: 20, decide: 10, record: 5, forward: 5 });
  assert.equal(serverUsIn(marks, 9_000), 7_960);
});

test('until its server could be used, the time is the server’s', () => {
  const came = { receivedUs: 1_020, decidedUs: 1_030, recordedUs: 1_035 };
  const carried = { ...came, awaitedServerUs: 3_000, forwardedUs: 4_040, answeredUs: 5_040 };
  assert.deepEqual(stagesOf(carried, 5_050), { receive: 20, decide: 10, record: 5, forward: 5, answer: 10 });
  assert.equal(serverUsIn(carried, 5_050), 4_000);
  // Before it could be decided, the server had to list what it has.
  const looked = { ...came, awaitedToDecideUs: 7, forwardedUs: 1_040, answeredUs: 5_040 };
  assert.deepEqual(stagesOf(looked, 5_050), { receive: 20, decide: 3, record: 5, forward: 5, answer: 10 });
  assert.equal(serverUsIn(looked, 5_050), 4_007);
  // It never came up.
  const refused = { ...came, awaitedServerUs: 3_000 };
  assert.deepEqual(stagesOf(refused, 4_045), { receive: 20, decide: 10, record: 5, answer: 10 });
  assert.equal(serverUsIn(refused, 4_045), 3_000);
  // A share of a question is over when that is known.
  assert.equal(stagesOf({ ...refused, answeredUs: 4_045 }, 4_046)['answer'], 1);
  // Its agent did not wait for that.
  const givenUp = { ...came, awaitingServerSinceUs: 1_035 };
  assert.deepEqual(stagesOf(givenUp, 2_035), { receive: 20, decide: 10, record: 5 });
  assert.equal(serverUsIn(givenUp, 2_035), 1_000);
});

test('a program that takes three seconds to start is no slow gateway', () => {
  useRoad(carry);
  let clockUs = 1_000;
  const durations: CallDurations[] = [];
  const road = bed(
    [rule('all', 'allow')],
    {},
    {
      nowUs: () => (clockUs += 10),
      metrics: { ...createRoadMetrics(createMetrics()), outcome: (_, __, took) => void durations.push(took) },
    },
  );
  const { server } = road.server;
  const prepare: typeof server.prepare = server.prepare.bind(server);
  Object.assign(server, {
    prepare: (ready: Parameters<typeof prepare>[0]) => {
      clockUs += 3_000_000;
      prepare(ready);
    },
  });
  road.arrive(...modern('tools/call', { name: 'get_ticket', arguments: {} }));
  road.server.handler?.onError('upstream_unreachable', 'nothing listens there');
  const [{ totalUs, serverUs } = { totalUs: 0, serverUs: 0 }] = durations;
  assert.ok(serverUs >= 3_000_000 && totalUs - serverUs < 5_000, `${totalUs - serverUs} µs of ${totalUs} are said to be the gateway's`);
  const end = road.audit.records.find(({ kind }) => kind === 'outcome');
  assert.ok(end?.kind === 'outcome' && Number(end.gatewayUs) < 5_000 && Number(end.serverUs) >= 3_000_000);
});

test('a share of a question to several servers has come by no door', () => {
  const stages = stagesOf({ decidedUs: 1_004, recordedUs: 1_006, forwardedUs: 1_010, answeredUs: 2_000 }, 2_001);
  assert.deepEqual(stages, { decide: 4, record: 2, forward: 4, answer: 1 });
});

test('a call over the road passes every stage, and a server that fails is counted by what it failed at', () => {
  useRoad(carry);
  const metrics = createMetrics();
  const road = bed([rule('all', 'allow')], {}, { metrics: createRoadMetrics(metrics) });
  road.arrive(...modern('tools/call', { name: 'get_ticket', arguments: {} }));
  road.server.handler?.onError('upstream_unreachable', 'nothing listens there');
  const { families } = metrics.dump();
  const counts = (families['sallyport.stage.duration'] ?? []).map(({ labels, values }) => [
    labels[0],
    values.slice(0, -1).reduce((sum, n) => sum + n, 0),
  ]);
  // It was recognised at a door that this road does not have; and it is looked into at no time by what looks into nothing.
  assert.deepEqual(Object.fromEntries(counts), { authenticate: 0, receive: 1, inspect: 1, decide: 1, record: 1, forward: 1, answer: 1 });
  assert.deepEqual(
    families['sallyport.upstream.failures']?.map(({ labels }) => labels),
    [['upstream_unreachable', 'tickets']],
  );
});
