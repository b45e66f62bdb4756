// Holds the two sides of limits, with their messages in any order that channels allow, against the obvious: one bucket in one place. Nothing
// may ever be let through that the one bucket would not have had.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLimitAuthority, createLeaseHolder } from './index.ts';
import type { Charge, Claim, LeaseHolder, LeaseReport, Limit, LimitAuthority, Receipt, Taken, Want } from './index.ts';
import type { WrittenAccount } from './accounts.ts';

const BASE: Limit = { agents: [], groups: [], servers: ['*'], counts: 'uses' };

/** The one bucket. */
function createModel(capacity: number, perMs: number) {
  let level = capacity;
  let at = 0;
  return {
    spend(cost: number, now: number) {
      level = Math.min(capacity, level + (now - at) * perMs) - cost;
      at = now;
      assert.ok(level > -1e-6, `the bucket is overdrawn by ${-level} at ${now}`);
    },
  };
}

type ToAuthority =
  | { readonly kind: 'take'; readonly id: number; readonly wants: readonly Want[]; readonly reports: readonly LeaseReport[] }
  | { readonly kind: 'report'; readonly reports: readonly LeaseReport[] }
  | { readonly kind: 'claim'; readonly claims: readonly Claim[] };
type ToHolder =
  | { readonly kind: 'taken'; readonly id: number; readonly taken: Exclude<Taken, { kind: 'recall' }> }
  | { readonly kind: 'recall'; readonly done: () => void; readonly accounts: readonly { readonly limit: string; readonly key: string }[] };

interface Seat {
  readonly name: string;
  readonly holder: LeaseHolder;
  readonly up: (ToAuthority | (() => void))[];
  readonly down: ToHolder[];
  readonly receipts: Receipt[];
}

