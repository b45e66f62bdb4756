// The audit log as the road of a request sees it: append, and know when it is durable. Format, invariants and recovery: format.ts.
// It must never acknowledge what is not on disk, never lose a record without saying so in the log itself, and never grow without
// bound: when it cannot take a record, `append` says so at once and the call is denied.

import { randomBytes } from 'node:crypto';

import { GatewayError } from '../base/index.ts';
import { createAuditMeter } from './audit-meter.ts';
import type { AuditMeter } from './audit-meter.ts';
import { claimDirectory } from './claim.ts';
import type { Claim } from './claim.ts';
import { createCommitter } from './committer.ts';
import type { Committer } from './committer.ts';
import { toFirstRecords, toUnknownOutcome } from './first-records.ts';
import { createGapKeeper } from './gap.ts';
import type { GapKeeper } from './gap.ts';
import { callOf, createLineQueue } from './line-queue.ts';
import type { LineQueue, LogCut } from './line-queue.ts';
import { toSettings } from './log-options.ts';
import type { AuditLogOptions, LogSettings } from './log-options.ts';
import type { CompactRange } from './merkle.ts';
import { readNewLeaves } from './read-tree.ts';
import type { CallRecord, CheckpointRecord, LogEvent } from './record.ts';
import { recoverLog } from './recover.ts';
import type { FoundLog } from './recover.ts';
import { createSegments } from './segments.ts';
import { createTickets } from './tickets.ts';
import type { OnDurable } from './tickets.ts';

/** `faulted`: nothing is taken until a retry succeeds. */
export type AuditLogState = 'open' | 'faulted' | 'closed';

/** A call under way costs at most this much in the head of the next segment, which must take up less than half of it. */
const SEGMENT_BYTES_PER_CALL = 160;
const RETRY_MAX_MS = 15_000;
/** How often an idle log looks whether its segment is over. */
const RENEW_PERIOD_MS = 3_600_000;

