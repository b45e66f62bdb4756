// The gateway's log as it stands on disk, read without any code of the gateway: lines of JSON up to the first zero byte.

import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { at, textAt } from './mcp.ts';

/** One record, and in which log it stands. */
export interface LogRecord {
  readonly slot: string;
  readonly value: unknown;
}

/** Every record in the data folder. */
export function readRecords(dataFolder: string): readonly LogRecord[] {
  const records: LogRecord[] = [];
  const audit = join(dataFolder, 'audit');
  for (const { name: slot } of readdirSync(audit, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    for (const file of readdirSync(join(audit, slot))
      .filter((name) => name.endsWith('.log'))
      .sort()) {
      const text = readToZero(join(audit, slot, file));
      // What comes after the last line break was torn by a crash, and never acknowledged.
      for (const line of text.split('\n').slice(0, -1)) records.push({ slot, value: JSON.parse(line) });
    }
  }
  return records;
}

/** The decision about the call of a tool that only one call names. */
export function decisionAbout(dataFolder: string, tool: string): LogRecord | undefined {
  return readRecords(dataFolder).find(({ value }) => textAt(value, 'kind') === 'decision' && textAt(value, 'tool') === tool);
}

/** The latest decision about something of this agent at this server. */
export function lastDecision(dataFolder: string, agent: string, server: string): LogRecord | undefined {
  const isMeant = ({ value }: LogRecord): boolean =>
    textAt(value, 'kind') === 'decision' && textAt(value, 'agent') === agent && textAt(value, 'server') === server;
  return readRecords(dataFolder)
    .filter(isMeant)
    .toSorted((a, b) => Number(at(a.value, 'time')) - Number(at(b.value, 'time')))
    .at(-1);
}

/** A segment has its full size from the beginning; behind its lines there are only zeros, which need not be read. */
function readToZero(file: string): string {
  const fd = openSync(file, 'r');
  try {
    const pieces: Buffer[] = [];
    for (;;) {
      const piece = Buffer.alloc(64 * 1024);
      const length = readSync(fd, piece);
      const end = piece.subarray(0, length).indexOf(0);
      pieces.push(piece.subarray(0, end < 0 ? length : end));
      if (end >= 0 || length === 0) return Buffer.concat(pieces).toString('utf8');
    }
  } finally {
    closeSync(fd);
  }
}
