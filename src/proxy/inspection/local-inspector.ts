// Looks into messages where it stands, in the loop of whoever asks: for what is small, and wherever there is no process for what is not.

import type { Found, Progress, Scan, Surface } from '../../inspection/index.ts';
import { notLookedInto } from './inspector.ts';
import type { InspectedStream, Inspector } from './inspector.ts';

/** Begins to look into one message. */
export type BeginScan = (surface: Surface) => Scan;

/** An inspector that answers before it returns. */
export function createLocalInspector(begin: BeginScan): Inspector {
  return {
    look: (bytes, surface, done) => done(lookInto(bytes, surface, begin)),
    lookNow: (bytes, surface) => lookInto(bytes, surface, begin),
    open: (surface) => openLocal(surface, begin),
  };
}

/** Everything that is found in a whole message; never throws. */
export function lookInto(bytes: Uint8Array, surface: Surface, begin: BeginScan): readonly Found[] {
  try {
    const scan = begin(surface);
    const { found } = scan.push(bytes);
    return [...found, ...scan.end().found];
  } catch {
    // What a detector or a validator threw may hold a piece of what it looked at, so nobody is told what it was.
    return [notLookedInto('failed')];
  }
}

function openLocal(surface: Surface, begin: BeginScan): InspectedStream {
  let pushed = 0;
  let failed = false;
  let abandoned = false;
  let scan: Scan | undefined;

  const attempt = (step: (scan: Scan) => Progress): Progress => {
    if (failed) return { decided: pushed, found: [] };
    try {
      scan ??= begin(surface);
      return step(scan);
    } catch {
      failed = true;
      return { decided: pushed, found: [notLookedInto('failed')] };
    }
  };

  return {
    push: (chunk, progressed) => {
      if (abandoned) return;
      pushed += chunk.length;
      progressed(attempt((one) => one.push(chunk)));
    },
    end: (ended) => {
      if (!abandoned) ended(attempt((one) => one.end()));
    },
    abandon: () => void (abandoned = true),
  };
}
