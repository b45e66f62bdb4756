// Whether people may be told apart in figures. Who carries out what is asked of them must not be watched while they do it: BetrVG §87(1) no. 6 and the
// like. Where the privacy profile says so, what is counted for each agent is shown for many of them together, and of few not at all.

import type { PrivacySwitches } from '../audit/index.ts';

/** What of the switches matters here. */
export type Telling = Pick<PrivacySwitches, 'subjects' | 'smallestGroup'>;

/** Whether figures of one agent may stand beside its name. */
export function tellsApart({ subjects, smallestGroup }: Telling): boolean {
  return subjects === 'names' && smallestGroup === 1;
}
