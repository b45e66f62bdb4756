// Logs that the product itself wrote, with calls of every kind in them, and what is in them as read line by line: what the index must say too.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { listLogs, openAuditLog, parseFrame, readSegment, toEntryKind, toEntryLine } from '../../audit/index.ts';
import type { ActRecord, CallRecord, DecisionRecord, Entry, EntryLine, OutcomeRecord } from '../../audit/index.ts';

export const NOW = Date.parse('2026-11-22T10:00:00.000Z');

/** Small enough that some hundred records fill several. */
const SEGMENT_BYTES = 16_384;

export function dataFolderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-records-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Appends to a log of a data folder, and closes it in order. */
export async function append(folder: string, slot: string, records: readonly CallRecord[]): Promise<void> {
  const directory = join(folder, 'audit', slot);
  mkdirSync(directory, { recursive: true });
  const onFault = (error: Error): never => {
    throw error;
  };
  const log = await openAuditLog({ directory, slot, clock: () => NOW, onFault, segmentBytes: SEGMENT_BYTES, takeOver: true });
  for (const record of records) {
    const ticket = log.append(record);
    if (ticket === 0) throw new Error('the log takes nothing');
    // One after the other: a queue of everything would be more than it takes.
    await new Promise<void>((resolve, reject) => log.whenDurable(ticket, (error) => (error === undefined ? resolve() : reject(error))));
  }
  await log.close();
}

export function decision(id: string, members: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    kind: 'decision',
    id,
    time: NOW,
    verdict: 'allow',
    rule: 'readers',
    reason: undefined,
    tenant: 'default',
    agent: 'desk-1',
    user: undefined,
    keyId: 'k_1',
    listener: 'main',
    server: 'files',
    era: 'modern',
    revision: '2026-07-28',
    method: 'tools/call',
    tool: 'read',
    prompt: undefined,
    resource: undefined,
    snapshot: 1,
    requestBytes: 100,
    ...members,
  };
}

export function outcome(id: string, members: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return {
    kind: 'outcome',
    id,
    time: NOW,
    status: 'ok',
    code: undefined,
    rpcCode: undefined,
    answerBytes: 200,
    gatewayUs: 40,
    serverUs: 900,
    ...members,
  };
}

export function act(target: string, time = NOW): ActRecord {
  return {
    kind: 'act',
    time,
    act: `act_${target}`,
    action: 'agents.change',
    outcome: 'done',
    by: 'key:ops',
    via: 'api',
    tenant: 'default',
    target,
    reason: undefined,
  };
}

export function found(type: string): NonNullable<DecisionRecord['findings']> {
  return [{ type, class: 'secret', count: 1, path: '$.x', action: 'tag' }];
}

/** Numbers that look random and are the same in each run (mulberry32). */
export function createDraw(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** Calls of a few agents, some denied, some failed, some under way, mixed with acts. */
export function randomRecords(seed: number, count: number): readonly CallRecord[] {
  const draw = createDraw(seed);
  const open: string[] = [];
  return Array.from({ length: count }, (_, at): CallRecord => {
    const time = NOW + at * 60_000 + draw(3);
    if (open.length > 0 && draw(2) === 0) {
      const id = open.splice(draw(open.length), 1)[0] ?? '';
      const status = draw(5) === 0 ? 'tool_error' : 'ok';
      return outcome(id, { time, status, findings: draw(9) === 0 ? found('email') : undefined });
    }
    if (draw(12) === 0) return act(`desk-${draw(4)}`, time);
    const id = `${seed.toString(16).padStart(16, '0')}-${(at + 1).toString(36)}`;
    const verdict = draw(4) === 0 ? 'deny' : 'allow';
    if (verdict === 'allow') open.push(id);
    const agent = draw(4);
    return decision(id, {
      time,
      verdict,
      rule: draw(6) === 0 ? undefined : `rule-${draw(3)}`,
      agent: `desk-${agent}`,
      subject: draw(3) === 0 ? `sub_user${draw(5)}` : `sub_desk${agent}`,
      server: `server-${draw(3)}`,
      tool: draw(7) === 0 ? undefined : `tool-${draw(5)}`,
      findings: draw(8) === 0 ? found('vendor-token') : undefined,
    });
  });
}

/** Every entry of the logs, by reading all their lines; in the order of time and, where that is equal, of the logs. */
export async function readEntries(folder: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const log of await listLogs(join(folder, 'audit'))) {
    const own: { entry: Entry; id: unknown }[] = [];
    for (const segment of log.segments)
      await readSegment(log.directory, segment, 0, (text) => {
        const frame = parseFrame(text);
        const kind = frame === undefined ? undefined : toEntryKind(frame.kind);
        if (frame === undefined || kind === undefined) return true;
        const line: EntryLine = toEntryLine(frame.seq, frame.time, text);
        const { id } = line.members;
        const call =
          kind === 'outcome'
            ? own.find(({ entry, id: its }) => entry.kind === 'call' && entry.outcome === undefined && its === id)
            : undefined;
        if (call === undefined) own.push({ entry: { slot: log.slot, kind, line, outcome: undefined }, id });
        else call.entry = { ...call.entry, outcome: line };
        return true;
      });
    entries.push(...own.map(({ entry }) => entry));
  }
  return entries.toSorted((a, b) => a.line.time - b.line.time);
}

/** Names an entry in a comparison. */
export function nameOf({ slot, kind, line, outcome: end }: Entry): string {
  return `${slot}:${line.seq} ${kind}${end === undefined ? '' : ` ${end.seq}`}`;
}
