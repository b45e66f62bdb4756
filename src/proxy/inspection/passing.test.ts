import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Found, Progress } from '../../inspection/index.ts';
import { foundAt, inspectedCall } from './inspected-call.fixture.ts';
import type { InspectedStream } from './inspector.ts';
import { createPassing } from './passing.ts';

/** A stream of which the test says what was found, and when. */
interface Scripted extends InspectedStream {
  readonly waiting: ((progress: Progress) => void)[];
  abandoned: boolean;
}

function scripted(): Scripted {
  const waiting: ((progress: Progress) => void)[] = [];
  const stream: Scripted = {
    waiting,
    abandoned: false,
    push: (_, progressed) => waiting.push(progressed),
    end: (ended) => waiting.push(ended),
    abandon: () => (stream.abandoned = true),
  };
  return stream;
}

interface Bench {
  readonly passing: ReturnType<typeof createPassing>;
  readonly stream: Scripted;
  /** What was shown so far. */
  readonly shown: () => string;
  readonly stopped: (Found | undefined)[];
  readonly rooms: () => number;
  /** The answer to the oldest piece that nobody has looked into. */
  decide(decided: number, found?: readonly Found[]): void;
}

function bench(): Bench {
  const stream = scripted();
  const call = inspectedCall({ open: () => stream });
  let shown = '';
  let rooms = 0;
  const stopped: (Found | undefined)[] = [];
  const passing = createPassing({
    call,
    release: (bytes) => (shown += Buffer.from(bytes).toString()),
    stop: (found) => stopped.push(found),
    onRoom: () => rooms++,
  });
  return {
    passing,
    stream,
    shown: () => shown,
    stopped,
    rooms: () => rooms,
    decide: (decided, found = []) => stream.waiting.shift()?.({ decided, found }),
  };
}

const push = ({ passing }: Bench, text: string): void => passing.push(Buffer.from(text));

test('nothing is shown that is not decided, and everything is in the end', () => {
  const one = bench();
  push(one, 'abcdef');
  push(one, 'ghi');
  assert.equal(one.shown(), '');
  one.decide(4);
  assert.equal(one.shown(), 'abcd');
  one.decide(9);
  assert.equal(one.shown(), 'abcdefghi');
  let ended = false;
  one.passing.end(() => (ended = true));
  assert.ok(!ended);
  one.decide(9);
  assert.ok(ended);
});

test('what was found is not shown, also where it stands in several pieces', () => {
  const one = bench();
  for (const piece of ['keep AB', 'CDE', 'FG this', ' and HI too']) push(one, piece);
  one.decide(5);
  one.decide(5);
  one.decide(12, [foundAt(5, 12)]);
  one.decide(28, [foundAt(22, 24)]);
  one.passing.end(() => {});
  one.decide(28);
  assert.equal(one.shown(), 'keep [redacted:aws] this and [redacted:aws] too');
});

test('every division into pieces, and every delay, shows the same', () => {
  const text = 'one AB two CD three EF';
  const findings = [foundAt(4, 6), foundAt(11, 13), foundAt(20, 22)];
  for (let size = 1; size <= text.length; size++) {
    for (const lag of [0, 1, 5]) {
      const one = bench();
      const pieces = Math.ceil(text.length / size);
      for (let i = 0; i < pieces; i++) push(one, text.slice(i * size, (i + 1) * size));
      let said = 0;
      for (let i = 0; i < pieces; i++) {
        let decided = Math.max(0, Math.min(text.length, (i + 1) * size) - lag);
        // A finding is decided as a whole.
        for (const { start, end } of findings) if (decided > start && decided < end) decided = start;
        const due = findings.slice(said).filter(({ end }) => end <= decided);
        said += due.length;
        one.decide(decided, due);
      }
      one.passing.end(() => {});
      one.decide(text.length, findings.slice(said));
      assert.equal(one.shown(), 'one [redacted:aws] two [redacted:aws] three [redacted:aws]', `${size} at once, ${lag} behind`);
    }
  }
});

test('what may not be shown ends it, and nothing follows', () => {
  const one = bench();
  push(one, 'some');
  push(one, 'more');
  one.decide(4);
  const failed = foundAt(0, 0, { type: 'failed', class: 'unscanned', kind: 'message' });
  one.decide(8, [failed]);
  assert.equal(one.shown(), 'some');
  assert.deepEqual(one.stopped, [failed]);
  assert.ok(one.stream.abandoned);
  push(one, 'again');
  one.passing.end(() => assert.fail());
  assert.equal(one.shown(), 'some');
});

test('who brings more than can be looked into is told to wait, and when not to', () => {
  const one = bench();
  const piece = 'x'.repeat(300_000);
  push(one, piece);
  assert.ok(!one.passing.full);
  push(one, piece);
  assert.ok(one.passing.full);
  assert.equal(one.rooms(), 0);
  one.decide(300_000);
  assert.ok(!one.passing.full);
  assert.equal(one.rooms(), 1);
});

test('after it was abandoned nothing is called', () => {
  const one = bench();
  push(one, 'some');
  one.passing.abandon();
  one.decide(4);
  assert.equal(one.shown(), '');
  assert.deepEqual(one.stopped, []);
});
