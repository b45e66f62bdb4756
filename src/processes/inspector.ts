// The process that looks into large messages, one beside each worker. Looking into them takes long, and what strangers write is chosen to make it take
// longer, so it happens where it holds nobody up, where it can be killed, and where there is nothing to take: no network, no file but the program, no
// way to start anything. It knows its worker and nobody else; it finds places and types, and decides nothing.

import type { Result } from '../base/index.ts';
import type { InspectionDocument } from '../inspection/index.ts';
import type { BeginScan } from '../proxy/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Channel, Frame } from './channel.ts';
import type { Duties } from './child.ts';
import { dropFrame } from './conversation.ts';
import { isSurface } from './inspection-frames.ts';
import { createInspectorJobs } from './inspector-jobs.ts';
import type { InspectorJobs } from './inspector-jobs.ts';

const LOAD_PERIOD_MS = 1_000;
/** A worker that has not gone by then is on its own. */
const LEAVE_MS = 2_000;

/** Sets up an inspector's duties. */
export function beginInspector(compile: (document: InspectionDocument) => Result<BeginScan, string>, log: Log): Duties {
  let worker: Channel | undefined;
  let jobs: InspectorJobs | undefined;
  let isLeaving = false;
  let engine: { readonly revision: number; readonly begin: BeginScan } | undefined;

  const hear: Readonly<Record<string, (frame: Frame, id: number) => void>> = {
    engine: (frame) => {
      const { revision, document } = frame.fields;
      const compiled = isDocument(document) ? compile(document) : undefined;
      engine = undefined;
      if (compiled?.ok === true) engine = { revision: Number(revision), begin: compiled.value };
      frame.reply(engine === undefined ? { error: compiled?.ok === false ? compiled.error : 'It has no known form.' } : {});
    },
    open: ({ fields: { surface, revision } }, id) => {
      const current = engine;
      jobs?.open(id, () => {
        // Frames keep their order, so it can only be another one if two versions of the program talk to each other.
        if (current === undefined || current.revision !== revision || !isSurface(surface))
          throw new Error('nothing is known of this engine');
        return current.begin(surface);
      });
    },
    bytes: ({ payload }, id) => jobs?.bytes(id, payload),
    end: (_, id) => jobs?.end(id),
    abandon: (_, id) => jobs?.abandon(id),
  };

  setInterval(() => {
    const { user, system } = process.cpuUsage();
    worker?.send('load', { rss: process.memoryUsage.rss(), cpuUs: user + system });
  }, LOAD_PERIOD_MS).unref();

  return {
    onLink: (_role, channel) => {
      worker = channel;
      jobs = createInspectorJobs(
        (type, fields) => channel.send(type, fields),
        (next) => setImmediate(next),
      );
    },
    onUnlink: (_role, channel) => {
      if (channel !== worker) return;
      jobs?.clear();
      worker = undefined;
      if (isLeaving) process.exit(0);
    },
    onFrame: (_from, frame) => {
      const heard = hear[frame.type];
      if (heard === undefined) dropFrame(frame, log);
      else heard(frame, Number(frame.fields['job']));
    },
    // The worker ends what is under way, and needs this process for it.
    onDrain: (graceMs) => {
      isLeaving = true;
      if (worker === undefined) process.exit(0);
      setTimeout(() => process.exit(0), graceMs + LEAVE_MS);
    },
  };
}

/** It comes from the worker, which compiled it. */
function isDocument(value: unknown): value is InspectionDocument {
  return (
    typeof value === 'object' &&
    value !== null &&
    'detectors' in value &&
    Array.isArray(value.detectors) &&
    'without' in value &&
    Array.isArray(value.without) &&
    'canaries' in value &&
    typeof value.canaries === 'object'
  );
}
