import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok } from '../base/index.ts';
import type { Result } from '../base/index.ts';
import { DEFAULT_INSPECTION } from '../inspection/index.ts';
import type { Found, InspectionDocument, Progress } from '../inspection/index.ts';
import { notLookedInto } from '../proxy/index.ts';
import type { BeginScan } from '../proxy/index.ts';
import { createLog, createMetrics } from '../telemetry/index.ts';
import type { Fields, Frame } from './channel.ts';
import { compileForX, fakeChannel, foundAt, frameOf, scanForX } from './inspector.fixture.ts';
import type { FakeChannel } from './inspector.fixture.ts';
import { createInspectorDoor } from './inspector-door.ts';
import { beginInspector } from './inspector.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const FAILED = notLookedInto('failed');
const OVER_BUDGET = notLookedInto('over-budget');
const silentLog = createLog({ process: 'test', level: 'error', format: 'text', clock: () => 0, write: () => {} });

function setUp(compile: (document: InspectionDocument) => Result<BeginScan, string> = compileForX) {
  const hung: string[] = [];
  const metrics = createMetrics();
  const door = createInspectorDoor({ compile, onHung: (name) => hung.push(name), metrics, log: silentLog });
  door.update(DEFAULT_INSPECTION);
  const ends = (): Readonly<Record<string, number>> =>
    Object.fromEntries(
      (metrics.dump().families['sallyport.inspection.messages'] ?? [])
        .filter(({ values }) => values[0] !== 0)
        .map(({ labels, values }) => [labels.join(' '), values[0] ?? 0]),
    );
  return { door, hung, metrics, ends };
}

/** An inspector that a test plays. */
async function played(door: ReturnType<typeof createInspectorDoor>, name = 'inspector-0.7'): Promise<FakeChannel> {
  const channel = fakeChannel();
  door.linked(channel, name);
  await channel.answer({});
  await Promise.resolve();
  channel.sent.length = 0;
  return channel;
}

