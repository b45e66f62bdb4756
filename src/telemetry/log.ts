// The program's own log: JSON lines for machines, or text for a terminal. It must never throw, never print a Secret,
// never let what a stranger sent forge a line or steer a terminal, and never grow with its input: depth, width and length are cut.

import type { LogLevel } from '../base/index.ts';
import { toLogValue, toText } from './log-value.ts';
import type { LogValue } from './log-value.ts';
import { toPrintable } from './printable.ts';

/** What goes beside the message. Values may be anything; what is not plain data is described, not dumped. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where code reports what happened. */
export interface Log {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  /** The same log with fields that every line carries. */
  with(fields: LogFields): Log;
  /** Whether lines of this level are written; to skip building costly fields. */
  enabled(level: LogLevel): boolean;
}

export interface LogOptions {
  /** Which process speaks: supervisor, worker-1, … */
  readonly process: string;
  readonly level: LogLevel;
  /** Takes one line with its line break. Faults in it are swallowed: there is nowhere left to report them. */
  readonly write: (line: string) => void;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly format: 'json' | 'text';
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const MAX_MESSAGE_CHARS = 1_000;
/** Set by the log itself; a field of this name is renamed, so that a caller's data cannot pose as the log's. */
const RESERVED = new Set(['time', 'level', 'process', 'msg']);

/** Opens the log of a process. Stacks of errors are printed only at level debug. */
export function createLog(options: LogOptions): Log {
  return logWith(options, {});
}

function logWith(options: LogOptions, bound: LogFields): Log {
  const lowest = RANK[options.level];
  const say = (level: LogLevel, msg: string, fields: LogFields | undefined): void => {
    if (RANK[level] < lowest) return;
    try {
      options.write(formatLine(options, level, msg, fields === undefined ? bound : { ...bound, ...fields }));
    } catch {
      // A log that throws would turn a report into a fault.
    }
  };
  return {
    debug: (msg, fields) => say('debug', msg, fields),
    info: (msg, fields) => say('info', msg, fields),
    warn: (msg, fields) => say('warn', msg, fields),
    error: (msg, fields) => say('error', msg, fields),
    with: (fields) => logWith(options, { ...bound, ...fields }),
    enabled: (level) => RANK[level] >= lowest,
  };
}

function formatLine(options: LogOptions, level: LogLevel, msg: string, fields: LogFields): string {
  const time = new Date(options.clock()).toISOString();
  const message = toPrintable(msg, MAX_MESSAGE_CHARS);
  const values = toLogValue(fields, { stacks: options.level === 'debug' });
  if (options.format === 'text') {
    const head = `${time} ${level.toUpperCase().padEnd(5)} ${options.process}: ${message}`;
    return `${head}${Object.entries(values)
      .map(([name, value]) => ` ${name}=${toText(value)}`)
      .join('')}\n`;
  }
  const own = { time, level, process: options.process, msg: message };
  const beside = Object.entries(values).map(([name, value]): [string, LogValue] => [RESERVED.has(name) ? `field.${name}` : name, value]);
  return `${JSON.stringify(Object.fromEntries([...Object.entries(own), ...beside]))}\n`;
}
