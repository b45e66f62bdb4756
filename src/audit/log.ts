// The audit log as the road of a request sees it: append, and know when it is durable. Format, invariants and recovery: format.ts.
// It must never acknowledge what is not on disk, never lose a record without saying so in the log itself, and never grow without
// bound: when it cannot take a record, `append` says so at once and the call is denied.

import { randomBytes } from 'node:crypto';

import { GatewayError } from '../base/index.ts';
import { createMetrics } from '../telemetry/index.ts';
import type { Metrics } from '../telemetry/index.ts';
import { createAuditMeter } from './audit-meter.ts';
import type { AuditMeter } from './audit-meter.ts';
import { claimDirectory } from './claim.ts';
import type { Claim } from './claim.ts';
import { createCommitter } from './committer.ts';
import type { Committer } from './committer.ts';
import { diskFiles } from './files.ts';
import type { LogFiles } from './files.ts';
import { toFirstRecords, toUnknownOutcome } from './first-records.ts';
import { SEGMENT_BYTES, SEGMENT_MIN_BYTES } from './format.ts';
import { createLineQueue } from './line-queue.ts';
import type { LineQueue } from './line-queue.ts';
import type { CallRecord } from './record.ts';
import { recoverLog } from './recover.ts';
import { createSegments } from './segments.ts';
import { createTickets } from './tickets.ts';
import type { OnDurable } from './tickets.ts';

/** Records that could not be taken, until the log has said so. */
interface Gap {
  since: number;
  records: number;
  readonly reason: string;
  /** Calls whose decision is on record and whose outcome was refused. */
  readonly calls: string[];
}

/** What a log needs to be opened. */
export interface AuditLogOptions {
  /** The log's own directory; must exist. One live writer each. */
  readonly directory: string;
  /** Name of the log among those of this node, as its directory is called. */
  readonly slot: string;
  /** Who writes, for the record; the process id if nothing is said. */
  readonly writer?: string;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Told when the log cannot be written, cannot take more, or soon will not; `state` says whether it goes on. */
  readonly onFault: (error: GatewayError) => void;
  readonly metrics?: Metrics;
  readonly segmentBytes?: number;
  /** Bytes that may wait for the disk; above it, decisions are refused. */
  readonly maxQueuedBytes?: number;
  /** How long a record that nobody waits for may stay in memory; it goes out earlier with the next decision. */
  readonly lingerMs?: number;
  /** How long to wait after a fault before trying again. */
  readonly retryMs?: number;
  /** The caller knows that the previous writer of this directory has ended. */
  readonly takeOver?: boolean;
  readonly beatMs?: number;
  readonly files?: LogFiles;
}

/** `faulted`: nothing is taken until a retry succeeds. */
export type AuditLogState = 'open' | 'faulted' | 'closed';

const QUEUED_BYTES = 8 * 1_048_576;
const LINGER_MS = 10;
const RETRY_MS = 1_000;
const BEAT_MS = 1_000;
/** A call under way costs at most this much in the head of the next segment, which must take up less than half of it. */
const SEGMENT_BYTES_PER_CALL = 160;

