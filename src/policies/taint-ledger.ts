// What tasks have used, by its labels ("taint"), for rules that look at it. Nobody can be made to say which requests are one task, so several
// answers are added up: what the agent has used in a window of time, what its session has, what was used under the same trace context, by
// whichever agent. What is noted is never taken back but by time, or by a person; where there is no room for one more session or trace, what the
// least recent one has used counts for the whole agent from then on: more than is true, never less.
//
//   kind     counts for                             until
//   agent    everything the agent does              the window after the last note
//   session  the session                            the window, and a day at least: as long as a session can last
//   trace    the trace, also of other agents        the window
//   rest     everything the agent does              as long as what gave up its place to it would have

/** What a task goes by. Sessions and traces as digests: what agents call them is nobody's business. */
export interface Task {
  readonly tenant: string;
  readonly agent: string;
  readonly session: string | undefined;
  readonly traces: readonly string[];
}

export type TaintKind = 'agent' | 'session' | 'trace' | 'rest';

/** One label that one thing has used. */
export interface TaintRow {
  readonly tenant: string;
  readonly agent: string;
  readonly kind: TaintKind;
  /** The digest of a session or trace; else empty. */
  readonly key: string;
  readonly label: string;
  readonly untilMs: number;
}

/** What must be written before anybody relies on it. */
export interface TaintChange {
  readonly put: readonly TaintRow[];
  readonly drop: readonly Omit<TaintRow, 'untilMs'>[];
}

/** What an agent has used, for people. */
export interface AgentTaint {
  readonly tenant: string;
  readonly agent: string;
  /** What counts for everything it does. */
  readonly labels: readonly { readonly label: string; readonly untilMs: number }[];
  /** What counts in some of its sessions, or under some of its traces, only. */
  readonly elsewhere: readonly string[];
  readonly sessions: number;
  readonly traces: number;
}

/** All that is known of what tasks have used. */
export interface TaintLedger {
  /** Entries of sessions and traces. */
  readonly size: number;
  note(task: Task, labels: readonly string[], nowMs: number, windowMs: number): TaintChange;
  /** The labels of what a task has used, in order. `isNarrow`: its trace says which task it is, and what the agent does beside it does not count. */
  read(task: Task, isNarrow: boolean, nowMs: number): readonly string[];
  all(nowMs: number): readonly AgentTaint[];
  /** Forgets what an agent has used. False: there was nothing. */
  clear(tenant: string, agent: string): boolean;
  /** Forgets what has lost its time. */
  sweep(nowMs: number): void;
}

/** For so long after a note a worker may take the same for noted: it counts for so much longer. */
export const NOTED_FOR_MS = 60_000;
const DAY_MS = 86_400_000;
/** Kept for one agent. One that begins a session or trace for every call reaches it within a task, and is then known as a whole. */
const MAX_PER_AGENT = 2_000;
/** Kept for all: some tens of megabytes. */
const MAX_KEPT = 200_000;

/** Labels, and until when each counts. */
type Taint = Map<string, number>;

interface Holding {
  readonly tenant: string;
  readonly agent: string;
  readonly own: Taint;
  readonly rest: Taint;
  /** Sessions and traces, the least recent first. */
  readonly kept: Map<string, Kept>;
}

interface Kept {
  readonly kind: 'session' | 'trace';
  readonly key: string;
  readonly taint: Taint;
}

