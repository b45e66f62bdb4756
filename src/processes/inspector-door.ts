// A worker's end of inspection. Small messages are looked into here, in the loop itself; large ones, and those that come in pieces, in the inspector
// process beside this worker, because looking into them takes long and can be made to take longer.
//
// Whatever happens to that process, every message is answered: with what was found, or with one finding that says it was not looked into. What it was
// looking into when it ended, hung or said what cannot be has failed; what comes after that waits for its successor, and not for long.

import type { Result } from '../base/index.ts';
import type { Found, InspectionDocument, Progress, Surface, UnscannedReason } from '../inspection/index.ts';
import { lookInto, notLookedInto, stepsUnasked } from '../proxy/index.ts';
import type { BeginScan, InspectedStream, Inspector } from '../proxy/index.ts';
import type { Log, Metrics } from '../telemetry/index.ts';
import type { Channel, Frame } from './channel.ts';
import { createInspectionJob } from './inspection-job.ts';
import type { InspectionJob, InspectionLoad } from './inspection-job.ts';
import { createInspectionMetrics } from './inspection-metrics.ts';
import type { InspectionEnd } from './inspection-metrics.ts';
import { createInspectorLink } from './inspector-link.ts';
import type { InspectorLink } from './inspector-link.ts';

export interface InspectorDoorOptions {
  /** Makes what looks into messages; fails with a sentence. */
  readonly compile: (document: InspectionDocument) => Result<BeginScan, string>;
  /** Says that the inspector of this name is of no use any more. */
  readonly onHung: (name: string) => void;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface InspectorDoor {
  readonly inspector: Inspector;
  /** From now on this is looked for; a sentence where it cannot be, and nothing changes. */
  update(document: InspectionDocument): string | undefined;
  linked(channel: Channel, name: string): void;
  lost(channel: Channel): void;
  hear(channel: Channel, frame: Frame): void;
  /** To be called every `INSPECTOR_TICK_MS`. */
  tick(): void;
}

export const INSPECTOR_TICK_MS = 250;
/** Looked into in the loop: takes some milliseconds at most, and most messages are far smaller; these need nobody else to be answered. */
const SMALL_BYTES = 32 * 1024;
/** Of what cannot wait. What it costs is limited by itself (proxy/inspection/look-into.ts): of longer texts not even clean ones would be looked through. */
const MAX_NOW_BYTES = 512 * 1024;
/**
 * Without a sign of life for so long, the inspector hangs: a slice takes some milliseconds, the most expensive one a few tens. Counted in ticks of this
 * loop, so that a loop that was held up itself takes nobody else for dead.
 */
const SILENT_TICKS = 3_000 / INSPECTOR_TICK_MS;
/** An inspector is replaced within a second; one that dies again and again within five. */
const PATIENCE_TICKS = 5_000 / INSPECTOR_TICK_MS;
/** Messages wait for each other; more than this takes longer than callers wait, and whoever comes then is told so at once. */
const MAX_WAITING_BYTES = 128 * 1024 * 1024;

/** The inspector of a worker. */
export function createInspectorDoor(options: InspectorDoorOptions): InspectorDoor {
  const { compile, log } = options;
  const load: InspectionLoad = { waitingBytes: 0, underWayBytes: 0 };
  const metrics = createInspectionMetrics(options.metrics, load);
  /** Messages that no inspector has, and for how long. */
  const waiting = new Map<InspectionJob, number>();
  let current: { readonly document: InspectionDocument; readonly text: string; readonly begin: BeginScan } | undefined;
  let revision = 0;
  let link: InspectorLink | undefined;
  let nextId = 1;

  const fail = (job: InspectionJob, reason: UnscannedReason, end: InspectionEnd): void => {
    waiting.delete(job);
    link?.drop(job);
    metrics.process(end, job.lookedBytes);
    job.fail(reason);
  };

  /** Hands over what has waited for an inspector. */
  const handOver = (): void => {
    if (link?.problem !== undefined) for (const job of waiting.keys()) fail(job, 'failed', 'refused');
    for (const job of waiting.keys()) {
      if (link?.isReady !== true) return;
      waiting.delete(job);
      link.open(job);
      link.wake(job);
    }
  };

  const wake = (job: InspectionJob): void => {
    if (!waiting.has(job)) link?.wake(job);
  };

  const open = (surface: Surface): InspectedStream => {
    const job = createInspectionJob(nextId++, surface, load);
    waiting.set(job, 0);
    handOver();
    return {
      push: (chunk, progressed) => {
        job.push(chunk, progressed);
        if (job.isOver) return;
        if (load.waitingBytes > MAX_WAITING_BYTES) fail(job, 'over-budget', 'over-budget');
        else wake(job);
      },
      end: (ended) => {
        job.end(ended);
        if (!job.isOver) wake(job);
      },
      abandon: () => {
        if (!job.isOver) metrics.process('abandoned', job.lookedBytes);
        job.abandon();
        waiting.delete(job);
        link?.drop(job);
      },
    };
  };

  const lookHere = (bytes: Uint8Array, surface: Surface, maxSteps?: number): readonly Found[] => {
    metrics.loop(bytes.length);
    return current === undefined ? [notLookedInto('failed')] : lookInto(bytes, surface, current.begin, maxSteps);
  };

  const lookNow: Inspector['lookNow'] = (bytes, surface) =>
    bytes.length > MAX_NOW_BYTES ? [notLookedInto('over-budget')] : lookHere(bytes, surface, stepsUnasked(bytes.length));

  const look: Inspector['look'] = (bytes, surface, done) => {
    if (bytes.length > SMALL_BYTES) {
      const stream = open(surface);
      const found: Found[] = [];
      const keep = (progress: Progress): void => {
        for (const one of progress.found) found.push(one);
      };
      stream.push(bytes, keep);
      stream.end((progress) => {
        keep(progress);
        done(found);
      });
      return;
    }
    done(lookHere(bytes, surface));
  };

  /** Closes the link at once: nothing that it still says is heard. */
  const giveUp = (broken: InspectorLink, name: string, why: 'hung' | 'malformed'): void => {
    if (broken !== link) return;
    log.error('the inspector is replaced: it has not answered in time, or said what cannot be', { name, why });
    end(why);
    options.onHung(name);
    broken.channel.close();
  };
  const end = (why: InspectionEnd): void => {
    const jobs = link?.lost() ?? [];
    link = undefined;
    for (const job of jobs) fail(job, 'failed', why);
  };

  return {
    inspector: { look, lookNow, open },
    update: (document) => {
      const text = JSON.stringify(document);
      if (current?.document === document || current?.text === text) return undefined;
      const compiled = compile(document);
      if (!compiled.ok) return compiled.error;
      current = { document, text, begin: compiled.value };
      revision++;
      link?.prepare(revision, document);
      return undefined;
    },
    linked: (channel, name) => {
      end('died');
      const next: InspectorLink = createInspectorLink({
        channel,
        load,
        onPrepared: (problem) => {
          if (next !== link) return;
          if (problem !== undefined) log.error('the inspector refuses what it is to look for; large messages fail', { name, problem });
          handOver();
        },
        onEnd: (job, how) => metrics.process(how === 'looked' ? 'looked' : 'crashed', job.lookedBytes),
        onBroken: (why) => giveUp(next, name, why),
        onLoad: (fields) => metrics.inspectorLoad(fields),
      });
      link = next;
      metrics.started();
      if (current !== undefined) next.prepare(revision, current.document);
    },
    lost: (channel) => {
      if (link?.channel === channel) end('died');
    },
    hear: (channel, frame) => {
      if (link?.channel === channel) link.hear(frame);
    },
    tick: () => {
      metrics.queue();
      for (const [job, ticks] of waiting) {
        if (ticks >= PATIENCE_TICKS) fail(job, 'failed', 'absent');
        else waiting.set(job, ticks + 1);
      }
      link?.tick(SILENT_TICKS);
    },
  };
}