/** An authority and its holders, with every message in a queue until it is delivered. */
function createBed(
  limits: Readonly<Record<string, Limit>>,
  onSpend: (charges: readonly Charge[], nowMs: number) => void,
  onUse: (change: number) => void,
) {
  let nowMs = 1_000_000;
  let born = 0;
  let rows = new Map<string, WrittenAccount>();
  let authority: LimitAuthority = createLimitAuthority();
  authority.configure(limits, nowMs);
  const seats: Seat[] = [];
  let admitted = 0;
  let refused = 0;

  const write = (): void => {
    for (const row of authority.unwritten(nowMs)) rows.set(`${row.limit} ${row.key}`, row);
  };
  const begin = (): void => {
    const up: Seat['up'] = [];
    const holder = createLeaseHolder({
      take: (id, wants, reports) => void up.push({ kind: 'take', id, wants, reports }),
      report: (reports) => void up.push({ kind: 'report', reports }),
    });
    seats.push({ name: `worker-${born++}`, holder, up, down: [], receipts: [] });
  };
  const got = (seat: Seat, receipt: Receipt): void => {
    admitted++;
    seat.receipts.push(receipt);
    if (receipt.charges.some(({ kind }) => kind === 'concurrent')) onUse(1);
  };
  const charged = new Map<string, readonly Charge[]>();
  const granted = new Set<string>();
  const wanted = new Map<string, readonly string[]>();
  const taken = (seat: Seat, id: number): readonly string[] => wanted.get(`${seat.name} ${id}`) ?? [];
  const asked = (seat: Seat, { id, wants }: Extract<ToAuthority, { kind: 'take' }>): readonly Charge[] =>
    (charged.get(`${seat.name} ${id}`) ?? []).filter(({ limit }) => wants.some((want) => want.limit === limit));
  const decide = (seat: Seat, message: Extract<ToAuthority, { kind: 'take' }>, isLast: boolean): void => {
    const taken = authority.take(seat.name, message.wants, nowMs, isLast);
    if (taken.kind === 'recall') {
      let open = taken.from.size;
      for (const [name, accounts] of taken.from) {
        const other = seats.find((one) => one.name === name);
        const done = (): void => {
          open--;
          if (open === 0) decide(seat, message, true);
        };
        if (other === undefined) done();
        else other.down.push({ kind: 'recall', accounts, done });
      }
      return;
    }
    write();
    if (taken.kind === 'taken') {
      // Asked twice, because the first answer was lost, it is taken twice.
      onSpend(asked(seat, message), nowMs);
      granted.add(`${seat.name} ${message.id}`);
      wanted.set(
        `${seat.name} ${message.id}`,
        message.wants.map(({ limit }) => limit),
      );
    }
    seat.down.push({ kind: 'taken', id: message.id, taken });
  };

  begin();
  begin();
  begin();
  const pick = (at: number): Seat => seats[at % seats.length] ?? assert.fail();
  const bed = {
    get admitted() {
      return admitted;
    },
    get refused() {
      return refused;
    },
    get rows() {
      return rows.size;
    },
    wait: (ms: number) => {
      nowMs += ms;
    },
    call: (at: number, charges: readonly Charge[]) => {
      const seat = pick(at);
      const taking = seat.holder.take(charges, nowMs, (later) => {
        if (later.kind !== 'receipt') return void refused++;
        // What was not asked for is spent only now.
        const wasGranted = taking.kind === 'asked' && granted.has(`${seat.name} ${taking.id}`);
        onSpend(
          wasGranted && taking.kind === 'asked' ? charges.filter(({ limit }) => !taken(seat, taking.id).includes(limit)) : charges,
          nowMs,
        );
        got(seat, later);
      });
      if (taking.kind === 'asked') return void charged.set(`${seat.name} ${taking.id}`, charges);
      if (taking.kind === 'over') return void refused++;
      onSpend(charges, nowMs);
      got(seat, taking);
    },
    end: (at: number, bytes: number) => {
      const seat = pick(at);
      const receipt = seat.receipts.shift();
      if (receipt === undefined) return;
      if (receipt.charges.some(({ kind }) => kind === 'concurrent')) onUse(-1);
      seat.holder.end(receipt, bytes);
    },
    sweep: (at: number) => pick(at).holder.sweep(nowMs),
    up: (at: number) => {
      const seat = pick(at);
      const message = seat.up.shift();
      if (message === undefined) return false;
      if (typeof message === 'function') message();
      else if (message.kind === 'report') {
        authority.report(seat.name, message.reports, nowMs);
        write();
      } else if (message.kind === 'claim') authority.claim(seat.name, message.claims, nowMs);
      else {
        authority.report(seat.name, message.reports, nowMs);
        decide(seat, message, false);
      }
      return true;
    },
    down: (at: number) => {
      const seat = pick(at);
      const message = seat.down.shift();
      if (message === undefined) return false;
      if (message.kind === 'taken') seat.holder.hear(message.id, message.taken, nowMs);
      else {
        const reports = seat.holder.recall(message.accounts, false);
        seat.up.push(() => {
          authority.recalled(seat.name, message.accounts, reports, nowMs);
          write();
          message.done();
        });
      }
      return true;
    },
    kill: (at: number) => {
      const seat = pick(at);
      for (const { charges } of seat.receipts) if (charges.some(({ kind }) => kind === 'concurrent')) onUse(-1);
      // What it had written is still read, and then that it is gone.
      while (bed.up(at));
      authority.leave(seat.name, nowMs);
      seats.splice(seats.indexOf(seat), 1);
      for (const message of seat.down) if (message.kind === 'recall') message.done();
      begin();
    },
    restart: () => {
      authority = createLimitAuthority();
      authority.configure(limits, nowMs);
      authority.restore([...rows.values()]);
      for (const seat of seats) {
        seat.up.length = 0;
        seat.down.length = 0;
        authority.claim(seat.name, seat.holder.begin(nowMs), nowMs);
      }
      for (const seat of seats) seat.holder.askAgain();
    },
    forgetAll: () => {
      rows = new Map();
    },
    settle: () => {
      for (let moved = true; moved;) {
        moved = false;
        for (let at = 0; at < seats.length; at++) while (bed.up(at) || bed.down(at)) moved = true;
      }
    },
  };
  return bed;
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('call' as const), at: fc.nat(2), n: fc.nat(3) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('up' as const, 'down' as const), at: fc.nat(2), n: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), at: fc.nat(2), n: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('wait' as const, 'sweep' as const), at: fc.nat(2), n: fc.nat(3_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'restart' as const), at: fc.nat(2), n: fc.nat(3) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function play(bed: ReturnType<typeof createBed>, steps: readonly Step[], charges: (n: number) => readonly Charge[]): void {
  for (const { do: what, at, n } of steps) {
    if (what === 'call') bed.call(at, charges(n));
    else if (what === 'end') bed.end(at, n * 100);
    else if (what === 'wait') bed.wait(n);
    else if (what === 'restart') bed.restart();
    else bed[what](at);
  }
  bed.settle();
}

