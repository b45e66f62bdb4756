// Looks into the strings, member names and long numbers of one JSON message, as it comes; what it says does not depend on the pieces in which the message came.
//
// It judges nothing: whether the message is valid is for the strict parser. What is no JSON is looked at as the text it is, from where it stops being JSON,
// because whoever gets it may read it all the same. It never throws.

import { createReader } from './reading/reader.ts';
import type { Reader } from './reading/reader.ts';
import type { Budget, Engine, Progress, Scan, Surface } from './types.ts';

/** How a message is looked into. */
export interface ScanOptions {
  readonly surface: Surface;
  /** What all of it may cost. Undefined: as much as its length lets it. */
  readonly budget?: Budget | undefined;
  /** Without a budget: the most that it may cost, however long it is; where somebody waits for it who cannot wait long. */
  readonly maxSteps?: number | undefined;
}

/** What one message of an engine has put down, the next takes up. */
const SPARE = new WeakMap<Engine, Reader>();
const OVER: Progress = Object.freeze({ decided: Number.POSITIVE_INFINITY, found: [] });

/** Makes the scan of one message. */
export function createScan(engine: Engine, options: ScanOptions): Scan {
  if (engine.detectors.length === 0) return createIdleScan();
  const spare = SPARE.get(engine);
  if (spare !== undefined) SPARE.delete(engine);
  // One that has thrown is not put down.
  let reader: Reader | undefined = spare ?? createReader(engine);
  reader.begin(options);
  return {
    push: (piece) => reader?.push(piece) ?? OVER,
    end: () => {
      if (reader === undefined) return OVER;
      const progress = reader.end();
      SPARE.set(engine, reader);
      reader = undefined;
      return progress;
    },
  };
}

/** Where nothing is looked for there is nothing to read, and nothing that could not be looked into. */
function createIdleScan(): Scan {
  let passed = 0;
  return {
    push: (piece) => ({ decided: (passed += piece.length), found: [] }),
    end: () => ({ decided: passed, found: [] }),
  };
}
