// Control's end of what tasks have used: the one place that knows it for all workers. What a worker notes is on the disk before the worker hears
// so, and the worker lets nothing through before that. Where the disk takes nothing, no new note is taken; where what was written cannot be
// read, nobody is told that a task has used nothing.

import { fail, ok } from '../base/index.ts';
import type { FlowPort } from '../admin/index.ts';
import type { TaintStore } from '../cluster/index.ts';
import { createTaintLedger } from '../policies/index.ts';
import type { TaintChange, TaintLedger, TaintRow } from '../policies/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Channel, Frame } from './channel.ts';
import type { Links } from './child.ts';
import type { Desk } from './conversation.ts';
import { readTask, textsIn } from './flow-frames.ts';

export interface FlowDesk extends Desk {
  /** Reads what is on the disk. */
  open(store: TaintStore): Promise<void>;
  /** What a person can see and do. */
  readonly port: FlowPort;
}

export interface FlowDeskOptions {
  readonly links: Pick<Links, 'all'>;
  readonly log: Log;
  readonly tenant: string;
  readonly nowMs: () => number;
  /** Of the policy in force. */
  readonly windowMs: () => number;
  /** Whether anybody may see what single agents have used. */
  readonly isShown: () => boolean;
}

const SWEEP_MS = 60_000;
/** A worker that does not hear in this time is stuck; what it remembers is worth nothing within a minute. */
const ACKNOWLEDGE_MS = 3_000;

type Drop = TaintChange['drop'][number];

export function createFlowDesk({ links, log, tenant, nowMs, windowMs, isShown }: FlowDeskOptions): FlowDesk {
  let store: TaintStore | undefined;
  let ledger: TaintLedger | undefined;
  /** What is not on the disk yet, by its row; whoever waits for it; and whether somebody is writing. */
  let unsaved = new Map<string, TaintRow | Drop>();
  let waiting: Frame[] = [];
  let saving: Promise<void> | undefined;
  let isFailing = false;

  const collect = ({ put, drop }: TaintChange): void => {
    for (const row of [...drop, ...put]) unsaved.set(nameOf(row), row);
  };
  const fault = (what: string, error: unknown): void => {
    if (!isFailing) log.error(what, { error: error instanceof Error ? error : new Error(String(error)) });
    isFailing = true;
  };
  /** Everything that came meanwhile is one write. */
  const save = async (): Promise<void> => {
    while (waiting.length > 0) {
      const frames = waiting;
      const rows = unsaved;
      [waiting, unsaved] = [[], new Map()];
      try {
        if (rows.size > 0) await store?.write(changeOf(rows.values()));
        isFailing = false;
        for (const frame of frames) frame.reply({});
      } catch (error) {
        fault('what tasks use cannot be written: calls whose use a rule looks at are refused', error);
        unsaved = new Map([...rows, ...unsaved]);
        for (const frame of frames) frame.reply({ error: 'it cannot be written' });
      }
    }
    saving = undefined;
  };

  const note = (frame: Frame): void => {
    const task = readTask(frame.fields);
    if (ledger === undefined || task === undefined) return frame.reply({ error: 'the note cannot be taken' });
    collect(ledger.note(task, textsIn(frame.fields['labels']), nowMs(), windowMs()));
    waiting.push(frame);
    saving ??= Promise.resolve().then(save);
  };
  const read = (frame: Frame): void => {
    const task = readTask(frame.fields);
    if (ledger === undefined || task === undefined) return frame.reply({ error: 'nobody can say' });
    frame.reply({ labels: ledger.read(task, frame.fields['isNarrow'] === true, nowMs()) });
  };

  /** Every worker forgets what it has noted: what it uses from now on is noted anew. */
  const tellWorkers = async (agent: string, by: string): Promise<void> => {
    const tell = (worker: Channel): Promise<unknown> => worker.request('flow-forget', { tenant, agent, by }, ACKNOWLEDGE_MS);
    const told = await Promise.allSettled(links.all('worker').map(tell));
    if (told.some(({ status }) => status === 'rejected')) log.warn('a worker did not hear that something was forgotten');
  };
  const clear = async (agent: string | undefined): Promise<boolean> => {
    await saving;
    await store?.clear(tenant, agent);
    if (agent === undefined) {
      // Also where what was written could not be read: from here on it is known again.
      const had = ledger === undefined || ledger.all(nowMs()).length > 0;
      ledger = createTaintLedger();
      unsaved = new Map();
      return had;
    }
    unsaved = new Map([...unsaved].filter(([, row]) => row.tenant !== tenant || row.agent !== agent));
    return ledger?.clear(tenant, agent) === true;
  };

  const sweep = (): void => {
    ledger?.sweep(nowMs());
    store?.prune(nowMs()).catch((error: unknown) => fault('what tasks have used cannot be cleared away', error));
  };
  let timer: NodeJS.Timeout | undefined;

  return {
    open: async (opened) => {
      store = opened;
      timer = setInterval(sweep, SWEEP_MS).unref();
      try {
        ledger = createTaintLedger(await opened.rows(nowMs()));
      } catch (error) {
        fault('what tasks have used cannot be read: what a rule lets depend on it is refused until `sallyport flow clear --all`', error);
      }
    },
    port: {
      read: async () =>
        ledger === undefined
          ? ok({
              fault: 'What was written cannot be read. Have it forgotten with `sallyport flow clear --all`.',
              hidden: false,
              agents: [],
            })
          : ok({
              fault: null,
              hidden: !isShown(),
              agents: (isShown() ? ledger.all(nowMs()) : [])
                .filter((one) => one.tenant === tenant)
                .map(({ agent, labels, elsewhere, sessions, traces }) => ({
                  agent,
                  labels: labels.map(({ label, untilMs }) => ({ label, until: new Date(untilMs).toISOString() })),
                  elsewhere: [...elsewhere],
                  sessions,
                  traces,
                })),
            }),
      clear: async ({ agent, by }) => {
        try {
          const had = await clear(agent ?? undefined);
          await tellWorkers(agent ?? '*', by);
          log.info('what was used before was forgotten', { whose: agent === null ? 'everybody' : 'one agent', by });
          return ok({ cleared: had });
        } catch (error) {
          fault('what tasks have used cannot be forgotten', error);
          return fail({ code: 'internal', detail: 'The store cannot be written; the log says why.' });
        }
      },
    },
    hears: { 'flow-note': note, 'flow-read': read },
    close: () => clearInterval(timer),
  };
}

function nameOf({ tenant, agent, kind, key, label }: Drop): string {
  return [tenant, agent, kind, key, label].join('\u0000');
}

function changeOf(rows: Iterable<TaintRow | Drop>): TaintChange {
  const all = [...rows];
  return { put: all.filter((row): row is TaintRow => 'untilMs' in row), drop: all.filter((row) => !('untilMs' in row)) };
}