const charge = (limit: string, kind: Charge['kind'], cost: number): Charge => ({ limit, kind, key: 'default', cost });

test('a rate is never exceeded, however messages fall, and whoever dies', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      fc.array(step, { minLength: 20, maxLength: 250, size: 'max' }),
      (burst, calls, steps) => {
        const limits = { r: { ...BASE, rate: { calls, periodMs: 1_000, burst } } };
        const model = createModel(burst, calls / 1_000);
        const bed = createBed(
          limits,
          (charges, now) => charges.forEach(({ cost }) => model.spend(cost, now)),
          () => {},
        );
        play(bed, steps, () => [charge('r', 'rate', 1)]);
      },
    ),
    { numRuns: 600 },
  );
});

test('neither is what may be spent, together with a rate, all or nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 60 }),
      fc.integer({ min: 1, max: 30 }),
      fc.array(step, { minLength: 20, maxLength: 250, size: 'max' }),
      (units, calls, steps) => {
        const limits = {
          s: { ...BASE, spend: { units, periodMs: 60_000, costs: {} } },
          r: { ...BASE, rate: { calls, periodMs: 1_000 } },
        };
        const models = { s: createModel(units, units / 60_000), r: createModel(calls, calls / 1_000) };
        const spend = (charges: readonly Charge[], now: number): void =>
          charges.forEach(({ limit, cost }) => models[limit === 's' ? 's' : 'r'].spend(cost, now));
        play(
          createBed(limits, spend, () => {}),
          steps,
          (n) => [charge('s', 'spend', n + 1), charge('r', 'rate', 1)],
        );
      },
    ),
    { numRuns: 400 },
  );
});

test('no more calls are under way than may be', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { minLength: 20, maxLength: 250, size: 'max' }), (places, steps) => {
      let inUse = 0;
      const use = (change: number): void => {
        inUse += change;
        assert.ok(inUse <= places, `${inUse} of ${places}`);
      };
      play(
        createBed({ c: { ...BASE, concurrent: places } }, () => {}, use),
        steps,
        () => [charge('c', 'concurrent', 1)],
      );
    }),
    { numRuns: 400 },
  );
});

test('all that a limit has is given, to the last, whoever holds some of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.array(fc.nat(2), { minLength: 250, maxLength: 400, size: 'max' }), (calls, order) => {
      const bed = createBed(
        { r: { ...BASE, rate: { calls, periodMs: 86_400_000 } } },
        () => {},
        () => {},
      );
      for (const at of order) {
        bed.call(at, [charge('r', 'rate', 1)]);
        bed.settle();
      }
      assert.equal(bed.admitted, calls);
      assert.equal(bed.refused, order.length - calls);
    }),
    { numRuns: 60 },
  );
});