/**
 * Opens the log of a directory: claims it, looks how it was left, closes the calls that were lost sight of. Rejects when
 * another process writes there; any other fault leaves it `faulted`, told, and retried.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const settings = toSettings(options);
  const log = new AuditLog(settings, await claimDirectory(settings.directory, settings));
  await log.started;
  return log;
}

/** An open log, made by openAuditLog. */
export class AuditLog {
  /** Settles when the first attempt to begin has come to an end, well or not. */
  readonly started: Promise<void>;
  readonly #settings: LogSettings;
  readonly #claim: Claim;
  readonly #meter: AuditMeter;
  readonly #gaps: GapKeeper;
  readonly #tickets = createTickets(
    () => this.#fault ?? new GatewayError('audit_unavailable'),
    (cause) => this.#tell(cause),
  );
  /** Calls whose decision was taken and whose outcome is still to come. */
  readonly #running = new Set<string>();
  #state: AuditLogState = 'faulted';
  #fault: GatewayError | undefined;
  #introduced = false;
  #retries = 0;
  #closing = false;
  #queue: LineQueue | undefined;
  #committer: Committer | undefined;
  #retry: NodeJS.Timeout | undefined;
  readonly #renewing: NodeJS.Timeout;
  #onQuiet: (() => void) | undefined;
  #name: string | undefined;
  #times = 0;
  #durableSeq = 0;
  #cuts: { readonly cut: LogCut; readonly resolve: (cut: LogCut | undefined) => void }[] = [];

  constructor(settings: LogSettings, claim: Claim) {
    this.#settings = settings;
    this.#claim = claim;
    this.#meter = createAuditMeter(settings.metrics);
    this.#gaps = createGapKeeper(settings.clock);
    this.#renewing = setInterval(() => this.renew(), RENEW_PERIOD_MS).unref();
    this.started = this.#begin();
  }

  get state(): AuditLogState {
    return this.#state;
  }

  /** True while it takes nothing. */
  get faulted(): boolean {
    return this.#state !== 'open';
  }

  /** Why it is faulted or closed. */
  get fault(): GatewayError | undefined {
    return this.#fault;
  }

  /** Bytes waiting to become durable. */
  get queuedBytes(): number {
    return this.#committer?.queuedBytes ?? 0;
  }

  /** Allowed calls without outcome. */
  get runningCalls(): number {
    return this.#running.size;
  }

  /** Random name of the log; undefined before its directory was read. */
  get name(): string | undefined {
    return this.#name;
  }

  /** How many times it was taken up: what was cut from the tree before may not be on disk. */
  get times(): number {
    return this.#times;
  }

  /** Records since the tree was cut last that are no checkpoints. */
  get news(): number {
    return this.#queue?.news ?? 0;
  }

  /** Ends a range of the tree over the log, and resolves with it once all of it is on disk; with undefined where that cannot be. */
  async cutTree(): Promise<LogCut | undefined> {
    const cut = this.#state === 'open' ? this.#queue?.cut() : undefined;
    if (cut === undefined || this.#durableSeq >= cut.whole.to) return cut;
    this.#committer?.schedule(true);
    return new Promise((resolve) => this.#cuts.push({ cut, resolve }));
  }

  /** Leaves of the tree, read from the files; undefined where they are not all there. */
  readLeaves(range: Pick<CompactRange, 'from' | 'to'>): Promise<CompactRange | undefined> {
    return readNewLeaves(this.#settings.files, this.#settings.directory, range);
  }

  /** Begins a new segment where the last has taken records for long enough: those that nobody adds to could never be removed. */
  renew(): void {
    if (this.#closing || this.#state !== 'open') return;
    if (this.#queue?.renew(this.#tickets.last) === true) this.#committer?.schedule(false);
  }

  /** Puts something on record that the log says of itself, as soon as that can be. */
  note(event: CheckpointRecord | LogEvent): void {
    if (this.#closing || this.#state !== 'open') return;
    this.#queue?.push(event, this.#tickets.last);
    this.#committer?.schedule(false);
  }

  /**
   * Adds a record and returns its ticket. 0 means that it was not taken: a call must then be denied. Decisions are written at once;
   * other records wait a little for company, unless somebody waits for them.
   */
  append(record: CallRecord): number {
    const reason = this.#refusalOf(record);
    if (reason !== undefined || this.#queue === undefined) return this.#refuse(record, reason ?? 'faulted');
    const ticket = this.#tickets.issue();
    this.#queue.append(record, ticket);
    if (record.kind === 'outcome') this.#running.delete(record.id);
    else if (record.kind === 'decision' && record.verdict === 'allow') this.#running.add(record.id);
    this.#committer?.schedule(record.kind === 'decision');
    return ticket;
  }

  /** True once the record is on disk. */
  isDurable(ticket: number): boolean {
    return this.#tickets.isDurable(ticket);
  }

  /** Calls back once the record is on disk, or with the fault that keeps it from there; at once, in this turn, if that is known. */
  whenDurable(ticket: number, callback: OnDurable): void {
    this.#tickets.whenSettled(ticket, callback);
    if (this.#tickets.isPending(ticket)) this.#committer?.schedule(true);
  }

  /** Writes what is waiting, says that the log was closed in order, and lets go of the directory. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.started;
    if (this.#state === 'open') {
      this.#queue?.push({ kind: 'log', event: 'closed', time: this.#settings.clock() }, this.#tickets.last);
      await this.#quiet();
    }
    await this.#end(new GatewayError('draining'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Looks how the log was left and goes on from there: at first, and again after each fault. */
  async #begin(): Promise<void> {
    try {
      const found = await recoverLog(this.#settings.files, this.#settings.directory);
      if (this.#closing) return;
      // A call of ours whose decision did not get to the disk was denied.
      for (const id of this.#running) if (!found.open.has(id)) this.#running.delete(id);
      this.#goOn(found);
      await this.#quiet();
    } catch (cause) {
      await this.#fail(cause, false);
    }
  }

  #goOn(found: FoundLog): void {
    const { directory, slot, node, clock, files, retryMs, lingerMs, segmentBytes } = this.#settings;
    const { lastNumber } = found;
    const log = found.log ?? randomBytes(8).toString('hex');
    const queue = createLineQueue(found, { log, slot, node, segmentBytes, clock, running: this.#running });
    this.#queue = queue;
    this.#name = log;
    this.#times += 1;
    this.#durableSeq = found.seq;
    this.#committer = createCommitter({
      queue,
      segments: createSegments({ files, directory, segmentBytes, retryMs, lastNumber, onEarlyFault: (cause) => this.#tell(cause) }),
      claim: this.#claim,
      tickets: this.#tickets,
      meter: this.#meter,
      lingerMs,
      isBusy: this.#settings.isBusy,
      isAlone: () => this.#running.size <= 1,
      onCommit: (lastSeq) => this.#onCommit(lastSeq),
      onFail: (cause, superseded) => void this.#fail(cause, superseded),
    });
    this.#state = 'open';
    const writer = this.#introduced ? undefined : this.#settings.writer;
    for (const record of toFirstRecords(found, { writer, running: this.#running }, clock())) queue.push(record, this.#tickets.last);
    this.#closeGap();
  }

  #onCommit(lastSeq: number): void {
    this.#durableSeq = lastSeq;
    for (let one = this.#cuts[0]; one !== undefined && one.cut.whole.to <= lastSeq; one = this.#cuts[0]) {
      this.#cuts.shift();
      one.resolve(one.cut);
    }
    this.#introduced = true;
    this.#retries = 0;
    this.#fault = undefined;
    this.#meter.faulted.set(0);
    if (this.#gaps.open && this.queuedBytes < this.#settings.maxQueuedBytes / 2) this.#closeGap();
    if (this.queuedBytes === 0) this.#onQuiet?.();
  }

  /** Nothing more can be written: what is not durable is lost, those who wait for it are told, and the log will say so itself. */
  async #fail(cause: unknown, superseded: boolean): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'faulted';
    this.#meter.faulted.set(1);
    // The same fault at every retry is one piece of news.
    const known = this.#fault !== undefined && codeOf(this.#fault.cause) === codeOf(cause) ? this.#fault : undefined;
    const fault = known ?? this.#tell(cause);
    this.#fault = fault;
    if (superseded) return this.#end(fault);
    await this.#stop(codeOf(cause), fault);
    if (this.#closing) return;
    // Each attempt may cost the disk a new segment: a fault that stays is tried less and less often.
    const waitMs = Math.min(this.#settings.retryMs * 2 ** this.#retries, RETRY_MAX_MS);
    this.#retries += 1;
    this.#retry = setTimeout(() => void this.#begin(), waitMs);
  }

  async #end(fault: GatewayError): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#fault = fault;
    clearTimeout(this.#retry);
    clearInterval(this.#renewing);
    await this.#stop('closed', fault);
    this.#claim.close();
  }

  async #stop(reason: string, fault: GatewayError): Promise<void> {
    const stopped = this.#committer?.stop();
    this.#queue = undefined;
    this.#committer = undefined;
    for (const call of stopped?.unwritten ?? []) this.#miss(call, reason);
    this.#tickets.lose(fault);
    for (const { resolve } of this.#cuts.splice(0)) resolve(undefined);
    this.#onQuiet?.();
    await stopped?.closed.catch(() => undefined);
  }

  #refusalOf(record: CallRecord): string | undefined {
    if (this.#closing) return 'closed';
    if (this.#state !== 'open') return 'faulted';
    const { maxQueuedBytes, segmentBytes } = this.#settings;
    if (record.kind !== 'decision') return this.queuedBytes > 2 * maxQueuedBytes ? 'queue_full' : undefined;
    // The outcome of a call that was let in must find room, so decisions are refused first.
    if (this.queuedBytes > maxQueuedBytes) return 'queue_full';
    return record.verdict === 'allow' && this.#running.size >= segmentBytes / SEGMENT_BYTES_PER_CALL ? 'too_many_calls' : undefined;
  }

  #refuse(record: CallRecord, reason: string): number {
    if (!this.#gaps.open && this.#state === 'open') this.#tell(new Error(`the audit log takes no more for now: ${reason}`));
    this.#miss(callOf(record), reason);
    return 0;
  }

  /** A record that will not be in the log, and the call that it is of. */
  #miss(call: string | undefined, reason: string): void {
    this.#meter.refused(reason);
    const known = call !== undefined && this.#running.delete(call);
    // While the log is open nobody else will close this call; after a fault, beginning again does.
    this.#gaps.miss(reason, known && this.#state === 'open' ? call : undefined);
  }

  /** Puts the gap on record. Until that is durable it is not told. */
  #closeGap(): void {
    const gap = this.#gaps.take();
    const queue = this.#queue;
    if (gap === undefined || queue === undefined) return;
    const time = this.#settings.clock();
    const ticket = this.#tickets.issue();
    queue.push({ kind: 'log', event: 'gap', time, since: gap.since, records: gap.records, reason: gap.reason }, ticket);
    for (const id of gap.calls) queue.push(toUnknownOutcome(id, time), ticket);
    this.#tickets.whenSettled(ticket, (error) => {
      if (error !== undefined) this.#gaps.giveBack(gap);
    });
    this.#committer?.schedule(true);
  }

  /** Resolves when everything pushed so far is written, or lost. */
  #quiet(): Promise<void> {
    if (this.queuedBytes === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onQuiet = resolve;
      this.#committer?.schedule(true);
    });
  }

  #tell(cause: unknown): GatewayError {
    const error = new GatewayError('audit_unavailable', { cause });
    try {
      this.#settings.onFault(error);
    } catch {
      // Whoever is told must not stop the log.
    }
    return error;
  }
}

/** The system's word for a fault (ENOSPC, EIO, …). */
function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'fault';
}
