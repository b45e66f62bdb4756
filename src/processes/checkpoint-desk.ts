// Control's part in checkpoints. It has the logs signed that no worker writes: its own, and those that nobody has open. It learns from the keeper what was
// signed last, publishes that beside the logs, and brings it to the anchors. It knows which logs were signed and are not there any more. What it finds
// wrong is in the status, in the log, and on record. No call waits for any of it.

import { join } from 'node:path';
import { newActId, toActRecord } from '../admin/index.ts';
import type { AdminProblem, CheckpointsPort, SignedLogView } from '../admin/index.ts';
import { createCheckpointer, isClaimed, listLogs, readIdentity, signIdleLog, stampOf } from '../audit/index.ts';
import type { ActJournal, AnchorConfig, AuditLog, AuditSettings, Checkpointer, CheckpointState, LogDirectory } from '../audit/index.ts';
import { fail, ok } from '../base/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import { createAnchorFeed } from './anchor-feed.ts';
import type { AnchorFeed } from './anchor-feed.ts';
import { createAnchor } from './anchors.ts';
import { createCheckpointFiles } from './checkpoint-files.ts';
import { askKeeper, CHECKPOINT_TICK_MS, describeState, faultIn, logState } from './checkpoint-port.ts';
import type { SeenLog, SignedLog } from './checkpoint-signer.ts';
import type { Links } from './child.ts';
import type { Desk } from './conversation.ts';
import { steadyNowMs } from './steady-clock.ts';

export interface CheckpointDesk extends Desk {
  readonly port: CheckpointsPort;
  /** From now on: `own` is control's log. */
  open(own: AuditLog): void;
  /** Anchors as the config has them. */
  configure(settings: Pick<AuditSettings, 'anchors' | 'anchorSeconds'>): void;
  /** What a person should know. */
  faults(): readonly string[];
  /** Has the last records of control's log signed, before it is closed. */
  beforeClose(): Promise<void>;
  /** When no log has a writer any more: signs their ends, and brings the last notes to the anchors. */
  finish(): Promise<void>;
}

export interface CheckpointDeskOptions {
  readonly dataFolder: string;
  readonly tenant: string;
  readonly links: Links;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly journal: Pick<ActJournal, 'recordSoon'>;
}

const AWAY: AdminProblem = { code: 'unavailable', detail: 'The keeper does not answer now; nothing was done. Try again.' };
const UNKNOWN: AdminProblem = {
  code: 'log_unknown',
  detail: "Nothing was signed of a log of this name; 'sallyport audit checkpoints' lists them.",
};
const OWN_SLOT = 'control';
const KEEPER_TIMEOUT_MS = 2_000;
const LOOK_MS = 1_000;
const IDLE_MS = 5_000;
/** Longer than this nobody waits at the end. */
const FINISH_MS = 4_000;

