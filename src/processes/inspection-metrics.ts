// What is counted of looking into messages: where, how much, how it ended. Handles are resolved once, so that a small message costs two additions.

import type { Metrics } from '../telemetry/index.ts';
import type { Fields } from './channel.ts';
import type { InspectionLoad } from './inspection-job.ts';

/**
 * How looking into a message in the inspector ended. `crashed`: a detector threw. `hung`, `malformed`, `died`: the inspector did not answer, said what
 * cannot be, or ended. `absent`: there was none for too long. `refused`: it could not make the engine. `over-budget`: too much was waiting.
 */
export type InspectionEnd = 'looked' | 'crashed' | 'hung' | 'malformed' | 'died' | 'absent' | 'refused' | 'over-budget' | 'abandoned';

export interface InspectionMetrics {
  /** A message was looked into in the loop. */
  loop(bytes: number): void;
  /** A message has been in the inspector, or should have been. */
  process(end: InspectionEnd, bytes: number): void;
  /** An inspector is linked. */
  started(): void;
  /** What the inspector says about itself. */
  inspectorLoad(fields: Fields): void;
  /** Brings the gauge of what is waiting up to date. */
  queue(): void;
}

export function createInspectionMetrics(metrics: Metrics, load: InspectionLoad): InspectionMetrics {
  const inLoop = metrics.counter('sallyport.inspection.messages', { where: 'loop', end: 'looked' });
  const loopBytes = metrics.counter('sallyport.inspection.looked', { where: 'loop' });
  const processBytes = metrics.counter('sallyport.inspection.looked', { where: 'process' });
  const waiting = metrics.gauge('sallyport.inspection.waiting', {});
  const memory = metrics.gauge('sallyport.process.memory', { process: 'inspector' });
  const cpu = metrics.counter('sallyport.process.cpu', { process: 'inspector' });
  let started = 0;
  let cpuUs = 0;
  return {
    loop: (bytes) => {
      inLoop.add();
      loopBytes.add(bytes);
    },
    process: (end, bytes) => {
      metrics.counter('sallyport.inspection.messages', { where: 'process', end }).add();
      processBytes.add(bytes);
    },
    started: () => {
      cpuUs = 0;
      if (started++ > 0) metrics.counter('sallyport.process.restarts', { process: 'inspector' }).add();
    },
    inspectorLoad: ({ rss, cpuUs: used }) => {
      if (typeof rss !== 'number' || typeof used !== 'number') return;
      memory.set(rss);
      cpu.add((used - cpuUs) / 1_000_000);
      cpuUs = used;
    },
    queue: () => waiting.set(load.waitingBytes),
  };
}