test('also where all ask at once, and whatever way their messages cross', () => {
  const crossing = fc.array(fc.record({ up: fc.boolean(), at: fc.nat(2) }), { minLength: 100, maxLength: 600, size: 'max' });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.array(fc.nat(2), { minLength: 130, maxLength: 200, size: 'max' }),
      crossing,
      (calls, order, crossed) => {
        for (const kind of ['rate', 'concurrent'] as const) {
          const limit = kind === 'rate' ? { ...BASE, rate: { calls, periodMs: 86_400_000 } } : { ...BASE, concurrent: calls };
          const bed = createBed(
            { r: limit },
            () => {},
            () => {},
          );
          order.forEach((at, i) => {
            bed.call(at, [charge('r', kind, 1)]);
            for (const move of crossed.slice(i * 3, i * 3 + 3)) bed[move.up ? 'up' : 'down'](move.at);
          });
          bed.settle();
          assert.equal(bed.admitted, calls, kind);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('a place that is given back is there for others at once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(2), { minLength: 60, maxLength: 100, size: 'max' }), (places, order) => {
      const bed = createBed(
        { c: { ...BASE, concurrent: places } },
        () => {},
        () => {},
      );
      const open: number[] = [];
      for (const [i, at] of order.entries()) {
        const before = bed.admitted;
        bed.call(at, [charge('c', 'concurrent', 1)]);
        bed.settle();
        assert.equal(bed.admitted - before, open.length < places ? 1 : 0);
        if (bed.admitted > before) open.push(at);
        if (i % 3 === 0) {
          const ended = open.shift();
          if (ended !== undefined) bed.end(ended, 0);
          bed.settle();
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('who holds much and dies has spent it; what it had free comes back', () => {
  const bed = createBed(
    { c: { ...BASE, concurrent: 2 } },
    () => {},
    () => {},
  );
  for (let i = 0; i < 3; i++) {
    bed.call(0, [charge('c', 'concurrent', 1)]);
    bed.settle();
  }
  assert.deepEqual([bed.admitted, bed.refused], [2, 1]);
  bed.kill(0);
  bed.call(0, [charge('c', 'concurrent', 1)]);
  bed.settle();
  assert.equal(bed.admitted, 3);
});

test('bytes of an answer are charged whole: who is in debt waits until it is paid', () => {
  const bed = createBed(
    { b: { ...BASE, bytes: { bytes: 1_000, periodMs: 1_000 } } },
    () => {},
    () => {},
  );
  const call = (at: number): number => {
    const before = bed.admitted;
    bed.call(at, [charge('b', 'bytes', 0)]);
    bed.settle();
    return bed.admitted - before;
  };
  assert.equal(call(0), 1);
  bed.end(0, 5_000);
  bed.settle();
  assert.deepEqual([call(0), call(1), call(2)], [0, 0, 0]);
  bed.wait(3_900);
  assert.equal(call(1), 0);
  bed.wait(200);
  assert.equal(call(1), 1);
});

test('identical calls open the breaker, on whichever worker they are made, and it closes again', () => {
  const bed = createBed(
    { x: { ...BASE, repeats: { calls: 3, windowMs: 10_000, coolDownMs: 30_000 } } },
    () => {},
    () => {},
  );
  const call = (at: number): number => {
    const before = bed.admitted;
    bed.call(at, [{ ...charge('x', 'repeats', 1), keptMs: 30_000 }]);
    bed.settle();
    return bed.admitted - before;
  };
  assert.deepEqual([call(0), call(1), call(2), call(0), call(1)], [1, 1, 1, 0, 0]);
  bed.restart();
  assert.deepEqual([call(0), call(1), call(2)], [0, 0, 0], 'also under a new authority');
  bed.wait(30_001);
  assert.equal(call(2), 1);
});

test('a new authority goes on from what the one before wrote, and gives no more than the limit', () => {
  const bed = createBed(
    { r: { ...BASE, rate: { calls: 100, periodMs: 86_400_000 } } },
    () => {},
    () => {},
  );
  for (let i = 0; i < 300; i++) {
    if (i === 40 || i === 70) bed.restart();
    bed.call(i, [charge('r', 'rate', 1)]);
    bed.settle();
  }
  assert.ok(bed.admitted <= 100, String(bed.admitted));
  assert.ok(bed.admitted >= 50, `${bed.admitted}: what is lost with an authority is a quarter of the burst at most`);
});
