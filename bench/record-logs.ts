// Logs as workers leave them, of any length, made faster than calls could be: same lines, same chain, same segments. For what reads the record.

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { encodeRecord } from '../src/audit/index.ts';
import type { AuditRecord, DecisionRecord, OutcomeRecord } from '../src/audit/index.ts';
import { GENESIS_CHAIN, SEGMENT_BYTES, toChain, toLine, toSegmentName } from '../src/audit/format.ts';

/** What is written. */
export interface LogShape {
  /** Lines in all, over all logs. */
  readonly records: number;
  readonly workers: number;
  readonly agents: number;
  readonly servers: number;
  readonly toolsPerServer: number;
  /** Time of the first and of the last record. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** 10 million records of 30 days: what a company of some thousand agents leaves behind. */
export const SHAPE: LogShape = {
  records: 10_000_000,
  workers: 2,
  agents: 2_000,
  servers: 40,
  toolsPerServer: 25,
  fromMs: Date.UTC(2026, 10, 1),
  toMs: Date.UTC(2026, 11, 1),
};

/** Under way at once: so far apart stand a decision and its outcome. */
const IN_FLIGHT = 40;

/** Writes the logs below a directory; returns their bytes. */
export function writeLogs(directory: string, shape: LogShape): number {
  let bytes = 0;
  for (let worker = 0; worker < shape.workers; worker++) bytes += writeLog(directory, worker, shape);
  return bytes;
}

function writeLog(directory: string, worker: number, shape: LogShape): number {
  const slot = `worker-${worker}`;
  mkdirSync(join(directory, slot), { recursive: true });
  const records = Math.floor(shape.records / shape.workers);
  const draw = createDraw(worker + 1);
  const open: string[] = [];
  let [number, fd, position, seq, chain] = [0, -1, 0, 0, GENESIS_CHAIN];
  let lines: string[] = [];
  let pending = 0;

  const flush = (): void => {
    const text = Buffer.from(lines.join(''), 'latin1');
    writeSync(fd, text, 0, text.length, position);
    position += text.length;
    lines = [];
    pending = 0;
  };
  const add = (record: AuditRecord): void => {
    seq += 1;
    const head = encodeRecord(record, seq);
    chain = toChain(chain, head);
    const line = toLine(head, chain);
    lines.push(line);
    pending += line.length;
    if (pending > 500_000) flush();
  };
  const begin = (time: number): void => {
    if (fd !== -1) {
      flush();
      closeSync(fd);
    }
    number += 1;
    position = 0;
    fd = openSync(join(directory, slot, toSegmentName(number)), 'w', 0o600);
    writeSync(fd, Buffer.alloc(1), 0, 1, SEGMENT_BYTES - 1);
    add({ kind: 'segment', time, log: '0123456789abcdef', slot, number, bytes: SEGMENT_BYTES, prev: chain, carried: 0 });
  };

  for (let call = 0; seq < records; call++) {
    const time = shape.fromMs + Math.floor(((shape.toMs - shape.fromMs) * seq) / records);
    if (fd === -1 || position + pending > SEGMENT_BYTES - 4_096) begin(time);
    const id = `00112233445566${String(worker).padStart(2, '0')}-${(call + 1).toString(36)}`;
    const decision = decisionOf(id, time, draw, shape);
    add(decision);
    if (decision.verdict === 'allow') open.push(id);
    if (open.length > IN_FLIGHT) add(outcomeOf(open.shift() ?? '', time + 40, draw));
  }
  flush();
  closeSync(fd);
  return (number - 1) * SEGMENT_BYTES + position;
}

type Draw = (below: number) => number;

function decisionOf(id: string, time: number, draw: Draw, shape: LogShape): DecisionRecord {
  const agent = skewed(draw, shape.agents);
  const server = skewed(draw, shape.servers);
  const denied = draw(100) < 3;
  return {
    kind: 'decision',
    id,
    time,
    verdict: denied ? 'deny' : 'allow',
    rule: denied ? `no-${draw(12)}` : `may-${draw(40)}`,
    reason: denied ? 'denied' : undefined,
    findings:
      draw(1_000) < 4
        ? [{ type: draw(4) === 0 ? 'vendor-token' : 'email', class: 'secret', count: 1, path: '$.params.arguments.text', action: 'tag' }]
        : undefined,
    tenant: 'default',
    agent: `desk-${agent}`,
    user: undefined,
    subject: `s_${(agent * 7_919).toString(36).padStart(22, '0')}`,
    keyId: `k_${agent}`,
    listener: 'main',
    server: `server-${server}`,
    era: 'modern',
    revision: '2026-07-28',
    method: 'tools/call',
    tool: `tool-${server}-${skewed(draw, shape.toolsPerServer)}`,
    prompt: undefined,
    resource: undefined,
    snapshot: 17,
    requestBytes: 900 + draw(400),
    class: 'standard',
    args: { key: `s_${agent}-2026-11`, mac: 'A'.repeat(43) },
    mono: time * 1_000,
  };
}

function outcomeOf(id: string, time: number, draw: Draw): OutcomeRecord {
  const failed = draw(100) < 2;
  return {
    kind: 'outcome',
    id,
    time,
    status: failed ? 'tool_error' : 'ok',
    code: undefined,
    rpcCode: undefined,
    answerBytes: 1_000 + draw(4_000),
    gatewayUs: 60,
    serverUs: 1_500,
    answer: { key: 's-2026-11', mac: 'B'.repeat(43) },
    mono: time * 1_000,
  };
}

/** Few do much and many do little. */
function skewed(draw: Draw, count: number): number {
  const share = draw(1_000_000) / 1_000_000;
  return Math.floor(share * share * count);
}

/** Numbers that look random and are the same in each run (mulberry32). */
function createDraw(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}
