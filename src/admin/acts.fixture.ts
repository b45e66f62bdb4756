// A keeper of acts for tests: records are kept in a list, and the log can be told to take none, or to fail half way.

import type { ActRecord, CallRecord } from '../audit/index.ts';
import type { ActKeeper } from './route-acts.ts';

/** The keeper, what it was given, and how it is. */
export interface FakeKeeper extends ActKeeper {
  /** What is durable, in order. */
  readonly acts: ActRecord[];
  /** What could not wait and is not durable yet. */
  readonly late: ActRecord[];
  /** Whether the log takes records. */
  isOpen: boolean;
  /** Told before a record is taken; a throw is a disk that fails. */
  onRecord: (record: ActRecord) => void;
}

/** A keeper whose log is open; keys that begin with `key-of-` are of whom they say. */
export function fakeKeeper(): FakeKeeper {
  const acts: ActRecord[] = [];
  const late: ActRecord[] = [];
  const onlyActs = (records: readonly CallRecord[]): ActRecord[] => records.filter((record) => record.kind === 'act');
  const keeper: FakeKeeper = {
    acts,
    late,
    isOpen: true,
    onRecord: () => {},
    journal: {
      canRecord: () => keeper.isOpen,
      record: async (records) => {
        for (const record of onlyActs(records)) {
          keeper.onRecord(record);
          acts.push(record);
        }
      },
      recordSoon: (records) => void (keeper.isOpen ? acts : late).push(...onlyActs(records)),
    },
    nowMs: () => Date.UTC(2026, 10, 22, 10),
    tenant: 'default',
    owner: 'gateway',
    whoShows: async (key) => {
      const text = key.reveal();
      return text.startsWith('key-of-') ? text.slice(7) : undefined;
    },
    toName: async (kind, name) => `<${kind} ${name}>`,
    findPseudonym: async (kind, name) => `<pseudonym of ${kind} ${name}>`,
    findName: async (kind, name) => `<${kind} ${name}, if known>`,
  };
  return keeper;
}