/**
 * Opens the log of a directory: claims it, looks how it was left, closes the calls that were lost sight of. Rejects when
 * another process writes there; any other fault leaves it `faulted`, told, and retried.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  if ((options.segmentBytes ?? SEGMENT_BYTES) < SEGMENT_MIN_BYTES)
    throw new RangeError(`segmentBytes must be at least ${SEGMENT_MIN_BYTES}`);
  const claim = await claimDirectory(options.directory, { takeOver: options.takeOver ?? false, beatMs: options.beatMs ?? BEAT_MS });
  const log = new AuditLog(options, claim);
  await log.started;
  return log;
}

/** An open log, made by openAuditLog. */
export class AuditLog {
  /** Settles when the first attempt to begin has come to an end, well or not. */
  readonly started: Promise<void>;
  readonly #options: AuditLogOptions;
  readonly #claim: Claim;
  readonly #segmentBytes: number;
  readonly #maxQueuedBytes: number;
  readonly #meter: AuditMeter;
  readonly #tickets = createTickets(
    () => this.#fault ?? new GatewayError('audit_unavailable'),
    (cause) => this.#tell(cause),
  );
  /** Calls whose decision was taken and whose outcome is still to come. */
  readonly #running = new Set<string>();
  #state: AuditLogState = 'faulted';
  #fault: GatewayError | undefined;
  #gap: Gap | undefined;
  #introduced = false;
  #closing = false;
  #queue: LineQueue | undefined;
  #committer: Committer | undefined;
  #retry: NodeJS.Timeout | undefined;
  #onQuiet: (() => void) | undefined;

  constructor(options: AuditLogOptions, claim: Claim) {
    this.#options = options;
    this.#claim = claim;
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES;
    this.#maxQueuedBytes = options.maxQueuedBytes ?? QUEUED_BYTES;
    this.#meter = createAuditMeter(options.metrics ?? createMetrics());
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
      this.#queue?.push({ kind: 'log', event: 'closed', time: this.#options.clock() }, this.#tickets.last);
      await this.#quiet();
    }
    await this.#end(new GatewayError('draining'));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Looks how the log was left and takes it up from there: at first, and again after each fault. */
  async #begin(): Promise<void> {
    const {
      directory,
      slot,
      writer = `pid ${process.pid}`,
      clock,
      files = diskFiles,
      retryMs = RETRY_MS,
      lingerMs = LINGER_MS,
    } = this.#options;
    try {
      const found = await recoverLog(files, directory);
      if (this.#closing) return;
      const segmentBytes = this.#segmentBytes;
      const log = found.log ?? randomBytes(8).toString('hex');
      const queue = createLineQueue(found, { log, slot, segmentBytes, clock, running: this.#running });
      const segments = createSegments({
        files,
        directory,
        segmentBytes,
        retryMs,
        lastNumber: found.lastNumber,
        onEarlyFault: (cause) => this.#tell(cause),
      });
      this.#queue = queue;
      this.#committer = createCommitter({
        queue,
        segments,
        claim: this.#claim,
        tickets: this.#tickets,
        meter: this.#meter,
        lingerMs,
        onCommit: () => this.#onCommit(),
        onFail: (cause, superseded) => void this.#fail(cause, superseded),
      });
      for (const id of this.#running) if (!found.open.has(id)) this.#running.delete(id);
      this.#state = 'open';
      const opening = { writer: this.#introduced ? undefined : writer, running: this.#running };
      for (const record of toFirstRecords(found, opening, clock())) queue.push(record, this.#tickets.last);
      this.#closeGap();
      await this.#quiet();
    } catch (cause) {
      await this.#fail(cause, false);
    }
  }

  #onCommit(): void {
    this.#introduced = true;
    this.#fault = undefined;
    this.#meter.faulted.set(0);
    if (this.#gap !== undefined && this.queuedBytes < this.#maxQueuedBytes / 2) this.#closeGap();
    if (this.queuedBytes === 0) this.#onQuiet?.();
  }

  /** Nothing more can be written: what is not durable is lost, those who wait for it are told, and the log will say so itself. */
  async #fail(cause: unknown, superseded: boolean): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'faulted';
    this.#meter.faulted.set(1);
    // The same fault at every retry is one piece of news.
    const known = this.#fault !== undefined && codeOf(this.#fault.cause) === codeOf(cause);
    const fault = known && this.#fault !== undefined ? this.#fault : this.#tell(cause);
    this.#fault = fault;
    const stopped = this.#committer?.stop();
    this.#queue = undefined;
    this.#committer = undefined;
    for (const record of stopped?.unwritten ?? []) this.#miss(record, codeOf(cause));
    this.#tickets.lose(fault);
    this.#onQuiet?.();
    await stopped?.closed.catch(() => undefined);
    if (superseded) await this.#end(fault);
    else if (!this.#closing) this.#retry = setTimeout(() => void this.#begin(), this.#options.retryMs ?? RETRY_MS);
  }

  /** A record that will not be in the log. */
  #miss(record: CallRecord, reason: string): void {
    const gap = this.#noteGap(reason);
    gap.records += 1;
    if (record.kind === 'refusals') return;
    const known = this.#running.delete(record.id);
    // While the log is open nobody else will close this call; after a fault, beginning again does.
    if (known && this.#state === 'open') gap.calls.push(record.id);
  }

  #refuse(record: CallRecord, reason: string): number {
    this.#meter.refused(reason);
    if (this.#gap === undefined && this.#state === 'open') this.#tell(new Error(`the audit log takes no more for now: ${reason}`));
    this.#miss(record, reason);
    return 0;
  }

  #refusalOf(record: CallRecord): string | undefined {
    if (this.#closing) return 'closed';
    if (this.#state !== 'open') return 'faulted';
    if (record.kind !== 'decision') return this.queuedBytes > 2 * this.#maxQueuedBytes ? 'queue_full' : undefined;
    // The outcome of a call that was let in must find room, so decisions are refused first.
    if (this.queuedBytes > this.#maxQueuedBytes) return 'queue_full';
    return record.verdict === 'allow' && this.#running.size >= this.#segmentBytes / SEGMENT_BYTES_PER_CALL ? 'too_many_calls' : undefined;
  }

  #noteGap(reason: string): Gap {
    this.#gap ??= { since: this.#options.clock(), records: 0, reason, calls: [] };
    return this.#gap;
  }

  /** Puts the gap on record. Until that is durable it is not told. */
  #closeGap(): void {
    const gap = this.#gap;
    const queue = this.#queue;
    if (gap === undefined || queue === undefined) return;
    this.#gap = undefined;
    const time = this.#options.clock();
    const ticket = this.#tickets.issue();
    queue.push({ kind: 'log', event: 'gap', time, since: gap.since, records: gap.records, reason: gap.reason }, ticket);
    for (const id of gap.calls) queue.push(toUnknownOutcome(id, time), ticket);
    this.#tickets.whenSettled(ticket, (error) => {
      if (error === undefined) return;
      const again = this.#noteGap(gap.reason);
      again.since = Math.min(again.since, gap.since);
      again.records += gap.records;
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

  async #end(fault: GatewayError): Promise<void> {
    this.#state = 'closed';
    this.#fault = fault;
    clearTimeout(this.#retry);
    const stopped = this.#committer?.stop();
    this.#queue = undefined;
    this.#committer = undefined;
    this.#tickets.lose(fault);
    this.#onQuiet?.();
    await stopped?.closed.catch(() => undefined);
    this.#claim.close();
  }

  #tell(cause: unknown): GatewayError {
    const error = new GatewayError('audit_unavailable', { cause });
    try {
      this.#options.onFault(error);
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
