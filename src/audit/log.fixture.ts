// What the tests of the audit log share: records, folders on disk, and a disk that fails when told to.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

import { diskFiles } from './files.ts';
import type { LogFiles } from './files.ts';
import { SEGMENT_MIN_BYTES } from './format.ts';
import { openAuditLog } from './log.ts';
import type { AuditLog } from './log.ts';
import type { AuditLogOptions } from './log-options.ts';
import type { DecisionRecord, OutcomeRecord } from './record.ts';

/** The record of a call that was let in. */
export function decision(id: string, over: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    kind: 'decision',
    id,
    time: 1_700_000_000_000,
    verdict: 'allow',
    rule: 'quickstart',
    reason: undefined,
    tenant: 'default',
    agent: 'laptop',
    user: undefined,
    keyId: 'k1',
    listener: 'main',
    server: 'everything',
    era: 'modern',
    revision: '2026-07-28',
    method: 'tools/call',
    tool: 'echo',
    prompt: undefined,
    resource: undefined,
    snapshot: 3,
    requestBytes: 1_024,
    ...over,
  };
}

/** The record of how it ended. */
export function outcome(id: string, over: Partial<OutcomeRecord> = {}): OutcomeRecord {
  return {
    kind: 'outcome',
    id,
    time: 1_700_000_000_001,
    status: 'ok',
    code: undefined,
    rpcCode: undefined,
    answerBytes: 512,
    gatewayUs: 60,
    serverUs: 2_000,
    ...over,
  };
}

/** A folder on the checkout's disk, never one in memory, gone when the test ends. */
export function logFolder(t: TestContext, slot = 'worker-0'): string {
  const data = join(import.meta.dirname, '..', '..', '.sallyport');
  mkdirSync(data, { recursive: true });
  const root = mkdtempSync(join(data, 'test-audit-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const folder = join(root, slot);
  mkdirSync(folder);
  return folder;
}

/** Opens a log with small segments and a clock that stands still; faults end the test unless `onFault` is given. */
export function openLog(directory: string, over: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  return openAuditLog({
    directory,
    slot: 'worker-0',
    writer: 'test',
    clock: () => 1_700_000_000_000,
    onFault: (error) => {
      throw error;
    },
    segmentBytes: SEGMENT_MIN_BYTES,
    lingerMs: 1,
    retryMs: 1,
    beatMs: 20,
    ...over,
  });
}

/** Resolves when the record of this ticket is durable, rejects when it is lost. */
export function durable(log: AuditLog, ticket: number): Promise<void> {
  return new Promise((resolve, reject) => {
    log.whenDurable(ticket, (error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** Writes calls one after the other, decision and outcome each in a write of its own. */
export async function writeCalls(log: AuditLog, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await durable(log, log.append(decision(id)));
    await durable(log, log.append(outcome(id)));
  }
}

/** The files of a log, by name. */
export function segmentFiles(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .sort();
}

/** The members of every line on disk, in order. */
export function readRecords(directory: string): readonly Readonly<Record<string, unknown>>[] {
  return segmentFiles(directory).flatMap((name) => {
    const [text = ''] = readFileSync(join(directory, name), 'latin1').split('\0', 1);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line): Record<string, unknown> => JSON.parse(line));
  });
}

/** How the faulty disk treats the next write of records: not at all, or only so many bytes of it and then an error. */
export interface Fault {
  readonly code: string;
  readonly writtenBytes: number;
}

/** The real disk, except that writes and new files can be made to fail. */
export interface FaultyDisk {
  readonly files: LogFiles;
  /** While set, writes of records fail. */
  writeFault: Fault | undefined;
  /** While set, no new segment can be made. */
  createFault: string | undefined;
  /** While set, writes of records do not come back. */
  stalled: boolean;
  /** Writes of records so far, by their number of bytes. */
  readonly writes: number[];
  /** Lets stalled writes go on. */
  release(): void;
}

export function createFaultyDisk(): FaultyDisk {
  let held: (() => void)[] = [];
  const toError = (code: string): Error => Object.assign(new Error(`${code}: made to fail`), { code });
  const disk: FaultyDisk = {
    writeFault: undefined,
    createFault: undefined,
    stalled: false,
    writes: [],
    release() {
      disk.stalled = false;
      const goOn = held;
      held = [];
      for (const write of goOn) write();
    },
    files: {
      list: (directory) => diskFiles.list(directory),
      async open(path, mode) {
        if (mode === 'create' && disk.createFault !== undefined) throw toError(disk.createFault);
        const file = await diskFiles.open(path, mode);
        return {
          sizeBytes: file.sizeBytes,
          read: (into, position) => file.read(into, position),
          close: () => file.close(),
          write(bytes, position, done) {
            // Zeros are a segment being made, anything else is records.
            if (bytes[0] === 0) return file.write(bytes, position, done);
            const fault = disk.writeFault;
            const write = (): void => {
              if (fault === undefined) return file.write(bytes, position, done);
              if (fault.writtenBytes === 0) return void setImmediate(() => done(toError(fault.code)));
              file.write(bytes.subarray(0, fault.writtenBytes), position, () => done(toError(fault.code)));
            };
            disk.writes.push(bytes.length);
            if (disk.stalled) held.push(write);
            else write();
          },
        };
      },
    },
  };
  return disk;
}
