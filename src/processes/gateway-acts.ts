// What the gateway does by itself, on record: it starts and stops, its processes come and go, a config is put in force or refused. None of it waits for
// the log, because none of it would be undone: a gateway whose log takes nothing refuses calls, and says later what it was.

import { newActId, toActRecord } from '../admin/index.ts';
import type { ActJournal, ActRecord } from '../audit/index.ts';
import type { ConfigProblem } from '../config/index.ts';
import type { Role } from './messages.ts';

export interface GatewayActsOptions {
  readonly journal: Pick<ActJournal, 'recordSoon'>;
  readonly tenant: string;
  readonly nowMs: () => number;
  readonly version: string;
}

/** A config that was read, whatever became of it. */
export interface ConfigAct {
  readonly file: string | undefined;
  readonly digest: string;
  /** Of the one that was in force until then; empty: none was. */
  readonly before: string;
}

export interface GatewayActs {
  /** `isNew`: the whole gateway, and not only its control. */
  started(isNew: boolean): void;
  stopping(isWhole: boolean): void;
  processBegan(role: Role, name: string): void;
  /** `isOrderly`: it was told to go. */
  processGone(role: Role, name: string, isOrderly: boolean): void;
  configApplied(config: ConfigAct, revision: number, warnings: number): void;
  /** Of the problems only how many there are, and where the first is: their words may repeat what stands in the file. */
  configRefused(config: ConfigAct, errors: readonly ConfigProblem[]): void;
}

type Facts = Pick<ActRecord, 'action' | 'outcome' | 'target' | 'details'>;

export function createGatewayActs({ journal, tenant, nowMs, version }: GatewayActsOptions): GatewayActs {
  const write = ({ action, outcome, target, details }: Facts, via: 'gateway' | 'file' = 'gateway'): void =>
    journal.recordSoon([toActRecord(newActId(), outcome, { action, by: 'gateway', via, tenant, target, details }, nowMs())]);
  const program = { version, node: process.version, pid: process.pid };
  return {
    started: (isNew) => write({ action: isNew ? 'gateway.start' : 'control.start', outcome: 'done', target: undefined, details: program }),
    stopping: (isWhole) =>
      write({ action: isWhole ? 'gateway.stop' : 'control.stop', outcome: 'done', target: undefined, details: program }),
    processBegan: (role, name) => write({ action: 'process.start', outcome: 'done', target: name, details: { role } }),
    processGone: (role, name, isOrderly) =>
      write({ action: 'process.end', outcome: isOrderly ? 'done' : 'failed', target: name, details: { role } }),
    configApplied: ({ file, digest, before }, revision, warnings) =>
      write({ action: 'config.apply', outcome: 'done', target: file, details: { digest, ...known(before), revision, warnings } }, 'file'),
    configRefused: ({ file, digest, before }, errors) => {
      const [first] = errors;
      const at = first === undefined ? {} : { line: first.line, path: first.path };
      write(
        { action: 'config.apply', outcome: 'refused', target: file, details: { digest, ...known(before), errors: errors.length, ...at } },
        'file',
      );
    },
  };
}

/** The first config of a data folder follows none. */
function known(before: string): Readonly<Record<string, string>> {
  return before === '' ? {} : { before };
}