/** A ledger that goes on from what was written. The caps are arguments for the tests. */
export function createTaintLedger(rows: readonly TaintRow[] = [], caps = { perAgent: MAX_PER_AGENT, all: MAX_KEPT }): TaintLedger {
  const holdings = new Map<string, Holding>();
  /** Who has used something under a trace. */
  const byTrace = new Map<string, Set<Holding>>();
  let size = 0;

  const holdingOf = (tenant: string, agent: string): Holding => {
    const key = keyOf(tenant, agent);
    let holding = holdings.get(key);
    if (holding === undefined) holdings.set(key, (holding = { tenant, agent, own: new Map(), rest: new Map(), kept: new Map() }));
    return holding;
  };
  const keep = (holding: Holding, kind: Kept['kind'], key: string): Kept => {
    const kept: Kept = { kind, key, taint: new Map() };
    holding.kept.set(keyOf(kind, key), kept);
    size++;
    if (kind === 'trace') {
      const at = keyOf(holding.tenant, key);
      const holders = byTrace.get(at);
      if (holders === undefined) byTrace.set(at, new Set([holding]));
      else holders.add(holding);
    }
    return kept;
  };
  const drop = (holding: Holding, { kind, key }: Kept): void => {
    if (!holding.kept.delete(keyOf(kind, key))) return;
    size--;
    if (kind !== 'trace') return;
    const at = keyOf(holding.tenant, key);
    const holders = byTrace.get(at);
    holders?.delete(holding);
    if (holders?.size === 0) byTrace.delete(at);
  };
  const dropHolding = (holding: Holding): void => {
    for (const kept of holding.kept.values()) drop(holding, kept);
    holdings.delete(keyOf(holding.tenant, holding.agent));
  };

  for (const { tenant, agent, kind, key, label, untilMs } of rows) {
    const holding = holdingOf(tenant, agent);
    const taint =
      kind === 'agent'
        ? holding.own
        : kind === 'rest'
          ? holding.rest
          : (holding.kept.get(keyOf(kind, key)) ?? keep(holding, kind, key)).taint;
    taint.set(label, Math.max(untilMs, taint.get(label) ?? 0));
  }

  /** One note, and what it changes. */
  const noteIn = (holding: Holding, nowMs: number) => {
    const put: TaintRow[] = [];
    const dropped: Omit<TaintRow, 'untilMs'>[] = [];
    const row = (kind: TaintKind, key: string, label: string) => ({ tenant: holding.tenant, agent: holding.agent, kind, key, label });
    const raise = (kind: TaintKind, key: string, taint: Taint, label: string, untilMs: number): void => {
      taint.set(label, untilMs);
      put.push({ ...row(kind, key, label), untilMs });
    };
    /** Two periods are added, so that one note in each is enough. */
    const mark = (kind: TaintKind, key: string, taint: Taint, labels: readonly string[], lifeMs: number): void => {
      for (const label of labels)
        if ((taint.get(label) ?? 0) < nowMs + lifeMs + NOTED_FOR_MS) raise(kind, key, taint, label, nowMs + lifeMs + 2 * NOTED_FOR_MS);
    };
    const makeRoom = (): boolean => {
      if (holding.kept.size < caps.perAgent && size < caps.all) return true;
      const [oldest] = holding.kept.values();
      if (oldest === undefined) return false;
      drop(holding, oldest);
      for (const [label, untilMs] of oldest.taint) {
        dropped.push(row(oldest.kind, oldest.key, label));
        if (untilMs > Math.max(nowMs, holding.rest.get(label) ?? 0)) raise('rest', '', holding.rest, label, untilMs);
      }
      return true;
    };
    const markKept = (kind: Kept['kind'], key: string, labels: readonly string[], lifeMs: number): void => {
      const at = keyOf(kind, key);
      let kept = holding.kept.get(at);
      if (kept === undefined) {
        if (!makeRoom()) return mark('rest', '', holding.rest, labels, lifeMs);
        kept = keep(holding, kind, key);
      } else {
        holding.kept.delete(at);
        holding.kept.set(at, kept);
      }
      mark(kind, key, kept.taint, labels, lifeMs);
    };
    return { put, dropped, mark, markKept };
  };

  return {
    get size() {
      return size;
    },
    note: ({ tenant, agent, session, traces }, labels, nowMs, windowMs) => {
      const holding = holdingOf(tenant, agent);
      const { put, dropped, mark, markKept } = noteIn(holding, nowMs);
      mark('agent', '', holding.own, labels, windowMs);
      if (session !== undefined) markKept('session', session, labels, Math.max(windowMs, DAY_MS));
      for (const trace of traces) markKept('trace', trace, labels, windowMs);
      return { put, drop: dropped };
    },
    read: ({ tenant, agent, session, traces }, isNarrow, nowMs) => {
      const labels = new Set<string>();
      const add = (taint: Taint | undefined): void => {
        for (const [label, untilMs] of taint ?? []) if (untilMs > nowMs) labels.add(label);
      };
      const holding = holdings.get(keyOf(tenant, agent));
      add(holding?.rest);
      if (!isNarrow) add(holding?.own);
      if (session !== undefined) add(holding?.kept.get(keyOf('session', session))?.taint);
      for (const trace of traces)
        for (const holder of byTrace.get(keyOf(tenant, trace)) ?? []) add(holder.kept.get(keyOf('trace', trace))?.taint);
      return [...labels].sort();
    },
    all: (nowMs) => [...holdings.values()].map((holding) => toAgentTaint(holding, nowMs)).filter(isTainted),
    clear: (tenant, agent) => {
      const holding = holdings.get(keyOf(tenant, agent));
      if (holding !== undefined) dropHolding(holding);
      return holding !== undefined;
    },
    sweep: (nowMs) => {
      for (const holding of holdings.values()) {
        expire(holding.own, nowMs);
        expire(holding.rest, nowMs);
        for (const kept of holding.kept.values()) {
          expire(kept.taint, nowMs);
          if (kept.taint.size === 0) drop(holding, kept);
        }
        if (holding.own.size + holding.rest.size + holding.kept.size === 0) dropHolding(holding);
      }
    },
  };
}

function keyOf(a: string, b: string): string {
  return `${a}\u0000${b}`;
}

function expire(taint: Taint, nowMs: number): void {
  for (const [label, untilMs] of taint) if (untilMs <= nowMs) taint.delete(label);
}

function toAgentTaint({ tenant, agent, own, rest, kept }: Holding, nowMs: number): AgentTaint {
  const whole = new Map<string, number>();
  for (const [label, untilMs] of [...own, ...rest]) if (untilMs > nowMs) whole.set(label, Math.max(untilMs, whole.get(label) ?? 0));
  const live = [...kept.values()].filter(({ taint }) => [...taint.values()].some((untilMs) => untilMs > nowMs));
  const elsewhere = new Set(
    live.flatMap(({ taint }) => [...taint].filter(([label, untilMs]) => untilMs > nowMs && !whole.has(label)).map(([label]) => label)),
  );
  return {
    tenant,
    agent,
    labels: [...whole].map(([label, untilMs]) => ({ label, untilMs })).sort((a, b) => (a.label < b.label ? -1 : 1)),
    elsewhere: [...elsewhere].sort(),
    sessions: live.filter(({ kind }) => kind === 'session').length,
    traces: live.filter(({ kind }) => kind === 'trace').length,
  };
}

function isTainted({ labels, elsewhere }: AgentTaint): boolean {
  return labels.length > 0 || elsewhere.length > 0;
}