export function createCheckpointDesk(options: CheckpointDeskOptions): CheckpointDesk {
  const { dataFolder, tenant, links, log, metrics, nowMs, journal } = options;
  const files = createCheckpointFiles(dataFolder);
  /** What is wrong, by what it is about. */
  const faults = new Map<string, string>();
  /** Logs that nobody writes, as they were when they were signed. */
  const stamps = new Map<string, string>();
  /** Logs of which the keeper was told that they are there. */
  const told = new Set<string>();
  let signed: readonly SignedLog[] = [];
  let key: string | undefined;
  let feeds: readonly { readonly config: string; readonly feed: AnchorFeed }[] = [];
  let own: Checkpointer | undefined;
  let timers: readonly NodeJS.Timeout[] = [];
  let isFinished = false;

  /** Undefined ends it. True: that is news. */
  const setFault = (about: string, text: string | undefined): boolean => {
    if (text === undefined) return faults.delete(about);
    const isNews = faults.get(about) !== text;
    faults.set(about, text);
    return isNews;
  };

  const record = (slot: string, details: Readonly<Record<string, string | number>>): void =>
    journal.recordSoon([
      toActRecord(
        newActId(),
        'failed',
        { action: 'checkpoint.sign', by: 'gateway', via: 'gateway', tenant, target: slot, details },
        nowMs(),
      ),
    ]);

  const notes = (): ReadonlyMap<string, string> => new Map(signed.map((one) => [one.log, one.note]));

  /** What the keeper has signed: published, and offered to the anchors. */
  const look = async (): Promise<void> => {
    const answer = await links.request('keeper', 'checkpoints-signed', {}, KEEPER_TIMEOUT_MS).catch(() => undefined);
    const said = answer === undefined ? undefined : readSigned(answer.fields);
    if (said === undefined) {
      const why = answer === undefined ? 'it does not answer' : faultIn(answer.fields);
      if (!faults.has('keeper') && setFault('keeper', `The keeper signs no checkpoints since ${new Date(nowMs()).toISOString()}: ${why}.`))
        log.error('the keeper signs no checkpoints', { reason: why });
    } else {
      setFault('keeper', undefined);
      ({ logs: signed, key } = said);
      publish(said.key);
    }
    for (const { feed } of feeds) feed.offer(notes());
  };

  const publish = (verifierKey: string): void => {
    try {
      files.publish(verifierKey, signed);
      setFault('files', undefined);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      if (setFault('files', `The last checkpoints cannot be written beside the logs (${code}).`))
        log.error('checkpoints cannot be published', { code });
    }
  };

  /** Signs what nobody writes, and looks whether all that was signed is there. */
  const lookAtLogs = async (isClaimedNow: (one: LogDirectory) => boolean): Promise<void> => {
    const logs = await listLogs(join(dataFolder, 'audit'));
    for (const one of logs) if (!isClaimedNow(one)) await signIdle(one);
    const there = new Set<string>();
    const found: SeenLog[] = [];
    for (const one of logs) {
      const name = (await readIdentity(one))?.log ?? '';
      there.add(name);
      if (signed.some(({ log: known, slot }) => known === name && slot === one.slot)) found.push({ log: name, slot: one.slot });
    }
    await tellFound(found);
    // One of which nothing is known as signed any more was accepted, or given up: both are on record elsewhere.
    const isMissed = (name: string): boolean => !there.has(name) && signed.some((one) => one.log === name);
    for (const about of faults.keys()) if (about.startsWith('gone ') && !isMissed(about.slice(5))) setFault(about, undefined);
    for (const { log: name, slot, size, time } of signed) {
      if (there.has(name)) continue;
      const text = `The record of ${slot} is gone: ${size} records of log ${name} were signed by ${new Date(time).toISOString()}, and no folder holds them.`;
      if (!setFault(`gone ${name}`, text)) continue;
      log.error('a log that was signed is gone', { slot, signed: size });
      record(slot, { log: name, why: 'gone', signed: size });
    }
  };

  /** The keeper cannot look for itself: the folders are not its own. */
  const tellFound = async (found: readonly SeenLog[]): Promise<void> => {
    const news = found.filter(({ log: name }) => !told.has(name));
    if (news.length === 0) return;
    const heard = await links.request('keeper', 'checkpoint-logs', { logs: news }, KEEPER_TIMEOUT_MS).catch(() => undefined);
    if (heard !== undefined && heard.fields['error'] === undefined) for (const { log: name } of news) told.add(name);
  };

  const signIdle = async (one: LogDirectory): Promise<void> => {
    const { slot } = one;
    const stamp = stampOf(one);
    if (stamps.get(slot) === stamp) return;
    try {
      const answer = await signIdleLog(one, askKeeper(links, slot, metrics));
      stamps.set(slot, stamp);
      const state: CheckpointState =
        answer?.kind === 'disputed' ? { kind: 'disputed', since: nowMs(), dispute: answer } : { kind: 'current' };
      if (!setFault(`idle ${slot}`, describeState(slot, state)) || answer?.kind !== 'disputed') return;
      logState(log, slot, state);
      record(slot, { why: answer.why, signed: answer.size });
    } catch (error) {
      // The keeper's being away is said where it is asked every second; this log is tried again at the next look.
      log.debug('a log that nobody writes could not be signed', { slot, reason: error instanceof Error ? error.message : 'unknown' });
    }
  };

  const every = (periodMs: number, work: () => Promise<void>): NodeJS.Timeout => {
    let isAtWork = false;
    return setInterval(() => {
      if (isAtWork || isFinished) return;
      isAtWork = true;
      void work()
        .catch((error: unknown) =>
          log.error('checkpoints could not be looked after', { error: error instanceof Error ? error : new Error('unknown') }),
        )
        .finally(() => (isAtWork = false));
    }, periodMs).unref();
  };

  const toFeed = (anchor: AnchorConfig, everyMs: number): AnchorFeed =>
    createAnchorFeed({ name: anchor.name, anchor: createAnchor(anchor), everyMs, nowMs, steadyMs: steadyNowMs, log, metrics });

  const allFaults = (): readonly string[] => [
    ...faults.values(),
    ...feeds.map(({ feed }) => feed.fault()).filter((fault) => fault !== undefined),
  ];

  const port: CheckpointsPort = {
    read: () =>
      Promise.resolve(
        ok({
          key: faults.has('keeper') ? null : (key ?? null),
          logs: signed.map(toView),
          anchors: feeds.map(({ feed }) => ({
            name: feed.name,
            owedSince: feed.owedSince === undefined ? null : new Date(feed.owedSince).toISOString(),
            fault: feed.fault() ?? null,
          })),
          faults: [...faults.values()],
        }),
      ),
    accept: async ({ log: name }) => {
      const answer = await links.request('keeper', 'checkpoint-forget', { log: name }, KEEPER_TIMEOUT_MS).catch(() => undefined);
      if (answer === undefined || typeof answer.fields['error'] === 'string') return fail(AWAY);
      const { forgotten } = answer.fields;
      if (!isSignedLog(forgotten)) return fail(UNKNOWN);
      // The next look signs what is there, or finds that nothing is missed any more.
      signed = signed.filter((one) => one.log !== name);
      stamps.delete(forgotten.slot);
      told.delete(name);
      setFault(`gone ${name}`, undefined);
      return ok(toView(forgotten));
    },
  };

  return {
    port,
    open(audit) {
      own = createCheckpointer({
        log: audit,
        ask: askKeeper(links, OWN_SLOT, metrics),
        clock: nowMs,
        onState: (state) => {
          logState(log, OWN_SLOT, state);
          setFault(`writer ${OWN_SLOT}`, describeState(OWN_SLOT, state));
        },
      });
      timers = [
        setInterval(() => own?.tick(), CHECKPOINT_TICK_MS).unref(),
        every(LOOK_MS, look),
        every(IDLE_MS, () => lookAtLogs((one) => one.slot === OWN_SLOT || isClaimed(one.directory, nowMs()))),
      ];
    },
    configure({ anchors, anchorSeconds }) {
      feeds = anchors.map((anchor) => {
        const config = JSON.stringify([anchor, anchorSeconds]);
        return feeds.find((known) => known.config === config) ?? { config, feed: toFeed(anchor, anchorSeconds * 1_000) };
      });
    },
    faults: allFaults,
    async beforeClose() {
      for (const timer of timers) clearInterval(timer);
      await own?.close();
    },
    async finish() {
      if (own === undefined) return;
      isFinished = true;
      const work = async (): Promise<void> => {
        await lookAtLogs(({ slot, directory }) => slot !== OWN_SLOT && isClaimed(directory, nowMs()));
        await look();
        await Promise.all(feeds.map(({ feed }) => feed.close(notes())));
      };
      await Promise.race([work().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, FINISH_MS).unref())]);
    },
    hears: {
      'checkpoint-state': ({ fields }, { name }) => {
        const { fault } = fields;
        setFault(`writer ${name}`, typeof fault === 'string' ? fault : undefined);
      },
    },
    onWorkerGone: ({ name }) => void setFault(`writer ${name}`, undefined),
  };
}

function toView({ log, slot, size, time }: SignedLog): SignedLogView {
  return { log, slot, records: size, at: new Date(time).toISOString() };
}

function readSigned(fields: Readonly<Record<string, unknown>>): { readonly key: string; readonly logs: readonly SignedLog[] } | undefined {
  const { key, logs } = fields;
  return typeof key === 'string' && Array.isArray(logs) ? { key, logs: logs.filter(isSignedLog) } : undefined;
}

function isSignedLog(value: unknown): value is SignedLog {
  if (typeof value !== 'object' || value === null || !('log' in value && 'slot' in value && 'note' in value)) return false;
  return (
    typeof value.log === 'string' && typeof value.slot === 'string' && typeof value.note === 'string' && 'size' in value && 'time' in value
  );
}
