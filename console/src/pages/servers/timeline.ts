// Steps one after the other as bars on one line of time.

import type { ProbeHop } from '../../api/contract.ts';

/** A step, and where its bar begins and how long it is, as shares of the whole. */
export interface Bar {
  readonly hop: ProbeHop;
  readonly from: number;
  readonly share: number;
}

/** The steps as bars; a step that took no time that is known has none. */
export function timelineOf(hops: readonly ProbeHop[]): readonly Bar[] {
  const whole = hops.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
  let passed = 0;
  return hops.map((hop) => {
    const from = whole === 0 ? 0 : passed / whole;
    const share = whole === 0 ? 0 : (hop.ms ?? 0) / whole;
    passed += hop.ms ?? 0;
    return { hop, from, share };
  });
}
