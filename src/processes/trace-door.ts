// A worker's end of tracing: what traced calls leave is gathered for a second and handed to control in one frame. A link that is full, or gone, costs the
// spans that nobody takes, and no call anything.

import { randomBytes } from 'node:crypto';
import { createTracing } from '../proxy/index.ts';
import type { Tracing } from '../proxy/index.ts';
import { spansIn } from '../telemetry/index.ts';
import type { CallSpan, Metrics } from '../telemetry/index.ts';
import type { Catalogue } from '../tools/index.ts';
import type { Links } from './child.ts';

export interface TraceDoorOptions {
  readonly links: Links;
  readonly metrics: Metrics;
  readonly nowMs: () => number;
  readonly catalogue: Pick<Catalogue, 'fingerprints'>;
}

export interface TraceDoor {
  readonly tracing: Tracing;
  /** Hands over what was gathered. Call it every second. */
  tick(): void;
}

/** Calls that are gathered between two frames. */
const MAX_GATHERED = 2_048;
/** Of the link to control so much may be waiting already: what it carries beside this must not wait for it. */
const MAX_QUEUED_BYTES = 1_048_576;
const SPANS_OF_A_CALL = 2;
const POOL_BYTES = 4_096;

export function createTraceDoor({ links, metrics, nowMs, catalogue }: TraceDoorOptions): TraceDoor {
  const dropped = metrics.counter('sallyport.telemetry.spans', { result: 'dropped' });
  const randomHex = createHexPool();
  let gathered: CallSpan[] = [];
  return {
    tracing: createTracing({
      nowMs,
      random: Math.random,
      randomHex,
      isPrompt: (server, name) => catalogue.fingerprints(server, 'prompt', name).length > 0,
      onTooMany: () => dropped.add(SPANS_OF_A_CALL),
      tell: (span) => {
        if (gathered.length < MAX_GATHERED) gathered.push(span);
        else dropped.add(spansIn(span));
      },
    }),
    tick: () => {
      if (gathered.length === 0) return;
      const calls = gathered;
      gathered = [];
      const control = links.get('control');
      if (control !== undefined && control.queuedBytes < MAX_QUEUED_BYTES) control.send('spans', { calls });
      else dropped.add(calls.reduce((sum, call) => sum + spansIn(call), 0));
    },
  };
}

/** Random digits from a pool: asking the system for each id would cost more than the span. */
function createHexPool(): (digits: number) => string {
  let pool = '';
  let at = 0;
  return (digits) => {
    if (at + digits > pool.length) {
      pool = randomBytes(POOL_BYTES).toString('hex');
      at = 0;
    }
    at += digits;
    return pool.slice(at - digits, at);
  };
}