/** The real one, at the other end of a channel without a socket. */
function joined(door: ReturnType<typeof createInspectorDoor>): { readonly here: FakeChannel; readonly there: FakeChannel } {
  const duties = beginInspector(compileForX, silentLog);
  const peer = { role: 'worker', name: 'worker-0.4' } as const;
  const here: FakeChannel = fakeChannel((frame) => queueMicrotask(() => duties.onFrame?.(peer, frame, there)));
  const there: FakeChannel = fakeChannel((frame) => queueMicrotask(() => door.hear(here, frame)));
  duties.onLink?.('worker', there, 'worker-0.4');
  door.linked(here, 'inspector-0.7');
  return { here, there };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
const lookedAt = (door: ReturnType<typeof createInspectorDoor>, bytes: Uint8Array): Promise<readonly Found[]> =>
  new Promise((resolve) => door.inspector.look(bytes, 'answer', resolve));
const kinds = (frames: readonly Frame[]): readonly string[] => frames.map(({ type }) => type);
/** Answers a slice. */
const looked = (job: unknown, bytes: number, decided: number, found: readonly Found[] = []): Frame =>
  frameOf('looked', { job, bytes, decided, found });

test('what cannot wait is looked into before the call returns, up to a size that holds nobody up', () => {
  const { door, ends } = setUp();
  const bytes = Buffer.alloc(512 * KIB);
  bytes[1000] = 0x58;
  assert.deepEqual(door.inspector.lookNow(bytes, 'answer'), [foundAt(1000)]);
  assert.deepEqual(door.inspector.lookNow(Buffer.alloc(512 * KIB + 1), 'answer'), [OVER_BUDGET]);
  assert.deepEqual(ends(), { 'loop looked': 1 });
});

test('whatever is looked into in the loop may cost no more than the loop bears, and what the inspector looks into as much as its length lets it', async () => {
  const limits: (number | undefined)[] = [];
  const begin: BeginScan = (surface, maxSteps) => {
    limits.push(maxSteps);
    return scanForX(surface);
  };
  const { door } = setUp(() => ok(begin));
  joined(door);
  await lookedAt(door, Buffer.alloc(KIB));
  await lookedAt(door, Buffer.alloc(300 * KIB));
  door.inspector.lookNow(Buffer.alloc(512 * KIB), 'answer');
  // Of what a server says unasked there may be any number: small ones cost little.
  door.inspector.lookNow(Buffer.alloc(KIB), 'answer');
  assert.deepEqual(limits, [2_097_152, 2_097_152, 32_768 + 64 * KIB]);
});

test('a small message is looked into before the call returns, whether there is an inspector or not', () => {
  const { door, ends } = setUp();
  let said: readonly Found[] | undefined;
  door.inspector.look(Buffer.from('aXb'), 'answer', (found) => (said = found));
  assert.deepEqual(said, [foundAt(1)]);
  assert.deepEqual(ends(), { 'loop looked': 1 });
});

test('without an engine nothing passes as looked into', () => {
  const door = createInspectorDoor({ compile: compileForX, onHung: () => {}, metrics: createMetrics(), log: silentLog });
  door.inspector.look(Buffer.from('aXb'), 'answer', (found) => assert.deepEqual(found, [FAILED]));
});

test('a large message goes through the inspector, and what is found has its place', async () => {
  const { door, ends } = setUp();
  joined(door);
  const bytes = Buffer.alloc(300 * KIB, 'a');
  for (const at of [0, 64 * KIB - 1, 64 * KIB, 299 * KIB, bytes.length - 1]) bytes[at] = 0x58;
  const found = await lookedAt(door, bytes);
  assert.deepEqual(
    found.map(({ start }) => start),
    [0, 64 * KIB - 1, 64 * KIB, 299 * KIB, bytes.length - 1],
  );
  assert.deepEqual(ends(), { 'process looked': 1 });
});

test('a stream is answered push by push, in order, and then its end', async () => {
  const { door } = setUp();
  joined(door);
  const said: [string, Progress][] = [];
  const stream = door.inspector.open('answer');
  stream.push(Buffer.from('aX'), (progress) => said.push(['first', progress]));
  stream.push(Buffer.alloc(0), (progress) => said.push(['empty', progress]));
  stream.push(Buffer.alloc(130 * KIB, 'b'), (progress) => said.push(['large', progress]));
  stream.push(Buffer.from('X'), (progress) => said.push(['last', progress]));
  await new Promise<void>((resolve) => {
    stream.end((progress) => {
      said.push(['end', progress]);
      resolve();
    });
  });
  const size = 130 * KIB + 3;
  assert.deepEqual(said, [
    ['first', { decided: 1, found: [] }],
    ['empty', { decided: 1, found: [] }],
    ['large', { decided: size - 2, found: [foundAt(1)] }],
    ['last', { decided: size - 1, found: [] }],
    ['end', { decided: size, found: [foundAt(size - 1)] }],
  ]);
});

test('of a message, and of all, only so much is under way', async () => {
  const { door } = setUp();
  const channel = await played(door);
  const inspect = (): void => door.inspector.look(Buffer.alloc(2 * MIB), 'answer', () => {});
  inspect();
  const sentBytes = (): number => channel.sent.reduce((sum, { payload }) => sum + payload.length, 0);
  assert.equal(sentBytes(), 256 * KIB);
  door.hear(channel, looked(1, 64 * KIB, 64 * KIB));
  assert.equal(sentBytes(), 320 * KIB, 'one slice is answered, one is sent');
  for (let more = 0; more < 40; more++) inspect();
  assert.equal(sentBytes(), 4 * MIB + 64 * KIB);
  const before = channel.sent.length;
  door.hear(channel, looked(1, 64 * KIB, 128 * KIB));
  assert.equal(channel.sent.length, before + 1);
  assert.notEqual(channel.sent.at(-1)?.fields['job'], 1, 'those who have waited are first');
});

test('messages take turns on the way to the inspector', async () => {
  const { door } = setUp();
  const channel = await played(door);
  for (let more = 0; more < 16; more++) door.inspector.look(Buffer.alloc(2 * MIB), 'answer', () => {});
  door.inspector.look(Buffer.alloc(100 * KIB), 'request', () => {});
  assert.equal(
    channel.sent.filter(({ type }) => type === 'bytes').some(({ fields }) => fields['job'] === 17),
    false,
  );
  const isSent = (): boolean => kinds(channel.sent.filter(({ fields }) => fields['job'] === 17)).includes('end');
  let answers = 0;
  // The inspector works in turns as well: a slice of each message.
  for (const done = new Map<unknown, number>(); !isSent(); answers++) {
    const id = (answers % 16) + 1;
    const bytes = (done.get(id) ?? 0) + 64 * KIB;
    done.set(id, bytes);
    door.hear(channel, looked(id, 64 * KIB, bytes));
    assert(answers < 40, 'the small message waits for the large ones');
  }
});

test('more than can be looked into in a reasonable time is over the budget, and said at once', async () => {
  const { door, ends } = setUp();
  await played(door);
  const answers: (readonly Found[])[] = [];
  for (let count = 0; count < 9; count++) door.inspector.look(Buffer.alloc(16 * MIB), 'answer', (found) => answers.push(found));
  assert.deepEqual(answers, [[OVER_BUDGET]]);
  assert.deepEqual(ends(), { 'process over-budget': 1 });
});

test('an inspector that dies fails what it was looking into, and its successor gets what comes then', async () => {
  const { door, ends } = setUp();
  const channel = await played(door);
  const answers: (readonly Found[])[] = [];
  door.inspector.look(Buffer.alloc(MIB), 'answer', (found) => answers.push(found));
  const said: Progress[] = [];
  const stream = door.inspector.open('answer');
  for (const text of ['aaX', 'b']) stream.push(Buffer.from(text), (progress) => said.push(progress));
  door.hear(channel, looked(2, 3, 3, [foundAt(2)]));
  channel.close();
  door.lost(channel);
  stream.push(Buffer.from('ccc'), (progress) => said.push(progress));
  stream.end((progress) => said.push(progress));
  assert.deepEqual(answers[0], [FAILED]);
  assert.deepEqual(said, [
    { decided: 3, found: [foundAt(2)] },
    { decided: 4, found: [FAILED] },
    { decided: 7, found: [] },
    { decided: 7, found: [] },
  ]);
  door.inspector.look(Buffer.alloc(MIB), 'answer', (found) => answers.push(found));
  assert.equal(answers.length, 1, 'it waits');
  joined(door);
  while (answers.length < 2) await turn();
  assert.deepEqual(answers[1], []);
  assert.deepEqual(ends(), { 'process died': 2, 'process looked': 1 });
});

test('what was found before it died is said with why the rest was not looked into', async () => {
  const { door } = setUp();
  const channel = await played(door);
  const answer = lookedAt(door, Buffer.alloc(100 * KIB, 'X'));
  door.hear(channel, looked(1, 64 * KIB, 10, [foundAt(2)]));
  door.lost(channel);
  assert.deepEqual(await answer, [foundAt(2), FAILED]);
});

test('an inspector that does not answer is given up, reported, and believed nothing any more', async () => {
  const { door, hung, ends } = setUp();
  const channel = await played(door);
  const answer = lookedAt(door, Buffer.alloc(100 * KIB, 'X'));
  for (let tick = 0; tick < 12; tick++) door.tick();
  assert.deepEqual(hung, []);
  door.hear(channel, looked(1, 64 * KIB, 10, [foundAt(2)])); // A sign of life, and the wait begins anew.
  for (let tick = 0; tick < 12; tick++) door.tick();
  assert.deepEqual(hung, []);
  door.tick();
  assert.deepEqual(hung, ['inspector-0.7']);
  assert(channel.closed);
  assert.deepEqual(await answer, [foundAt(2), FAILED]);
  door.hear(channel, looked(1, 36 * KIB, 100 * KIB));
  assert.deepEqual(ends(), { 'process hung': 1 });
});

test('an inspector that has nothing to do is not taken for dead', async () => {
  const { door, hung } = setUp();
  const channel = await played(door);
  const stream = door.inspector.open('answer');
  stream.push(Buffer.from('abc'), () => {});
  door.hear(channel, looked(1, 3, 3));
  for (let tick = 0; tick < 100; tick++) door.tick();
  assert.deepEqual(hung, []);
});

test('messages wait for an inspector as long as one takes to be replaced, and not longer', async () => {
  const { door, ends } = setUp();
  let said: readonly Found[] | undefined;
  door.inspector.look(Buffer.alloc(MIB), 'answer', (found) => (said = found));
  for (let tick = 0; tick < 20; tick++) door.tick();
  assert.equal(said, undefined);
  door.tick();
  assert.deepEqual(said, [FAILED]);
  assert.deepEqual(ends(), { 'process absent': 1 });
  const channel = fakeChannel();
  const answer = lookedAt(door, Buffer.alloc(MIB));
  door.linked(channel, 'inspector-0.8');
  assert.deepEqual(kinds(channel.sent), ['engine'], 'it has to know first what to look for');
  await channel.answer({});
  await Promise.resolve();
  assert.deepEqual(kinds(channel.sent).slice(0, 3), ['engine', 'open', 'bytes']);
  door.lost(channel);
  await answer;
});

test('messages name the engine that they are looked into with; another document is another engine', async () => {
  const { door } = setUp();
  const channel = await played(door);
  door.inspector.open('answer');
  assert.equal(door.update({ ...DEFAULT_INSPECTION }), undefined);
  assert.deepEqual(kinds(channel.sent), ['open'], 'the same document is no change');
  door.update({ ...DEFAULT_INSPECTION, without: ['x'] });
  door.inspector.open('request');
  assert.deepEqual(kinds(channel.sent), ['open', 'engine']);
  await channel.answer({});
  await Promise.resolve();
  const [first, engine, second] = channel.sent.map(({ fields }) => fields['revision']);
  assert.deepEqual([first, engine, second], [1, 2, 2]);
});

test('a document that makes no engine changes nothing here', () => {
  const { door } = setUp((document) => (document.without.length > 0 ? fail('There is no such detector.') : compileForX()));
  assert.equal(door.update({ ...DEFAULT_INSPECTION, without: ['x'] }), 'There is no such detector.');
  door.inspector.look(Buffer.from('X'), 'answer', (found) => assert.deepEqual(found, [foundAt(0)]));
});

test('an inspector that refuses the engine fails large messages at once', async () => {
  const { door, ends } = setUp();
  const channel = fakeChannel();
  const before = lookedAt(door, Buffer.alloc(MIB));
  door.linked(channel, 'inspector-0.7');
  await channel.answer({ error: 'There is no such detector.' });
  assert.deepEqual(await before, [FAILED]);
  assert.deepEqual(await lookedAt(door, Buffer.alloc(MIB)), [FAILED]);
  assert.deepEqual(ends(), { 'process refused': 2 });
  door.inspector.look(Buffer.from('X'), 'answer', (found) => assert.deepEqual(found, [foundAt(0)]));
});

test('a detector that throws in the inspector fails one message', async () => {
  const { door, ends } = setUp();
  joined(door);
  const bytes = Buffer.alloc(300 * KIB, 'a');
  const [failed, found] = await Promise.all([
    lookedAt(door, Buffer.concat([bytes, Buffer.from('!')])),
    lookedAt(door, Buffer.concat([bytes, Buffer.from('X')])),
  ]);
  assert.deepEqual(failed, [FAILED]);
  assert.deepEqual(found, [foundAt(bytes.length)]);
  assert.deepEqual(ends(), { 'process crashed': 1, 'process looked': 1 });
});

test('what an inspector says is not believed beyond its form and its bounds', async () => {
  const good: Fields = { ...foundAt(1) };
  const nonsense: readonly (readonly [string, Fields])[] = [
    ['more bytes than were sent', { bytes: 65 * KIB, decided: 0, found: [] }],
    ['no number of bytes', { bytes: 'x', decided: 0, found: [] }],
    ['a place behind the end', { bytes: 3, decided: 4, found: [] }],
    ['a place in front of the beginning', { bytes: 3, decided: -1, found: [] }],
    ['no findings', { bytes: 3, decided: 3 }],
    ['a finding behind the end', { bytes: 3, decided: 3, found: [{ ...good, end: 4 }] }],
    ['a finding that ends before it begins', { bytes: 3, decided: 3, found: [{ ...good, end: 0 }] }],
    ['a finding of no class', { bytes: 3, decided: 3, found: [{ ...good, class: 'none' }] }],
    ['a path without end', { bytes: 3, decided: 3, found: [{ ...good, path: 'x'.repeat(201) }] }],
    ['no finding', { bytes: 3, decided: 3, found: [null] }],
  ];
  for (const [what, fields] of nonsense) {
    const { door, hung, ends } = setUp();
    const channel = await played(door);
    const said: Progress[] = [];
    door.inspector.open('answer').push(Buffer.from('aXb'), (progress) => said.push(progress));
    door.hear(channel, frameOf('looked', { job: 1, ...fields }));
    assert.deepEqual(said, [{ decided: 3, found: [FAILED] }], what);
    assert.deepEqual(hung, ['inspector-0.7'], what);
    assert.deepEqual(ends(), { 'process malformed': 1 }, what);
  }
});

test('it cannot end what was not sent to its end, nor go back', async () => {
  for (const frames of [
    [frameOf('ended', { job: 1, decided: 0, found: [] })],
    [looked(1, 2, 2), looked(1, 1, 1)],
    [looked(1, 0, 0), looked(1, 3, 3), looked(1, 0, 3)],
    [frameOf('surprise', { job: 1 })],
  ]) {
    const { door, hung } = setUp();
    const channel = await played(door);
    door.inspector.open('answer').push(Buffer.from('aXb'), () => {});
    for (const frame of frames) door.hear(channel, frame);
    assert.deepEqual(hung, ['inspector-0.7']);
  }
});

test('nothing is called for a message that was abandoned, and what it took is free again', async () => {
  const { door, ends, metrics } = setUp();
  const channel = await played(door);
  const stream = door.inspector.open('answer');
  stream.push(Buffer.alloc(MIB), () => assert.fail());
  stream.abandon();
  stream.end(() => assert.fail());
  assert.equal(channel.sent.at(-1)?.type, 'abandon');
  door.hear(channel, looked(1, 64 * KIB, 64 * KIB));
  door.tick();
  assert.deepEqual(ends(), { 'process abandoned': 1 });
  assert.deepEqual(metrics.dump().families['sallyport.inspection.waiting'], [{ labels: [], values: [0] }]);
  assert.deepEqual(await new Promise((resolve) => (joined(door), door.inspector.look(Buffer.alloc(MIB), 'answer', resolve))), []);
});

test('whoever is called back may abandon, push and end', async () => {
  const { door } = setUp();
  joined(door);
  const said: number[] = [];
  await new Promise<void>((resolve) => {
    const stream = door.inspector.open('answer');
    const push = (left: number): void =>
      stream.push(Buffer.alloc(100 * KIB), ({ decided }) => {
        said.push(decided);
        if (left > 0) push(left - 1);
        else stream.end(() => resolve());
      });
    push(3);
  });
  assert.equal(said.length, 4);
  const { door: other } = setUp();
  const channel = await played(other);
  const stream = other.inspector.open('answer');
  stream.push(Buffer.from('a'), () => stream.abandon());
  stream.push(Buffer.from('b'), () => assert.fail());
  other.lost(channel);
});
